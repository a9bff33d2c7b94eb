"""A size as the target: what each tensor would lose at each type, and the types that lose least."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.levels import LEVELS
from app.core.shrink.mixtures import Mixture, mixtures_within
from app.core.shrink.solver import Choice, OutOfReach
from app.core.shrink.types import TARGET_TYPES, needs_matrix
from app.core.words.sentence import Sentence, say, size
from app.engine.protocol.making import ErrorsMeasured, MeasureErrors, StoredTensor

if TYPE_CHECKING:
    from app.core.gguf import TensorInfo
    from app.core.models.levels import Level, TensorType
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
# Levels whose mixture is held against the solver's: so many, from the largest that may fit down.
_OWN_LEVELS = ("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_0", "IQ2", "IQ3", "IQ4_XS")
_OWN_BITS_ABOVE, _OWN_LEVELS_TRIED = 1.0, 8


def mixtures_of(
    model: ModelFile,
    stored: Mapping[str, tuple[TensorInfo, StoredTensor]],
    quantizable: Collection[str],
    recipe: Recipe,
    matrix: tuple[str, Importance] | None,
    engine: EngineCalls,
    threads: int,
    on_progress: Callable[[int, int], None],
    own_types: Callable[[Level], Mapping[str, str]],
    probe: Callable[[Mapping[str, Sequence[Choice]]], Mapping[str, float]],
    beside_bytes: int = 0,
) -> list[Mixture]:
    """Types for each tensor that can have another, within the target; the likeliest best first.

    Args:
        model: The source.
        stored: Its tensors, by their names in the new file.
        quantizable: Those that the quantizer turns into other types.
        recipe: With a target; its rules are kept.
        matrix: Its path, and what is in it.
        engine: Measures.
        threads: Of the measurement.
        on_progress: Told tensors done and in all.
        own_types: What the quantizer would make of each tensor at a level.
        probe: Measures how much the errors of each tensor count; says nothing where it cannot.
        beside_bytes: What is needed beside the weights, where memory is the target.

    Raises:
        PersonError: Nothing so small can be made of it.
    """
    free = {name: each for name, each in stored.items() if name in quantizable}
    kept_bytes = sum(
        _padded(info.n_bytes) for name, (info, _) in stored.items() if name not in quantizable
    )
    parameters = sum(info.n_elements for info, _ in stored.values())
    if recipe.target_memory is None:
        beside_bytes = max(0, model.file_bytes - model.tensor_bytes) + _NOTES_BYTES
    most = _most_bytes(parameters, recipe, beside_bytes) - kept_bytes
    bits = 8 * most / max(1, sum(info.n_elements for info, _ in free.values()))
    errors: dict[str, list[Choice]] = {}
    for number, (name, (info, there)) in enumerate(free.items()):
        on_progress(number, len(free))
        known = matrix[1] if matrix else None
        types = _types(name, info, recipe, known, _FEWEST_OF_TARGET * bits)
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
        losses = dict.fromkeys((each.name for each in types), 0.0)
        if lossy:
            found = engine.call(command, ErrorsMeasured).errors
            losses |= zip((each.name for each in lossy), found, strict=True)
        errors[name] = [
            Choice(each.name, _padded(_bytes(info, each)), losses[each.name]) for each in types
        ]
    on_progress(len(free), len(free))
    # A file's own level has its very size: whether it is within the target shows when it is made.
    slack = _NOTES_BYTES if recipe.target_bytes is not None else 0
    own = _own_within(most + slack, bits, free, own_types, has_matrix=matrix is not None)
    is_tied = "output.weight" not in quantizable
    try:
        least = mixtures_within(errors, most, own, {}, is_tied=is_tied)
        probed = probe(errors)
        return mixtures_within(errors, most, own, probed, is_tied=is_tied) if probed else least
    except OutOfReach as error:
        said = _out_of_reach(
            model, recipe, error.least_bytes + kept_bytes, beside_bytes, parameters
        )
        raise PersonError(said) from error


def _own_within(
    most: int,
    bits: float,
    free: Mapping[str, tuple[TensorInfo, StoredTensor]],
    own_types: Callable[[Level], Mapping[str, str]],
    *,
    has_matrix: bool,
) -> Mapping[str, str]:
    """The quantizer's own types at its largest level within a size; none where all are larger."""
    levels = [
        each
        for each in LEVELS
        if each.can_be_made and each.name.startswith(_OWN_LEVELS)
        if each.nominal_bits < bits + _OWN_BITS_ABOVE
        if has_matrix or not each.needs_importance_matrix
    ]
    levels.sort(key=lambda each: -each.nominal_bits)
    for level in levels[:_OWN_LEVELS_TRIED]:
        types = {name: kind for name, kind in own_types(level).items() if name in free}
        taken = sum(
            _padded(_bytes(info, TARGET_TYPES[types[name]]) if name in types else info.n_bytes)
            for name, (info, _) in free.items()
        )
        if taken <= most:
            return types
    return {}


def _most_bytes(parameters: int, recipe: Recipe, beside_bytes: int) -> int:
    if recipe.target_bits is not None:
        return int(recipe.target_bits * parameters / 8)
    memory = recipe.target_memory
    wanted = memory.n_bytes if memory is not None else recipe.target_bytes
    assert wanted is not None
    return wanted - beside_bytes


def _out_of_reach(
    model: ModelFile, recipe: Recipe, least_bytes: int, beside_bytes: int, parameters: int
) -> Sentence:
    """The smallest that can be had, in the unit that was asked for."""
    name, least = model.path.name, size(least_bytes + beside_bytes)
    if recipe.target_memory is not None:
        tokens = recipe.target_memory.context_tokens
        return say("shrink.memory_out_of_reach", name=name, least=least, tokens=tokens)
    if recipe.target_bytes is not None:
        return say("shrink.out_of_reach", name=name, least=least)
    bits = f"{8 * least_bytes / parameters:.2f}"
    return say("shrink.bits_out_of_reach", name=name, bits=bits)


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
