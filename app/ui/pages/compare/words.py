"""What states and ends are called in the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.notation import told_settings
from app.core.chats.chat import MAX_ANSWER_BYTES, Answer, StopReason
from app.core.models.levels import LEVELS
from app.core.text.clean import clean_line
from app.core.text.shared_names import file_name
from app.core.words.sentence import say
from app.lab.compare.panes import EngineWait, Pane, PaneState
from app.ui.kit.widgets import DotState
from app.ui.kit.words.format import (
    NBSP,
    Quantity,
    byte_size,
    count,
    percent,
    time_left,
)
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.compare.elsewhere import (
    about_server,
    server_host,
    server_model,
    server_state,
)
from app.ui.settings.adapters_editor import adapter_name

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.candidates.settings import SamplingSettings
    from app.lab.compare.session import Session

_SAID = (StopReason.END, StopReason.LENGTH)
_WITHOUT_ENGINE = frozenset({PaneState.PREPARING, PaneState.ASLEEP, PaneState.WAITING})
# Shorter texts are tokens in a moment.
_LONG_CHARACTERS = 20_000
_LEVEL_NAMES = frozenset(level.name for level in LEVELS)


def state_words(pane: Pane) -> str:
    """A pane's state with its progress, as its header says it."""
    if pane.candidate.server is not None and (said := server_state(pane)[0]):
        return said
    if (wait := engine_wait(pane)) is not None:
        if wait.failed:
            return translate("Words", "has no engine")
        words = translate("Words", "waits for the engine")
        return words if wait.share is None else f"{words} {percent(wait.share)}"
    words = {
        PaneState.PREPARING: translate("Words", "being made"),
        PaneState.ASLEEP: translate("Words", "not loaded"),
        PaneState.LOADING: translate("Words", "loading"),
        PaneState.READY: translate("Words", "ready"),
        PaneState.WAITING: translate("Words", "waiting"),
        PaneState.READING: translate("Words", "reading the prompt"),
        PaneState.GENERATING: translate("Words", "answering"),
        PaneState.STOPPING: translate("Words", "stopping"),
        PaneState.FAILED: translate("Words", "failed"),
    }[pane.state]
    if pane.state is PaneState.READING and pane.tokenizing_characters >= _LONG_CHARACTERS:
        characters = count(pane.tokenizing_characters)
        return translate("Words", "turning {count} characters into tokens").format(count=characters)
    return words if pane.progress is None else f"{words} {percent(pane.progress)}"


def state_help(pane: Pane) -> str:
    """What a state means and what goes on from it, for hovering."""
    if pane.candidate.server is not None and (said := server_state(pane)[1]):
        return said
    if engine_wait(pane) is not None:
        return translate(
            "Words", "The engine is compiled for this PC, once; then it goes on by itself."
        )
    return {
        PaneState.PREPARING: translate(
            "Words", "The quantizer writes this version of the demo model; once only."
        ),
        PaneState.ASLEEP: translate(
            "Words", "No memory is used. The model loads by itself when it is asked."
        ),
        PaneState.LOADING: translate("Words", "The model file is being read into memory."),
        PaneState.READY: translate("Words", "The model is loaded and waits for a prompt."),
        PaneState.WAITING: translate("Words", "They answer one after another; its turn will come."),
        PaneState.READING: translate("Words", "The prompt is being decoded; the answer follows."),
        PaneState.GENERATING: translate("Words", "The answer is coming."),
        PaneState.STOPPING: translate("Words", "The engine finishes its step and stops."),
        PaneState.FAILED: translate(
            "Words", "Something went wrong; the notice below its answers says what."
        ),
    }[pane.state]


def engine_wait(pane: Pane) -> EngineWait | None:
    """How far the engine is that a pane waits for; None where it does something, or can."""
    return pane.engine_wait if pane.state in _WITHOUT_ENGINE else None


def dot_state(pane: Pane) -> DotState:
    """The shape that goes with a pane's state."""
    if (wait := engine_wait(pane)) is not None:
        return DotState.FAILED if wait.failed else DotState.WAITING
    return {
        PaneState.PREPARING: DotState.WORKING,
        PaneState.ASLEEP: DotState.ASLEEP,
        PaneState.LOADING: DotState.WORKING,
        PaneState.READY: DotState.READY,
        PaneState.WAITING: DotState.WAITING,
        PaneState.READING: DotState.WORKING,
        PaneState.GENERATING: DotState.WORKING,
        PaneState.STOPPING: DotState.WAITING,
        PaneState.FAILED: DotState.FAILED,
    }[pane.state]


def level_words(pane: Pane) -> str:
    """The quantization level; what the file's name says of it while its header is not read."""
    if pane.model is not None and pane.model.level_name:
        return pane.model.level_name
    if pane.candidate.server is not None:
        return file_name(server_model(pane))
    stem = clean_line(pane.candidate.file.stem)
    end = stem.rpartition("-")[2]
    return end if pane.failure is None and end in _LEVEL_NAMES else stem


def adapter_words(candidate: Candidate) -> str:
    """Its adapters with strengths that are not 1: “style × 0.5”; empty without any."""
    found = [(adapter_name(each), each.strength) for each in candidate.adapters]
    return " + ".join(
        name if strength == 1 else f"{name}{NBSP}×{NBSP}{strength:g}" for name, strength in found
    )


def settings_words(candidate: Candidate) -> str:
    """What else is set of how it runs; empty where nothing is."""
    return told(told_settings(replace(candidate, adapters=(), projector=None)))


def name_words(pane: Pane) -> str:
    """The model's name, of one on a server the server's; empty while the header is not read."""
    if pane.candidate.server is not None:
        return server_host(pane)
    return clean_line(pane.model.name) if pane.model is not None else ""


def full_name(pane: Pane) -> str:
    """Name and path, for hovering."""
    name = name_words(pane)
    return f"{name} – {pane.candidate.place}" if name else pane.candidate.place


def context_words(pane: Pane) -> str:
    """How much of the context is used; empty before a first answer."""
    if pane.loaded is None or not pane.context_used_tokens or not pane.loaded.context_tokens:
        return ""
    return translate("Words", "context {used} of {all}").format(
        used=count(pane.context_used_tokens), all=count(pane.loaded.context_tokens)
    )


def drafted_words(pane: Pane) -> str:
    """What its draft did for the last answer; empty without one."""
    if pane.loaded is not None and pane.loaded.draft_is_idle:
        return told(say("drafts.idle"))
    if not pane.drafted_tokens:
        return ""
    return translate("Words", "drafted {drafted}, accepted {accepted}").format(
        drafted=count(pane.drafted_tokens), accepted=count(pane.accepted_tokens)
    )


def about_words(pane: Pane, gloss: str) -> str:
    """What a candidate is that was asked nothing yet; ``gloss`` is its version in plain words."""
    if (wait := engine_wait(pane)) is not None:
        if wait.failed:
            return translate("Words", "No engine yet. The line above the page says why.")
        told = [translate("Words", "The engine is being compiled")]
        told += [percent(wait.share)] if wait.share is not None else []
        told += [time_left(wait.seconds_left)] if wait.seconds_left is not None else []
        return " · ".join(told)
    if pane.state is PaneState.PREPARING:
        return translate("Words", "This version is being made from the original, once.")
    if pane.failure is None and pane.candidate.server is not None:
        return about_server(pane)
    if pane.failure is not None or pane.model is None:
        return ""
    memory = memory_quantity(pane)
    if not memory.value:
        return gloss
    needs = translate("Words", "memory {size}").format(size=memory)
    return "\n".join(part for part in (gloss, needs) if part)


def joined(letters: Sequence[str]) -> str:
    """Letters in a sentence: A, B and C."""
    if len(letters) < 2:
        return "".join(letters)
    return translate("Words", "{most} and {last}").format(
        most=", ".join(letters[:-1]), last=letters[-1]
    )


def memory_quantity(pane: Pane) -> Quantity:
    """Needed memory, measured or (marked as such) estimated."""
    if pane.needed_bytes is not None:
        return byte_size(pane.needed_bytes)
    if pane.estimated_bytes is None:
        return Quantity("")
    estimate = byte_size(pane.estimated_bytes)
    return Quantity(f"≈{NBSP}{estimate.value}", estimate.unit)


def stop_words(answer: Answer, sampling: SamplingSettings, context_tokens: int | None) -> str:
    """Why an answer ended; empty where it ended by itself."""
    match answer.stop_reason:
        case StopReason.LENGTH if _is_full(answer):
            return translate("Words", "as long as an answer may be: {size}").format(
                size=byte_size(MAX_ANSWER_BYTES)
            )
        case StopReason.LENGTH:
            return translate("Words", "length limit reached: {limit}").format(
                limit=tokens_words(_length(answer, sampling))
            )
        case StopReason.CONTEXT:
            if context_tokens is None:
                return translate("Words", "context full")
            return translate("Words", "context full: {limit}").format(
                limit=tokens_words(context_tokens)
            )
        case StopReason.STOPPED:
            return translate("Words", "stopped")
        case StopReason.ERROR:
            return translate("Words", "failed")
        case _:
            return ""


def tokens_words(amount: int) -> str:
    """A count with its noun: 256 tokens."""
    return told(say("counted.tokens", n=amount))


def turns_words(amount: int) -> str:
    """How long a chat is: 3 turns."""
    return told(say("counted.turns", n=amount)) if amount else translate("Words", "empty")


def _is_full(answer: Answer) -> bool:
    size_bytes = len((answer.text + answer.thinking).encode(errors="replace"))
    return size_bytes >= MAX_ANSWER_BYTES - 64  # a letter that was cut is gone


def _length(answer: Answer, sampling: SamplingSettings) -> int:
    # The limit may have been changed since; what was generated is what was allowed.
    figures = answer.figures
    return figures.generated_tokens if figures else sampling.max_tokens


def outcome_sentence(session: Session) -> str:
    """Of the last turn, once all of its answers are there; empty where nothing can be compared.

    Answers that failed or were stopped are left out.
    """
    chat = session.chat
    if not chat.turns:
        return ""
    turn = chat.turns[-1]
    asked = [pane for pane in session.panes if pane.key in turn.answers]
    if any(turn.answers[pane.key].stop_reason is None for pane in asked):
        return ""
    said = [pane for pane in asked if turn.answers[pane.key].stop_reason in _SAID]
    reference = next((pane for pane in said if pane.key == chat.reference_key), None)
    if reference is None or len(said) < 2:
        return ""
    agree = [
        pane.letter for pane in said if pane is reference or session.says_the_same(turn, pane.key)
    ]
    others = [pane.letter for pane in said if pane.letter not in agree]
    if not others:
        return translate("Outcome", "{letters} say the same.").format(letters=joined(agree))
    if len(agree) == 1:
        if len(others) == 1:
            return translate("Outcome", "{letters} differ.").format(
                letters=joined([*agree, *others])
            )
        return translate("Outcome", "{others} differ from {letter}.").format(
            others=joined(others), letter=agree[0]
        )
    form = (
        translate("Outcome", "{letters} agree, {others} does not.")
        if len(others) == 1
        else translate("Outcome", "{letters} agree, {others} do not.")
    )
    return form.format(letters=joined(agree), others=joined(others))
