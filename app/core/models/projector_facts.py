"""What a projector's header says: with what a language model sees, and what memory that takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.kinds import ModelKind, kind_of_header
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.gguf import GgufHeader

_FLOAT_BYTES = 4
# Buffers that live at the same time while a picture is computed: of the width of the residual
# stream, and of the feed-forward layer. Measured with the shapes of LLaVA, Gemma 3 and Qwen2-VL.
_NARROW_BUFFERS, _WIDE_BUFFERS = 2.0, 1.5
_MOST_PATCHES = 4096
"""Of pictures whose size the model leaves to them: the engine bounds what it takes."""
_ANY_SIZE = ("qwen", "pixtral", "lfm2", "kimi", "glm4v", "youtuvl", "mimovl", "ling3vl", "step3vl")


class ProjectorError(PersonError):
    """The file is no projector with which a model sees; the sentence says why."""


@dataclass(frozen=True, slots=True)
class ProjectorFacts:
    """A projector by its header.

    Attributes:
        tensor_bytes: Of its weights: they are read into memory whole.
        compute_bytes: Of its scratch memory while it computes a picture, estimated.
    """

    tensor_bytes: int
    compute_bytes: int

    @property
    def needed_bytes(self) -> int:
        """What it adds to an engine's needs."""
        return self.tensor_bytes + self.compute_bytes


def projector_facts(header: GgufHeader, file_name: str) -> ProjectorFacts:
    """What a projector's header says.

    Raises:
        ProjectorError: It is none, or for sound alone.
    """
    names = [tensor.name for tensor in header.tensors]
    if kind_of_header(header, names) is not ModelKind.PROJECTOR:
        raise ProjectorError(say("pictures.no_projector", name=file_name))
    if not _sees(header, names):
        raise ProjectorError(say("pictures.projector_hears", name=file_name))
    width, wide, side, patch = (
        header.integer(f"clip.vision.{key}") or 0
        for key in ("embedding_length", "feed_forward_length", "image_size", "patch_size")
    )
    kind = header.text("clip.projector_type") or header.text("clip.vision.projector_type") or ""
    patches = (side // patch) ** 2 if patch > 0 else 0
    if kind.startswith(_ANY_SIZE):
        patches = _MOST_PATCHES
    buffers = _NARROW_BUFFERS * width + _WIDE_BUFFERS * wide
    return ProjectorFacts(
        tensor_bytes=sum(tensor.n_bytes for tensor in header.tensors),
        compute_bytes=int(min(patches, _MOST_PATCHES) * buffers * _FLOAT_BYTES),
    )


def _sees(header: GgufHeader, tensor_names: Iterable[str]) -> bool:
    declared = header.metadata.get("clip.has_vision_encoder")
    if isinstance(declared, bool):
        return declared
    return any(name.startswith("v.") for name in tensor_names)
