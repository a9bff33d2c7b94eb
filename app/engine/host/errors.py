"""How a command ends that is not carried out."""

from __future__ import annotations

from app.core.words.sentence import Sentence
from app.engine.protocol.running import FailureKind


class EngineError(Exception):
    """A command that could not be carried out; becomes a Failed event."""

    def __init__(self, kind: FailureKind, said: Sentence, detail: str = "") -> None:
        super().__init__(str(said))
        self.kind = kind
        self.said = said
        self.detail = detail


class RefusedError(EngineError):
    """llama.cpp refused; its log may tell why (:mod:`app.engine.host.refusals`)."""


class Aborted(Exception):
    """The work was ended by the abort flag."""
