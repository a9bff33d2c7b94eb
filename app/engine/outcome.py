"""How an engine ended, in words."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from enum import Enum, auto


class EndCause(Enum):
    """Why the program itself ended an engine."""

    CLOSED = auto()
    TEMPLATE_TIMEOUT = auto()
    START_TIMEOUT = auto()
    BAD_PROTOCOL = auto()


# The signal's number on Unix, and what Windows ends a process with.
_ILLEGAL_INSTRUCTION = (-4, 0xC000001D)
_ABORT_LINE = re.compile(r"GGML_ASSERT\(|GGML_ABORT|terminate called|what\(\):|fatal error")
_SOURCE_PREFIX = re.compile(r"^\S*/(?=[^/\s]+:\d+:)")


@dataclass(frozen=True, slots=True)
class EngineOutcome:
    """The end of one engine process.

    Attributes:
        status: Exit status; negative is the number of the signal that ended it.
        cause: Why the program ended it; None if it ended by itself.
        log_tail: Last lines of its log.
    """

    status: int
    cause: EndCause | None
    log_tail: str

    @property
    def was_wanted(self) -> bool:
        """Whether the program closed it in good order."""
        return self.cause is EndCause.CLOSED

    @property
    def abort_text(self) -> str:
        """What llama.cpp printed when it gave up, without its build path; else empty."""
        lines = [line for line in self.log_tail.splitlines() if _ABORT_LINE.search(line)]
        return "\n".join(_SOURCE_PREFIX.sub("", line.strip()) for line in lines[:3])

    @property
    def sentence(self) -> str:
        """What happened, for the person."""
        match self.cause:
            case EndCause.CLOSED:
                return "The engine was closed."
            case EndCause.TEMPLATE_TIMEOUT:
                return "The chat template of this file took longer than 2 seconds; it was ended."
            case EndCause.START_TIMEOUT:
                return "The engine did not start within 60 seconds."
            case EndCause.BAD_PROTOCOL:
                return "The engine sent something that is no message of this program."
            case None:
                return self._own_end()

    @property
    def lacks_instruction(self) -> bool:
        """Whether it used an instruction that this processor refuses."""
        return self.cause is None and self.status in _ILLEGAL_INSTRUCTION

    def _own_end(self) -> str:
        if self.abort_text:
            return f"llama.cpp gave up on this file: {self.abort_text.splitlines()[0]}"
        if self.status == -signal.SIGABRT:
            return "llama.cpp gave up on this file without saying why."
        if self.status == -getattr(signal, "SIGKILL", 9):
            return "The engine was ended from outside, most likely because memory ran out."
        if self.lacks_instruction:
            return (
                "This processor lacks an instruction that the engine was built for: "
                "“shrinkscope devices” repairs that, or says how."
            )
        if self.status in (-signal.SIGSEGV, -getattr(signal, "SIGBUS", 7)):
            return "The engine crashed while reading this file."
        return f"The engine ended unexpectedly with status {self.status}."

    @property
    def advice(self) -> str:
        """What the person can try."""
        if self.cause is EndCause.TEMPLATE_TIMEOUT:
            return "Choose one of the well-known templates in this pane's settings."
        if self.status == -getattr(signal, "SIGKILL", 9):
            return "Close other programs, choose a smaller context or a more shrunken version."
        if self.lacks_instruction:
            return "Repair the engine: it goes on without what fails here."
        return (
            "The other panes go on. Reload tries again; if it happens again, the file is damaged "
            "or this llama.cpp does not know it: download it again or take another version."
        )
