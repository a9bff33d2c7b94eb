"""A recipe on its way to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.models.model_file import ModelFile
from app.core.shrink.recipe import Recipe, Rule, exactly, level_of_bits
from app.core.words.sentence import Sentence
from app.engine.protocol.making import StoredTensor

if TYPE_CHECKING:
    from app.core.gguf import TensorInfo
    from app.core.models.levels import Level
    from app.core.models.model_file import Shard
    from app.core.shrink.cutting import Cut
    from app.core.shrink.importance import Importance
    from app.core.shrink.mixtures import Mixture, Tried


@dataclass(slots=True)
class Underway:
    """A recipe on its way; tensors go by their names in the new file.

    Attributes:
        is_copy: What is read lacks already what goes; its tensors have their new names.
        matrix_of_rest: What the matrix tells of such a copy.
        known_as: What the model is known by, where it is only there for now.
    """

    model: ModelFile
    recipe: Recipe
    level: Level | None
    rules: Sequence[Rule]
    shards: Sequence[Shard]
    cut: Cut
    tensors: Mapping[str, tuple[TensorInfo, StoredTensor]]
    read_path: Path
    is_copy: bool = False
    mixture: Mixture | None = None
    tried: Sequence[Tried] = ()
    matrix_path: Path | None = None
    matrix_of_rest: Path | None = None
    matrix: Importance | None = None
    remarks: list[Sentence] = field(default_factory=lambda: list["Sentence"]())
    known_as: bytes = b""

    def take(self, mixture: Mixture) -> None:
        """Let a mixture decide the types."""
        self.mixture = mixture
        elements = sum(self.tensors[name][0].n_elements for name in mixture.chosen)
        n_bytes = sum(choice.n_bytes for choice in mixture.chosen.values())
        self.level = level_of_bits(8 * n_bytes / max(1, elements))
        self.rules = [exactly(name, each.type) for name, each in mixture.chosen.items()]
