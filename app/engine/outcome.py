"""How an engine ended, in words."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from enum import Enum, auto

from app.core.words.sentence import English, Sentence, say, worded
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
    Step.START: say("program.as_it_started"),
    Step.IDLE: say("program.as_it_waited"),
    Step.LOAD: say("program.on_this_file"),
    Step.RENDER: say("program.over_chat_template"),
    Step.TOKENIZE: say("program.turned_text_into_tokens"),
    Step.LOOK: say("program.looked_at_picture"),
    Step.PROMPT: say("program.read_prompt"),
    Step.GENERATE: say("program.as_it_answered"),
    Step.BENCH: say("program.as_speed_was_measured"),
    Step.SCORE: say("program.as_quality_was_measured"),
    Step.QUANTIZE: say("program.made_shrunken_version"),
    Step.INSPECT: say("shrink.as_it_looked_into"),
    Step.IMPORTANCE: say("shrink.as_it_weighed"),
    Step.HEAL: say("shrink.as_it_learned"),
    Step.PREDICT: say("program.on_files_header"),
    Step.KERNELS: say("program.pcs_speed_measured"),
    Step.CHECK: say("program.checked_itself"),
}
# Steps whose words name the file already, or that are about none.
_WITHOUT_MODEL = frozenset(
    {Step.START, Step.IDLE, Step.LOAD, Step.PREDICT, Step.KERNELS, Step.CHECK}
)
_FILE = say("program.if_happens_again_file_damaged")
_RUNNING = say("program.if_happens_again_engine_cannot")
_WAYS_ON = {
    Step.START: say("program.if_happens_again_install_shrinkscope"),
    Step.LOAD: _FILE,
    Step.PREDICT: _FILE,
    Step.RENDER: say("program.choose_well_known_templates"),
    Step.TOKENIZE: say("program.text_models_tokenizer_did_not"),
    Step.LOOK: _RUNNING,
    Step.PROMPT: _RUNNING,
    Step.GENERATE: _RUNNING,
    Step.BENCH: _RUNNING,
    Step.SCORE: _RUNNING,
    Step.IMPORTANCE: _RUNNING,
    Step.HEAL: say("shrink.make_without_healing"),
    Step.QUANTIZE: say("program.take_another_conversion_model_source"),
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
    def abort_text(self) -> str:
        """What llama.cpp printed when it gave up, without its build path; else empty."""
        lines = [line for line in self.log_tail.splitlines() if _ABORT_LINE.search(line)]
        found = [_SOURCE_PREFIX.sub("", line.strip()) for line in lines[:3]]
        return "\n".join(line[:_ABORT_CHARACTERS] for line in found)

    @property
    def said(self) -> Sentence:
        """What happened, for the person."""
        match self.cause:
            case EndCause.CLOSED:
                return say("program.engine_closed")
            case EndCause.TEMPLATE_TIMEOUT:
                seconds = f"{TEMPLATE_SECONDS:g}"
                return say("program.chat_template_file_took_longer", seconds=seconds)
            case EndCause.START_TIMEOUT:
                return say("program.engine_did_not_start_nothing")
            case EndCause.LOAD_STALLED:
                return say("program.file_loaded_minutes_without_getting")
            case EndCause.BAD_PROTOCOL:
                return say("program.engine_sent_something_no_message")
            case None:
                return self._own_end()

    @property
    def sentence(self) -> English:
        """The same in English."""
        return English(self.said)

    @property
    def lacks_instruction(self) -> bool:
        """Whether it used an instruction that this processor refuses."""
        return self.cause is None and self.status in _ILLEGAL_INSTRUCTION

    def _own_end(self) -> Sentence:
        doing = _DOING[self.step]
        what = (
            doing if self.step in _WITHOUT_MODEL else say("program.on_this_file_doing", doing=doing)
        )
        way_on = say("program.way_on", ways_on=_WAYS_ON[self.step]) if self.step in _WAYS_ON else ""
        if self.abort_text or self.status == -signal.SIGABRT:
            return say("program.llama_cpp_gave_up", what=what, way_on=way_on)
        if self.status == -getattr(signal, "SIGKILL", 9):
            return say("program.engine_ended_outside_most_likely")
        if self.lacks_instruction:
            return say("program.processor_lacks_instruction_engine_built")
        if self.status in (-signal.SIGSEGV, -getattr(signal, "SIGBUS", 7)):
            return say("program.engine_crashed", doing=doing, way_on=way_on)
        status = str(self.status)
        return say(
            "program.engine_ended_unexpectedly_status", doing=doing, status=status, way_on=way_on
        )

    @property
    def advice(self) -> str:
        """What the person can try in a window, beside what the sentence says."""
        if self.cause is EndCause.LOAD_STALLED:
            return worded("program.take_another_version_model_where")
        if self.cause is EndCause.TEMPLATE_TIMEOUT:
            return worded("program.choose_well_known_templates_panes")
        if self.lacks_instruction:
            return worded("program.repair_engine_goes_without_fails")
        return worded("program.other_panes_go_reload_tries")
