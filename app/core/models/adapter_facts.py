"""What an adapter's header says, and whether it fits a model.

The form is llama.cpp's ``convert_lora_to_gguf.py``: pairs of tensors ``NAME.lora_a`` of
(rank, columns) and ``NAME.lora_b`` of (rows, rank) for tensors ``NAME`` of the model, whose product
times alpha ÷ rank is added to the weights (Hu et al. 2021, arXiv:2106.09685). llama.cpp refuses
most of what does not fit, but says why in its log alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.kinds import ModelKind, kind_of_header
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.gguf import GgufHeader
    from app.core.models.layer_shapes import Shape

LORA = "lora"
"""The kind of adapters that can be used."""
_HALVES = ("lora_a", "lora_b")
# Its halves are swapped: its rows are looked up, not multiplied.
_EMBEDDING = "token_embd.weight"


class AdapterError(PersonError):
    """The file is no adapter, or none for this model; the sentence says why."""


@dataclass(frozen=True, slots=True)
class AdapterFacts:
    """An adapter by its header. Texts come from the file and are not to be trusted.

    Attributes:
        architecture: Of the models that it changes.
        alpha: Its scale; the product of the halves counts alpha ÷ rank.
        rank: The largest of its tensors.
        changes: Shapes of the tensors that it changes, by name: columns first, as GGUF has them.
        tensor_bytes: Size of its tensors.
    """

    architecture: str
    alpha: float
    rank: int
    changes: Mapping[str, tuple[int, ...]]
    tensor_bytes: int


def adapter_facts(header: GgufHeader, file_name: str) -> AdapterFacts:
    """What an adapter's header says.

    Raises:
        AdapterError: It is none, or of a form that llama.cpp does not read.
    """
    if kind_of_header(header, [tensor.name for tensor in header.tensors]) is not ModelKind.ADAPTER:
        raise AdapterError(say("adapters.no_adapter", name=file_name))
    kind = header.text("adapter.type")
    if kind != LORA:
        raise AdapterError(say("adapters.other_kind", name=file_name, kind=kind or "?"))
    halves: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for tensor in header.tensors:
        base, _, half = tensor.name.rpartition(".")
        if half in _HALVES:
            halves[base][half] = tensor.dimensions
    changes: dict[str, tuple[int, ...]] = {}
    rank = 0
    for base, pair in halves.items():
        a, b = pair.get("lora_a", ()), pair.get("lora_b", ())
        if len(a) < 2 or len(b) < 2:
            raise AdapterError(say("adapters.half_missing", name=file_name, tensor=base))
        swapped = is_looked_up(base)
        own_rank = a[0] if swapped else a[1]
        if own_rank != b[0] or a[2:] != b[2:]:
            raise AdapterError(say("adapters.halves_differ", name=file_name, tensor=base))
        changes[base] = _shape((b[1], a[1]) if swapped else (a[0], b[1], *a[2:]))
        rank = max(rank, own_rank)
    if not changes:
        raise AdapterError(say("adapters.no_tensors", name=file_name))
    alpha = header.metadata.get("adapter.lora.alpha")
    return AdapterFacts(
        architecture=header.text("general.architecture") or "",
        alpha=float(alpha) if isinstance(alpha, int | float) else 0.0,
        rank=rank,
        changes=changes,
        tensor_bytes=sum(tensor.n_bytes for tensor in header.tensors),
    )


def is_looked_up(tensor: str) -> bool:
    """Whether rows of a tensor, or of what is added to it, are looked up instead of multiplied."""
    return tensor.endswith(_EMBEDDING)


def check_fits(
    adapter: AdapterFacts, adapter_name: str, headers: Iterable[GgufHeader], model_name: str
) -> None:
    """See that an adapter fits a model, by its architecture and the shapes of its tensors.

    Args:
        adapter: The adapter.
        adapter_name: Its file's name.
        headers: Of all the model's shards.
        model_name: The model's file's name.

    Raises:
        AdapterError: It does not.
    """
    shapes: dict[str, Shape] = {}
    architecture = ""
    for header in headers:
        architecture = architecture or header.text("general.architecture") or ""
        shapes |= {tensor.name: tensor.dimensions for tensor in header.tensors}
    check_shapes(
        (adapter_name, adapter.architecture, adapter.changes.items()),
        (model_name, architecture),
        lambda name: shapes.get(name, ()),
    )


def check_shapes(
    adapter: tuple[str, str, Iterable[tuple[str, Shape]]],
    model: tuple[str, str],
    shape_of: Callable[[str], Shape],
) -> None:
    """The same for what is known of both.

    Args:
        adapter: Its file's name, its architecture, and what it changes.
        model: Its file's name and its architecture.
        shape_of: Tells the shape of a tensor of the model; empty where there is none.

    Raises:
        AdapterError: They do not fit.
    """
    name, made_for, changes = adapter
    model_name, architecture = model
    if made_for != architecture:
        raise AdapterError(
            say(
                "adapters.other_architecture",
                name=name,
                model=model_name,
                made_for=made_for or "?",
                architecture=architecture or "?",
            )
        )
    for tensor, wanted in changes:
        shape = _shape(shape_of(tensor))
        if not shape:
            raise AdapterError(
                say("adapters.tensor_unknown", name=name, model=model_name, tensor=tensor)
            )
        if shape != wanted:
            raise AdapterError(
                say(
                    "adapters.other_shape",
                    name=name,
                    model=model_name,
                    tensor=tensor,
                    made_for=_told(wanted),
                    shape=_told(shape),
                )
            )


def _shape(dimensions: tuple[int, ...]) -> tuple[int, ...]:
    """Without the ones that only fill up."""
    kept = dimensions
    while len(kept) > 2 and kept[-1] == 1:
        kept = kept[:-1]
    return kept


def _told(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
