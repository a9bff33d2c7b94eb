"""What goes with a candidate's model into its weights or beside them. Any thread."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from app.lab.engines.adapters import adapter_bytes, check_adapters
from app.lab.engines.eyes import check_projector, projector_bytes

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.models.model_file import ModelFile


def check_parts(candidate: Candidate, coming: Container[str] = ()) -> None:
    """See that a candidate's adapters and its projector are there and can be used.

    Args:
        candidate: What is to run.
        coming: Paths of projectors that are not looked at: they come before it runs.

    Raises:
        PersonError: One cannot; the sentence says why.
    """
    check_adapters(candidate)
    check_projector(candidate, coming)


def parts_bytes(candidate: Candidate, model: ModelFile) -> int:
    """What they take of an engine's memory beside its model."""
    return adapter_bytes(candidate, model) + projector_bytes(candidate)
