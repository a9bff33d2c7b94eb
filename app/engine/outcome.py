"""How an engine ended, in words."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from enum import Enum, auto

from app.engine.protocol.answering import TEMPLATE_SECONDS
from app.engine.protocol.running import Step


class EndCause(Enum):
    """Why the program itself ended an engine."""

    CLOSED = auto()
    TEMPLATE_TIMEOUT = auto()
    START_TIMEOUT = auto()
    LOAD_STALLED = auto()
    BAD_PROTOCOL = auto()


# The signal's number on Unix, and what Windows ends a process with.
_ILLEGAL_INSTRUCTION = (-4, 0xC000001D)
_ABORT_LINE = re.compile(r"GGML_ASSERT\(|GGML_ABORT|terminate called|what\(\):|fatal error")
_ABORT_CHARACTERS = 300
_SOURCE_PREFIX = re.compile(r"^\S*/(?=[^/\s]+:\d+:)")

_DOING = {
    Step.START: "as it started",
    Step.IDLE: "as it waited for work",
    Step.LOAD: "on this file",
    Step.RENDER: "over the chat template",
    Step.TOKENIZE: "as it turned the text into tokens",
    Step.PROMPT: "as it read the prompt",
    Step.GENERATE: "as it answered",
    Step.BENCH: "as its speed was measured",
    Step.SCORE: "as its quality was measured",
    Step.QUANTIZE: "as it made the shrunken version",
    Step.PREDICT: "on this file’s header",
    Step.KERNELS: "as this PC’s speed was measured",
    Step.CHECK: "as it checked itself",
}
# Steps whose words name the file already, or that are about none.
_WITHOUT_MODEL = frozenset(
    {Step.START, Step.IDLE, Step.LOAD, Step.PREDICT, Step.KERNELS, Step.CHECK}
)
_FILE = (
    "if it happens again, the file is damaged or this engine does not know it: download it again "
    "or take another version"
)
_RUNNING = "if it happens again, this engine cannot run this file on this PC: take another version"
_WAYS_ON = {
    Step.START: "if it happens again, install Shrinkscope again",
    Step.LOAD: _FILE,
    Step.PREDICT: _FILE,
    Step.RENDER: "choose one of the well-known templates",
    Step.TOKENIZE: "it was this text that the model's tokenizer did not stand, and the file may be "
    "sound: shorten it, or break up what repeats in it",
    Step.PROMPT: _RUNNING,
    Step.GENERATE: _RUNNING,
    Step.BENCH: _RUNNING,
    Step.SCORE: _RUNNING,
    Step.QUANTIZE: "take another conversion of the model as the source",
}


@dataclass(frozen=True, slots=True)
class EngineOutcome:
    """The end of one engine process.

    Attributes:
        status: Exit status; negative is the number of the signal that ended it.
        cause: Why the program ended it; None if it ended by itself.
        log_tail: Last lines of its log.
        step: What it was at.
    """

    status: int
    cause: EndCause | None
    log_tail: str
    step: Step = Step.LOAD

    @property
    def was_wanted(self) -> bool:
        """Whether the program closed it in good order."""
        return self.cause is EndCause.CLOSED

    @property
    def abort_text(self) -> str:
        """What llama.cpp printed when it gave up, without its build path; else empty."""
        lines = [line for line in self.log_tail.splitlines() if _ABORT_LINE.search(line)]
        found = [_SOURCE_PREFIX.sub("", line.strip()) for line in lines[:3]]
        return "\n".join(line[:_ABORT_CHARACTERS] for line in found)

    @property
    def sentence(self) -> str:
        """What happened, for the person."""
        match self.cause:
            case EndCause.CLOSED:
                return "The engine was closed."
            case EndCause.TEMPLATE_TIMEOUT:
                return (
                    f"The chat template of this file took longer than {TEMPLATE_SECONDS:g} seconds;"
                    " it was ended."
                )
            case EndCause.START_TIMEOUT:
                return "The engine did not start: nothing was heard of it for a minute or more."
            case EndCause.LOAD_STALLED:
                return "This file was loaded for minutes without getting on; that was ended."
            case EndCause.BAD_PROTOCOL:
                return "The engine sent something that is no message of this program."
            case None:
                return self._own_end()

    @property
    def lacks_instruction(self) -> bool:
        """Whether it used an instruction that this processor refuses."""
        return self.cause is None and self.status in _ILLEGAL_INSTRUCTION

    def _own_end(self) -> str:
        doing = _DOING[self.step]
        what = doing if self.step in _WITHOUT_MODEL else f"on this file {doing}"
        way_on = f"; {_WAYS_ON[self.step]}" if self.step in _WAYS_ON else ""
        if self.abort_text or self.status == -signal.SIGABRT:
            return f"llama.cpp gave up {what}{way_on}."
        if self.status == -getattr(signal, "SIGKILL", 9):
            return (
                "The engine was ended from outside, most likely because memory ran out: close "
                "other programs, or choose a smaller context or a more shrunken version."
            )
        if self.lacks_instruction:
            return (
                "This processor lacks an instruction that the engine was built for: "
                "“shrinkscope devices” repairs that, or says how."
            )
        if self.status in (-signal.SIGSEGV, -getattr(signal, "SIGBUS", 7)):
            return f"The engine crashed {doing}{way_on}."
        return f"The engine ended unexpectedly {doing}, with status {self.status}{way_on}."

    @property
    def advice(self) -> str:
        """What the person can try in a window, beside what the sentence says."""
        if self.cause is EndCause.LOAD_STALLED:
            return (
                "Take another version of the model; where the file lies on a slow or distant disk, "
                "copy it to this PC first."
            )
        if self.cause is EndCause.TEMPLATE_TIMEOUT:
            return "Choose one of the well-known templates in this pane's settings."
        if self.lacks_instruction:
            return "Repair the engine: it goes on without what fails here."
        return "The other panes go on. Reload tries again."
