"""The processor's instruction sets that an engine uses, and which to leave out when it fails."""

from __future__ import annotations

from collections.abc import Collection

from app.core.models.levels import TENSOR_TYPES

# Of what llama.cpp says of itself, what the processor has nothing to do with.
_NOT_THE_PROCESSOR = frozenset({"LLAMAFILE", "ACCELERATE", "OPENMP", "REPACK", "KLEIDIAI"})
# Families in the order in which they are given up, by how llama.cpp's names of them begin: the
# newest and rarest first. Without "native" a build uses what most processors of ten years have.
_FAMILIES = (
    ("amx", "AMX"),
    ("avx512", "AVX512"),
    ("native", ""),
    ("avx2", "AVX2"),
    ("avx", "AVX"),
)
# What llama.cpp gives to its code for AMX.
_AMX_TYPES = frozenset({"F16", "Q4_0", "Q4_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS"})


def sets_in_use(system_info: str) -> tuple[str, ...]:
    """Names of the instruction sets in llama.cpp's words on itself ("CPU : AVX2 = 1 | …")."""
    names: list[str] = []
    for part in system_info.split("|"):
        name, _, value = part.rpartition(":")[2].partition("=")
        if value.strip() not in ("", "0") and name.strip() not in _NOT_THE_PROCESSOR:
            names.append(name.strip())
    return tuple(dict.fromkeys(names))


def next_to_leave_out(
    in_use: Collection[str], left_out: Collection[str], faulty_types: Collection[int] = ()
) -> str | None:
    """The family to build the engine without, for the faults to go.

    Args:
        in_use: As :func:`sets_in_use` gives them.
        left_out: What the engine was built without already.
        faulty_types: Tensor types at fault, where they are known.

    Returns:
        ``amx``, ``avx512``, ``native`` (whatever this very processor has beyond the usual),
        ``avx2``, ``avx``; None where nothing is left that could be at fault.
    """
    names = {TENSOR_TYPES[type_id].name for type_id in faulty_types if type_id in TENSOR_TYPES}
    for family, beginning in _FAMILIES:
        if family in left_out or not any(name.startswith(beginning) for name in in_use):
            continue
        if family == "amx" and not names <= _AMX_TYPES:
            continue  # other types fail as well, which never see these instructions
        return family
    return None
