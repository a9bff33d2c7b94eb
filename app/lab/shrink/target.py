"""A size as the target: what each tensor would lose at each type, and the types that lose least."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.shrink.solver import Choice, OutOfReach, solve, weight_of
from app.core.shrink.types import TARGET_TYPES, needs_matrix
from app.core.words.sentence import say, size
from app.engine.protocol.making import ErrorsMeasured, MeasureErrors, StoredTensor

if TYPE_CHECKING:
    from app.core.gguf import TensorInfo
    from app.core.models.levels import TensorType
    from app.core.models.model_file import ModelFile
    from app.core.shrink.importance import Importance
    from app.core.shrink.recipe import Recipe
    from app.lab.engines.calls import EngineCalls

_LARGE_BLOCKS = (
    "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "Q2_K", "IQ3_XXS", "IQ3_S", "Q3_K", "IQ4_XS", "Q4_K",
    "Q5_K", "Q6_K", "Q8_0",
)  # fmt: skip
_SMALL_BLOCKS = ("Q4_0", "IQ4_NL", "Q4_1", "Q5_0", "Q5_1", "Q8_0")
# Types of far fewer bits than the whole is to have are nobody's choice, and slow to try.
_FEWEST_OF_TARGET = 0.45
_ALIGNMENT = 32
# What the quantizer writes into the header beside what the source has there.
_NOTES_BYTES = 1_500
_F16 = "F16"


def choose_types(
    model: ModelFile,
    stored: Mapping[str, tuple[TensorInfo, StoredTensor]],
    quantizable: Collection[str],
    recipe: Recipe,
    matrix: tuple[str, Importance] | None,
    engine: EngineCalls,
    threads: int,
    on_progress: Callable[[int, int], None],
) -> Mapping[str, Choice]:
    """The type of each tensor that can have another, so that least is lost within the target.

    Args:
        model: The source.
        stored: Its tensors, by their names in the new file.
        quantizable: Those that the quantizer turns into other types.
        recipe: With a target; its rules are kept.
        matrix: Its path, and what is in it.
        engine: Measures.
        threads: Of the measurement.
        on_progress: Told tensors done and in all.

    Raises:
        PersonError: Nothing so small can be made of it.
    """
    free = {name: each for name, each in stored.items() if name in quantizable}
    kept_bytes = sum(
        _padded(info.n_bytes) for name, (info, _) in stored.items() if name not in quantizable
    )
    parameters = sum(info.n_elements for info, _ in stored.values())
    header_bytes = max(0, model.file_bytes - model.tensor_bytes) + _NOTES_BYTES
    most = _most_bytes(parameters, recipe, header_bytes) - kept_bytes
    least_bits = (
        _FEWEST_OF_TARGET * 8 * most / max(1, sum(info.n_elements for info, _ in free.values()))
    )
    choices: dict[str, list[Choice]] = {}
    for number, (name, (info, there)) in enumerate(free.items()):
        on_progress(number, len(free))
        types = _types(name, info, recipe, matrix[1] if matrix else None, least_bits)
        lossy = [each for each in types if each.name not in (_F16, "BF16", "F32")]
        command = MeasureErrors(
            engine.next_id(),
            there,
            info.name,
            info.dimensions[0],
            matrix[0] if matrix else "",
            [each.type_id for each in lossy],
            threads,
        )
        errors = dict.fromkeys((each.name for each in types), 0.0)
        if lossy:
            found = engine.call(command, ErrorsMeasured).errors
            errors |= zip((each.name for each in lossy), found, strict=True)
        weight = weight_of(info.name, is_tied="output.weight" not in quantizable)
        choices[name] = [
            Choice(each.name, _padded(_bytes(info, each)), weight * errors[each.name])
            for each in types
        ]
    on_progress(len(free), len(free))
    try:
        return solve(choices, most)
    except OutOfReach as error:
        least = error.least_bytes + kept_bytes
        if recipe.target_bytes is not None:
            raise PersonError(
                say("shrink.out_of_reach", name=model.path.name, least=size(least + header_bytes))
            ) from error
        bits = f"{8 * least / parameters:.2f}"
        raise PersonError(
            say("shrink.bits_out_of_reach", name=model.path.name, bits=bits)
        ) from error


def _most_bytes(parameters: int, recipe: Recipe, header_bytes: int) -> int:
    if recipe.target_bytes is not None:
        return recipe.target_bytes - header_bytes
    assert recipe.target_bits is not None
    return int(recipe.target_bits * parameters / 8)


def _types(
    name: str, info: TensorInfo, recipe: Recipe, matrix: Importance | None, least_bits: float
) -> list[TensorType]:
    """The types that a tensor may have: those that divide its rows, or the one that a rule says."""
    for rule in recipe.rules:
        if re.search(rule.pattern, name):
            return [TARGET_TYPES[rule.type]]
    columns = info.dimensions[0]
    names = _LARGE_BLOCKS if columns % 256 == 0 else _SMALL_BLOCKS
    known = matrix is not None and info.name in matrix.entries
    found = [
        each
        for each in map(TARGET_TYPES.__getitem__, names)
        if columns % each.block_elements == 0
        and (known or not needs_matrix(info.name, each.name, ""))
        and not (not known and each.name.startswith(("IQ1", "IQ2", "IQ3_XXS")))
    ]
    usable = [each for each in found if each.bits_per_weight >= least_bits]
    return [*(usable or found[-1:]), TARGET_TYPES[_F16]]


def _bytes(info: TensorInfo, kind: TensorType) -> int:
    return info.n_elements // kind.block_elements * kind.block_bytes


def _padded(n_bytes: int) -> int:
    return -(-n_bytes // _ALIGNMENT) * _ALIGNMENT
