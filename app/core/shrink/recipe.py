"""How a smaller version is to be made: what is asked, and what was done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from app.core.candidates.adapters import Adapter
from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, KvType
from app.core.errors import PersonError
from app.core.models.levels import Level, level_by_name
from app.core.shrink.mixtures import ChosenBy, PartChosen, Tried
from app.core.shrink.types import TARGET_TYPES, target_type
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.shrink.healing import Healing

_LONGEST_PATTERN = 400
# With fewer bits than these a matrix is well worth its making (docs/METHOD.md).
_WANTS_MATRIX_BELOW_BITS = 4.0
_TERNARY = frozenset({"TQ1_0", "TQ2_0", "Q1_0", "Q2_0"})


LEAVING_OUT = ("drop_layers", "width", "experts", "sparsity")
"""The wishes of a recipe, of those that it knows, by which something is left out."""


class MatrixUse(StrEnum):
    """Where the importance matrix comes from, if it is no file."""

    AUTO = "auto"  # made where it helps
    OWN = "own"  # made in any case
    NONE = "none"


class Step(StrEnum):
    """What is done on the way to a version; the values are what terminals show."""

    COMPARING_LAYERS = "Comparing layers"
    FETCHING = "Getting the converter"
    CONVERTING = "Converting"
    MERGING = "Merging adapters"
    COUNTING_EXPERTS = "Counting experts"
    WEIGHING = "Weighing"
    PRUNING = "Pruning"
    LEARNING = "Learning again"
    MEASURING = "Measuring tensors"
    PROBING = "Measuring what counts"
    TRYING = "Trying mixtures"
    QUANTIZING = "Quantizing"
    LOOKING = "Looking into the file"


class Rule(msgspec.Struct, frozen=True):
    """Tensors whose names a pattern is found in get this type.

    Attributes:
        pattern: A regular expression, small letters.
        type: The name of a number format.
    """

    pattern: str
    type: str

    @property
    def type_id(self) -> int:
        """As files number it."""
        return TARGET_TYPES[self.type].type_id


class MemoryTarget(msgspec.Struct, frozen=True):
    """What a version may need while it runs, as ``fit`` counts it.

    Attributes:
        n_bytes: At most so much memory.
        context_tokens: With a context of this size.
        kv_type: The number format of its KV cache.
    """

    n_bytes: int
    context_tokens: int = DEFAULT_CONTEXT_TOKENS
    kv_type: KvType = KvType.F16


def parse_rule(word: str) -> Rule:
    """A rule as it is typed: ``PATTERN=TYPE``, as llama-quantize takes it.

    Raises:
        PersonError: It is none; the sentence says why.
    """
    pattern, equals, name = word.rpartition("=")
    if not equals or not pattern:
        raise PersonError(say("shrink.rule_form", word=word[:80]))
    if len(pattern) > _LONGEST_PATTERN:
        raise PersonError(say("shrink.pattern_too_long", longest=_LONGEST_PATTERN))
    try:
        re.compile(pattern)
    except re.error as error:
        raise PersonError(
            say("shrink.pattern_invalid", pattern=pattern[:80], reason=str(error))
        ) from error
    return Rule(pattern.lower(), target_type(name).name)


def exactly(tensor: str, type_name: str) -> Rule:
    """A rule for one tensor."""
    return Rule(f"^{re.escape(tensor)}$", type_name)


def check_rules(rules: Iterable[Rule], tensors: Sequence[str]) -> None:
    """Raise PersonError where a rule's pattern is found in no tensor's name."""
    for rule in rules:
        if not any(re.search(rule.pattern, name) for name in tensors):
            raise PersonError(
                say("shrink.pattern_matches_nothing", pattern=rule.pattern, example=tensors[-1])
            )


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is asked.

    Attributes:
        level: The level that is made, or that the rules change; None where a target decides.
        target_bytes: The file is to have at most so many bytes.
        target_bits: Or its tensors so many bits a weight.
        target_memory: Or it is to fit into so much memory.
        matrix: A way to one, or the path of a file.
        matrix_sha256: Of that file's content, by which it is found again; empty for any.
        matrix_texts: What is read for one that is made: ``bundled``, ``history`` or paths of texts;
            none for the bundled one.
        rules: Types that the level's own mixture gives way to.
        drop_layers: Layers to leave out, or how many of those that change least.
        width: Share of the channels inside each layer's feed-forward that is left out; None for
            none.
        experts: Experts of each layer to leave out, those that work least.
        sparsity: Share of each row's weights that is set to zero, or ``2:4``; None for none.
        requantizes: Take a source that is quantized already.
        merge: Adapters that are added to the weights first.
        healing: Let what is left learn again from the original; None for no.
        is_quick: With a target, trust the expected loss: try and measure no other mixtures.
    """

    level: Level | None = None
    target_bytes: int | None = None
    target_bits: float | None = None
    target_memory: MemoryTarget | None = None
    matrix: MatrixUse | str = MatrixUse.AUTO
    matrix_sha256: str = ""
    matrix_texts: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    drop_layers: int | tuple[int, ...] = ()
    width: float | None = None
    experts: int = 0
    sparsity: float | str | None = None
    requantizes: bool = False
    merge: tuple[Adapter, ...] = ()
    healing: Healing | None = None
    is_quick: bool = False

    @property
    def has_target(self) -> bool:
        """Whether a size decides about the types."""
        return (self.target_bytes, self.target_bits, self.target_memory) != (None, None, None)

    @property
    def leaves_out(self) -> bool:
        """Whether something of the source is left out or set to zero."""
        return any(getattr(self, wish) for wish in LEAVING_OUT)

    @property
    def copies(self) -> bool:
        """Whether types stay as they are: weights are left out or added to, and that is all."""
        return self.level is None and not self.has_target

    @property
    def changes_nothing(self) -> bool:
        """Whether a copy of the source with what is merged into it is all that is asked."""
        return self.copies and not (self.drop_layers or self.sparsity or self.rules)

    @property
    def takes_matrix(self) -> bool:
        """Whether one is made: where it is needed, or makes what is lost much less, or is asked."""
        weighs = self.sparsity is not None or self.width is not None
        if self.matrix is not MatrixUse.AUTO:
            return self.matrix is MatrixUse.OWN and (weighs or not self.copies)
        if self.has_target or weighs or self.level is None:
            return self.has_target or weighs
        level = self.level
        wants = level.nominal_bits < _WANTS_MATRIX_BELOW_BITS and level.name not in _TERNARY
        return level.needs_importance_matrix or wants or any(map(_needs, self.rules))


def _needs(rule: Rule) -> bool:
    return rule.type.startswith(("IQ1", "IQ2", "IQ3_XXS"))


class Done(msgspec.Struct, frozen=True):
    """What was done: it stands in documents, and makes the same version again.

    Attributes:
        level: The level that the file is called by.
        target_bytes, target_bits, target_memory: What was asked.
        matrix: Its name, and the text behind it; empty for none.
        matrix_sha256: Of its content.
        rules: As asked.
        tensors: How many tensors have each type.
        chosen: The type of each tensor, where a target decided.
        dropped_layers: Layers that were left out.
        sparsity, width, experts: As asked.
        merged: Adapters that were added to the weights.
        healing: Windows that it learned from, and by how much that helped; None for none.
        chosen_by: What decided the types, where a target did.
        parts: What was chosen for each kind of tensor then, and why.
        tried: The mixtures that were made and measured for it, in their order.
    """

    level: str
    target_bytes: int | None
    target_bits: float | None
    matrix: str
    rules: list[Rule]
    tensors: dict[str, int]
    chosen: dict[str, str]
    dropped_layers: list[int]
    sparsity: float | str | None = None
    merged: list[Adapter] = []
    matrix_sha256: str = ""
    width: float | None = None
    experts: int = 0
    healing: Learned | None = None
    target_memory: MemoryTarget | None = None
    chosen_by: ChosenBy | None = None
    parts: list[PartChosen] = []
    tried: list[Tried] = []


class Learned(msgspec.Struct, frozen=True):
    """What learning again has done.

    Attributes:
        windows: Of text that it learned from.
        kld_before, kld_after: Mean KL divergence from the original over text that it did not learn
            from, nats; both before it was quantized.
    """

    windows: int
    kld_before: float
    kld_after: float


def level_of_bits(bits: float) -> Level:
    """The level that a mixture of so many bits a weight is called by: the nearest of usual ones."""
    usual = ("Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_M", "Q2_K")
    return min(map(level_by_name, usual), key=lambda each: abs(each.nominal_bits - bits))
