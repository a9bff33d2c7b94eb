"""What states, ends and figures are called in the window."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.chats.chat import MAX_ANSWER_BYTES, StopReason
from app.core.models.levels import LEVELS
from app.core.text.clean import clean_line
from app.core.words.sentence import say
from app.lab.compare.panes import PaneState
from app.ui.kit.widgets import DotState
from app.ui.kit.words.format import (
    NBSP,
    Quantity,
    byte_size,
    count,
    duration,
    number,
    parameters,
    percent,
    speed,
    time_left,
    tokens,
)
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.candidates.settings import SamplingSettings
    from app.core.chats.chat import Answer, AnswerFigures
    from app.lab.compare.panes import EngineWait, Pane

_WITHOUT_ENGINE = frozenset({PaneState.PREPARING, PaneState.ASLEEP, PaneState.WAITING})
# Shorter texts are tokens in a moment.
_LONG_CHARACTERS = 20_000
_LEVEL_NAMES = frozenset(level.name for level in LEVELS)


def state_words(pane: Pane) -> str:
    """A pane's state with its progress, as its header says it."""
    if (wait := engine_wait(pane)) is not None:
        if wait.failed:
            return translate("Words", "has no engine")
        words = translate("Words", "waits for the engine")
        return words if wait.share is None else f"{words} {percent(wait.share)}"
    words = {
        PaneState.PREPARING: translate("Words", "making this level"),
        PaneState.ASLEEP: translate("Words", "asleep"),
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
    if engine_wait(pane) is not None:
        return translate(
            "Words", "The engine is compiled for this PC, once; then this pane goes on by itself."
        )
    return {
        PaneState.PREPARING: translate(
            "Words", "The quantizer writes this level of the demo model; once only."
        ),
        PaneState.ASLEEP: translate(
            "Words", "No memory is used. The model loads by itself when it is asked."
        ),
        PaneState.LOADING: translate("Words", "The model file is being read into memory."),
        PaneState.READY: translate("Words", "The model is loaded and waits for a prompt."),
        PaneState.WAITING: translate(
            "Words", "In a race panes answer one after another; its turn will come."
        ),
        PaneState.READING: translate("Words", "The prompt is being decoded; the answer follows."),
        PaneState.GENERATING: translate("Words", "The answer is coming."),
        PaneState.STOPPING: translate("Words", "The engine finishes its step and stops."),
        PaneState.FAILED: translate(
            "Words", "Something went wrong; the notice below says what and how to go on."
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
    stem = clean_line(Path(pane.candidate.path).stem)
    end = stem.rpartition("-")[2]
    return end if pane.failure is None and end in _LEVEL_NAMES else stem


def name_words(pane: Pane) -> str:
    """The model's name; empty while the header is not read."""
    return clean_line(pane.model.name) if pane.model is not None else ""


def full_name(pane: Pane) -> str:
    """Name and path, for hovering."""
    name = name_words(pane)
    return f"{name} – {pane.candidate.path}" if name else pane.candidate.path


def context_words(pane: Pane) -> str:
    """How much of the context is used; empty before a first answer."""
    if pane.loaded is None or not pane.context_used_tokens:
        return ""
    return translate("Words", "context {used} of {all}").format(
        used=count(pane.context_used_tokens), all=count(pane.loaded.context_tokens)
    )


def empty_words(pane: Pane) -> tuple[str, str]:
    """A title and a sentence for a pane that was asked nothing yet."""
    if (wait := engine_wait(pane)) is not None:
        if wait.failed:
            return translate("Words", "No engine yet"), translate(
                "Words", "The line above the page says why, and the way on."
            )
        told = [percent(wait.share)] if wait.share is not None else []
        told += [time_left(wait.seconds_left)] if wait.seconds_left is not None else []
        first = f"{' · '.join(told)}. " if told else ""
        then = translate("Words", "What you ask now is answered then.")
        return translate("Words", "The engine is being compiled"), first + then
    title = {
        PaneState.PREPARING: translate("Words", "This level is being made"),
        PaneState.LOADING: translate("Words", "Loading"),
        PaneState.FAILED: translate("Words", "Not ready"),
    }.get(pane.state, translate("Words", "Ask it something"))
    facts: list[str] = []
    if pane.model is not None:
        facts.append(str(byte_size(pane.model.file_bytes)))
        if pane.model.bits_per_weight:
            facts.append(
                translate("Words", "{bits} bits per weight").format(
                    bits=number(pane.model.bits_per_weight, 1)
                )
            )
        if pane.model.parameters:
            facts.append(
                translate("Words", "{count} parameters").format(
                    count=parameters(pane.model.parameters)
                )
            )
    return title, " · ".join(facts)


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


class Figure(Enum):
    """One number of a pane's foot."""

    TOKENS = "tokens"
    THINKING = "thinking"
    PROMPT_SPEED = "prompt_speed"
    SPEED = "speed"
    FIRST_TOKEN = "first_token"
    NEEDED = "needed"


def figure_names() -> dict[Figure, tuple[str, str]]:
    """Each figure's name and the dimmed word before it."""
    return {
        Figure.TOKENS: (translate("Words", "Tokens of the answer"), ""),
        Figure.THINKING: (translate("Words", "Thinking tokens"), translate("Words", "thinking")),
        Figure.PROMPT_SPEED: (translate("Words", "Prompt speed"), translate("Words", "prompt")),
        Figure.SPEED: (translate("Words", "Generation speed"), ""),
        Figure.FIRST_TOKEN: (
            translate("Words", "Time to the first token"),
            translate("Words", "first token"),
        ),
        Figure.NEEDED: (translate("Words", "Needed memory"), translate("Words", "needs")),
    }


def figure_values(figures: AnswerFigures) -> dict[Figure, tuple[Quantity, str]]:
    """The figures of an answer that there are, each with how it was taken."""
    values = {
        Figure.TOKENS: (
            tokens(figures.generated_tokens),
            translate(
                "Words", "Tokens of the answer, thinking included; the end token does not count."
            ),
        )
    }
    if figures.thinking_tokens:
        values[Figure.THINKING] = (
            tokens(figures.thinking_tokens),
            translate("Words", "Of the tokens, those between the template's thinking marks."),
        )
    if figures.prompt_tokens_per_second is not None:
        values[Figure.PROMPT_SPEED] = (
            speed(figures.prompt_tokens_per_second),
            _prompt_help(figures),
        )
    if figures.tokens_per_second is not None:
        values[Figure.SPEED] = (speed(figures.tokens_per_second), _speed_help(figures))
    if figures.first_token_ns is not None:
        values[Figure.FIRST_TOKEN] = (
            duration(figures.first_token_ns),
            translate("Words", "Template, tokenizing, prompt and first sample together."),
        )
    return values


def needed_help() -> str:
    """What needed memory is."""
    return translate(
        "Words",
        "Needed memory: the engine's peak of resident memory, less the copies of weights that "
        "llama.cpp repacks for speed, as the operating system tells it.",
    )


def estimated_help() -> str:
    """What the estimate stands on."""
    return translate(
        "Words",
        "Estimated from the file's header: weights, context and the engine itself. "
        "Measured once the model has answered.",
    )


def shared_help() -> str:
    """Why timings taken together do not rank."""
    return translate(
        "Words",
        "Other engines worked at the same time, so these speeds do not rank the models. "
        "Use Race to compare speeds.",
    )


def busy_help() -> str:
    """Why timings beside other programs' work do not count."""
    return translate(
        "Words",
        "Other programs used the processor while this answer came, so its speeds say little of "
        "the model. Ask again when the PC is at rest.",
    )


def _prompt_help(figures: AnswerFigures) -> str:
    decoded = figures.prompt_tokens - figures.reused_tokens
    sentence = translate(
        "Words", "{decoded} of the prompt's {all} tokens over the time to decode them."
    ).format(decoded=count(decoded), all=count(figures.prompt_tokens))
    if figures.reused_tokens:
        sentence += " " + translate(
            "Words", "The engine still had the others from the turn before."
        )
    return sentence


def _speed_help(figures: AnswerFigures) -> str:
    return translate(
        "Words",
        "({count} − 1) tokens over the {time} from the first to the last. "
        "A chat turn's speed is shown, not ranked.",
    ).format(count=count(figures.generated_tokens), time=duration(figures.generation_ns))
