"""What a server says of its model, and what it was asked for: the part of a version's details."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as html
from typing import TYPE_CHECKING

from app.core.text.clean import clean_text
from app.engine.api import Ability
from app.lab.ladder.costs import money
from app.lab.servers.words import words_of
from app.ui.kit.words.format import NBSP, byte_size, count, duration, parameters, speed
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.ladder.results import ServerFacts
    from app.core.ladder.row import Row


def server_html(row: Row) -> str:
    """A table of what is known of a row's server; empty for what runs on this PC."""
    server = row.candidate.server
    if server is None:
        return ""
    lines = [(translate("LadderServer", "Address"), server.url)]
    if row.served is not None:
        lines += _told(row.served)
    lines += _measured(row)
    lines += _unable(row)
    cells = "".join(
        f"<tr><th>{name.replace(' ', NBSP)}</th><td>{html(clean_text(words))}</td></tr>"
        for name, words in lines
        if words
    )
    title = translate("LadderServer", "On the server {name}").format(name=server.host)
    return f"<h3>{html(clean_text(title))}</h3><table>{cells}</table>"


def _told(served: ServerFacts) -> Iterator[tuple[str, str]]:
    """Its own words."""
    model = served.told
    program = served.kind.program if served.kind is not None else ""
    yield translate("LadderServer", "Program"), program or served.engine
    yield translate("LadderServer", "Model"), model.id
    answers = served.model if served.model != model.id else ""
    yield translate("LadderServer", "Answers as"), answers
    yield translate("LadderServer", "Build"), served.fingerprint
    unknown = translate("LadderServer", "not told")
    yield translate("LadderServer", "Quantization"), model.quantization or unknown
    sizes = (
        str(parameters(model.parameters)) if model.parameters else "",
        str(byte_size(model.size_bytes)) if model.size_bytes else "",
    )
    yield translate("LadderServer", "Parameters, size"), ", ".join(filter(None, sizes)) or unknown
    context = count(model.context_tokens) if model.context_tokens else unknown
    yield translate("LadderServer", "Context"), context
    yield translate("LadderServer", "Does not follow"), ", ".join(served.ignored)
    able = words_of(frozenset(map(Ability, served.abilities)))
    yield translate("LadderServer", "Good for"), ", ".join(map(told, able))


def _measured(row: Row) -> Iterator[tuple[str, str]]:
    """What its answers took, and what they cost."""
    clocked, spent, cost = row.clocked, row.spent, row.cost
    if clocked is not None and clocked.first_token_ns and clocked.tokens_per_second:
        words = translate(
            "LadderServer", "first token after {time}, then {rate}, by this PC’s clock"
        ).format(
            time=duration(round(clocked.first_token_ns)), rate=speed(clocked.tokens_per_second)
        )
        if clocked.told_tokens_per_second:
            words += "; " + translate("LadderServer", "the server itself says {rate}").format(
                rate=speed(clocked.told_tokens_per_second)
            )
        yield translate("LadderServer", "Answers"), words
    if spent is not None:
        yield (
            translate("LadderServer", "Tokens used"),
            translate("LadderServer", "{read} read, {written} written").format(
                read=count(spent.read_tokens), written=count(spent.written_tokens)
            ),
        )
    if cost is not None:
        words = translate("LadderServer", "{cost} by the prices entered")
        yield translate("LadderServer", "Price"), words.format(cost=money(cost))


def _unable(row: Row) -> Iterator[tuple[str, str]]:
    """What is not measured of it, and why."""
    name = translate("LadderServer", "Not measured")
    for kind in sorted(row.unable):
        yield name, told(row.why_unable(kind))
        name = ""
