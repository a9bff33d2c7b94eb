"""Why a pane has no answer, or no more of one, as it is shown: what happened, and what to do."""

from __future__ import annotations

from app.core.words.sentence import worded
from app.engine.api import TooLongToSend
from app.engine.outcome import EngineOutcome
from app.engine.protocol.running import Failed, FailureKind
from app.lab.compare.panes import PaneFailure
from app.lab.compare.running.jobs import Job

_ADVICE = {
    FailureKind.PROMPT_TOO_LONG: worded("compare.shorten_prompt_drop_oldest_turns"),
    FailureKind.TEMPLATE: worded("program.choose_well_known_templates_panes"),
}
"""What the engine's own sentence does not say."""


def ended(outcome: EngineOutcome) -> PaneFailure:
    """The engine has ended by itself."""
    detail = outcome.abort_text or outcome.log_tail[-2000:]
    return PaneFailure(
        outcome.sentence, outcome.advice, detail, can_repair=outcome.lacks_instruction
    )


def failed(event: Failed, job: Job | None = None) -> PaneFailure:
    """The engine lives, and could not do it: load, or answer a job."""
    too_long = event.kind is FailureKind.PROMPT_TOO_LONG
    return PaneFailure(
        event.sentence,
        _ADVICE.get(event.kind, ""),
        event.detail,
        can_drop_turns=too_long and job is not None and len(job.messages) > 2,
    )


def not_sent(error: TooLongToSend, job: Job) -> PaneFailure:
    """The job is more than an engine is sent."""
    can_drop = error.can_drop_turns and len(job.messages) > 2
    return PaneFailure(error.sentence, "", error.detail, can_drop_turns=can_drop)


def context_full() -> PaneFailure:
    """The answer ends where the context did."""
    return PaneFailure(
        worded("compare.context_full_answer_ends"),
        worded("compare.drop_oldest_turns_go_choose"),
        can_drop_turns=True,
    )
