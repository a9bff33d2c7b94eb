"""What is said of candidates that run on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.text.clean import clean_line
from app.lab.compare.panes import PaneState
from app.ui.kit.words.format import about, byte_size, duration, speed
from app.ui.kit.words.text import translate
from app.ui.pages.compare.figure_words import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.chats.chat import AnswerFigures, Chat
    from app.core.servers.facts import Served, ServerSpeeds
    from app.lab.compare.panes import Pane
    from app.ui.kit.words.format import Quantity


def server_model(pane: Pane) -> str:
    """The model's id there; the server's choice, as soon as that is known, where none was named."""
    named = pane.served.id if pane.served is not None else pane.candidate.name
    return clean_line(named) or translate("Elsewhere", "its first model")


def server_host(pane: Pane) -> str:
    """The server by its name, else by its address."""
    server = pane.candidate.server
    return clean_line(server.host) if server is not None else ""


def server_state(pane: Pane) -> tuple[str, str]:
    """What its state is called where that is another than on this PC, and what it means."""
    if pane.silent_seconds:
        time = about(pane.silent_seconds)
        return translate("Elsewhere", "silent for {time}").format(time=time), translate(
            "Elsewhere", "So long nothing came from the server. It is waited for; Stop ends that."
        )
    match pane.state:
        case PaneState.ASLEEP:
            return translate("Elsewhere", "not asked yet"), translate(
                "Elsewhere", "Nothing was sent to the server. It hears of you when you ask."
            )
        case PaneState.LOADING:
            return translate("Elsewhere", "asking the server"), translate(
                "Elsewhere", "The server is asked what it has; it may load its model meanwhile."
            )
        case PaneState.READY:
            return translate("Elsewhere", "ready"), translate(
                "Elsewhere", "The server was found and waits for a prompt."
            )
        case PaneState.READING:
            return translate("Elsewhere", "waiting for the server"), translate(
                "Elsewhere", "The prompt was sent; the server has said nothing yet."
            )
        case PaneState.STOPPING:
            return translate("Elsewhere", "stopping"), translate(
                "Elsewhere", "The connection is closed, so that the server stops."
            )
        case _:
            return "", ""


def server_facts(pane: Pane) -> str:
    """Its quantization, as far as the server tells it; empty before it was asked."""
    if pane.served is None:
        return translate("Elsewhere", "on a server")
    if pane.served.quantization:
        return clean_line(pane.served.quantization)
    return translate("Elsewhere", "quantization not told")


def about_server(pane: Pane) -> str:
    """What a candidate is that was asked nothing yet."""
    model = pane.candidate.server
    url = model.url if model is not None else ""
    runs = translate("Elsewhere", "Runs on {server}, not on this PC.").format(
        server=f"{server_host(pane)} ({url})" if model is not None and model.server else url
    )
    return f"{runs}\n{memory_not_told()}"


def memory_not_told() -> str:
    """Why there is no figure."""
    return translate("Elsewhere", "It takes no memory of this PC.")


def server_help(pane: Pane) -> list[str]:
    """All that the server tells of it, a line each."""
    facts = pane.served
    if facts is None:
        return []
    size, needs = facts.size_bytes, facts.needed_bytes
    return [
        translate("Elsewhere", "The server says: {facts}").format(facts=server_facts(pane)),
        "" if size is None else translate("Elsewhere", "file {size}").format(size=byte_size(size)),
        translate("Elsewhere", "memory there: {size}").format(
            size=translate("Elsewhere", "not told") if needs is None else byte_size(needs)
        ),
    ]


def said_figures(figures: AnswerFigures) -> dict[Figure, tuple[Quantity, str]]:
    """What the server itself says of an answer's time; clocked figures stand apart from these."""
    if figures.served is None:
        return {}
    said: ServerSpeeds = figures.served.speeds
    help_ = translate("Elsewhere", "The server says so, by its own clock; it was not taken here.")
    values: dict[Figure, tuple[Quantity, str]] = {}
    if said.first_token_ns is not None:
        values[Figure.SAID_FIRST_TOKEN] = (duration(said.first_token_ns), help_)
    if (pace := said.prompt_tokens_per_second) is not None:
        values[Figure.SAID_PROMPT_SPEED] = (speed(pace), help_)
    if (pace := said.generated_tokens_per_second) is not None:
        values[Figure.SAID_SPEED] = (speed(pace), help_)
    return values


def first_token_help(figures: AnswerFigures) -> str:
    """How the first token of a server's answer was clocked."""
    words = translate(
        "Elsewhere", "From sending the request to the first token here: the way there included."
    )
    if figures.first_byte_ns is None:
        return words
    byte = translate("Elsewhere", "The first byte came after {time}.")
    return f"{words} {byte.format(time=duration(figures.first_byte_ns))}"


def server_remarks(chat: Chat, panes: Sequence[Pane]) -> list[str]:
    """What makes a comparison with servers unfair, as far as they tell."""
    remarks: list[str] = []
    for pane in panes:
        if pane.candidate.server is None:
            continue
        said = _said(chat, pane)
        if ignored := newest_ignored(chat, pane):
            form = translate("Hygiene", "{letter}: its server ignores {settings}")
            names = ", ".join(map(_setting, ignored))
            remarks.append(form.format(letter=pane.letter, settings=names))
        if pane.served is not None and not pane.served.quantization:
            form = translate("Hygiene", "{letter}: its server does not tell the quantization")
            remarks.append(form.format(letter=pane.letter))
        if len({(each.model, each.fingerprint) for each in said}) > 1:
            form = translate("Hygiene", "{letter}: another model answers there than before")
            remarks.append(form.format(letter=pane.letter))
    return remarks


def newest_ignored(chat: Chat, pane: Pane) -> tuple[str, ...]:
    """Fields of the settings that its server did not follow, when it answered last."""
    said = _said(chat, pane)
    return said[-1].ignored if said else ()


def _said(chat: Chat, pane: Pane) -> list[Served]:
    answers = (turn.answers.get(pane.key) for turn in chat.turns)
    figures = (answer.figures for answer in answers if answer is not None)
    return [each.served for each in figures if each is not None and each.served is not None]


def _setting(field: str) -> str:
    """A field of the settings as the window calls it."""
    return {
        "temperature": translate("Hygiene", "the temperature"),
        "top_k": translate("Hygiene", "top-k"),
        "top_p": translate("Hygiene", "top-p"),
        "min_p": translate("Hygiene", "min-p"),
        "repeat_penalty": translate("Hygiene", "the repeat penalty"),
        "seed": translate("Hygiene", "the seed"),
        "max_tokens": translate("Hygiene", "the longest answer"),
        "thinking": translate("Hygiene", "the switch of thinking"),
        "thinking_limit_tokens": translate("Hygiene", "the longest thinking"),
        "template": translate("Hygiene", "the chat template"),
    }.get(field, field)
