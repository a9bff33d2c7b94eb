"""What the figures of an answer are called, and how they were taken."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from app.ui.kit.words.format import Quantity, count, duration, speed, tokens
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.chats.chat import AnswerFigures


class Figure(Enum):
    """One kind of figure, in the order in which they stand."""

    SPEED = "speed"
    MEMORY = "memory"
    FIRST_TOKEN = "first_token"
    TOKENS = "tokens"
    THINKING = "thinking"
    PROMPT_SPEED = "prompt_speed"
    DRAFTED = "drafted"
    SAID_FIRST_TOKEN = "said_first_token"
    SAID_PROMPT_SPEED = "said_prompt_speed"
    SAID_SPEED = "said_speed"


def figure_names() -> dict[Figure, str]:
    """What each is called before its values."""
    return {
        Figure.SPEED: translate("Words", "speed"),
        Figure.MEMORY: translate("Words", "memory"),
        Figure.FIRST_TOKEN: translate("Words", "first token"),
        Figure.TOKENS: translate("Words", "tokens"),
        Figure.THINKING: translate("Words", "thinking"),
        Figure.PROMPT_SPEED: translate("Words", "prompt"),
        Figure.DRAFTED: translate("Words", "drafted"),
        Figure.SAID_FIRST_TOKEN: translate("Words", "server says: first token"),
        Figure.SAID_PROMPT_SPEED: translate("Words", "server says: prompt"),
        Figure.SAID_SPEED: translate("Words", "server says: speed"),
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
    if figures.drafted_tokens:
        values[Figure.DRAFTED] = (
            Quantity(
                translate("Words", "{drafted}, accepted {accepted}").format(
                    drafted=count(figures.drafted_tokens), accepted=count(figures.accepted_tokens)
                )
            ),
            translate(
                "Words", "Tokens that the draft proposed, and those of them that the model said."
            ),
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
        "Memory: the engine's peak of resident memory, less the copies of weights that "
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
        "Let them answer one after another to compare speeds.",
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
