"""How a command ends that is not carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.engine.protocol.running import FailureKind


class EngineError(Exception):
    """A command that could not be carried out; becomes a Failed event."""

    def __init__(self, kind: FailureKind, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.detail = detail


class RefusedError(EngineError):
    """llama.cpp refused; its log may tell why (:mod:`app.engine.host.refusals`)."""


class Aborted(Exception):
    """The work was ended by the abort flag."""
