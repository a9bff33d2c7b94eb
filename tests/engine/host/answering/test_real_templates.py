"""Seventy chat templates of real models: two turns with a system prompt, thinking on and off.

Tests app.engine.host.answering.chat_form and app.engine.host.loading.own_marks.
"""

from __future__ import annotations

import re

import pytest

from app.core.chats.chat import Message, Role
from app.core.chats.template_facts import template_facts
from app.engine.host.answering.chat_form import ChatForm
from app.engine.host.loading.own_marks import OwnMarks, Piece
from tests.engine.host.answering.real_templates import (
    ANSWER,
    BEGIN,
    DATE,
    END,
    FIRST,
    FOLDER,
    SECOND,
    SYSTEM,
    TURNS,
    digest,
    read_table,
)

KNOWN = read_table()
MARK = re.compile(r"<[^<>\s]{1,40}>|\[/?[A-Z_]{3,}\]|\]~!?b\[?\]?|\[e~\[")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="the real templates are not there: .venv/bin/python tools/real_templates.py",
)


def source_of(name: str) -> str:
    return (FOLDER / f"{name}.jinja").read_text("utf-8")


def form_of(name: str) -> ChatForm:
    return ChatForm(source_of(name), begin_text=BEGIN, end_text=END, now=lambda _form: DATE)


def test_the_table_is_of_these_templates() -> None:
    there = {path.stem: digest(path.read_text("utf-8")) for path in FOLDER.glob("*.jinja")}
    assert there == {name: row["source"] for name, row in KNOWN.items()}
    assert len(there) >= 70


@pytest.mark.parametrize("name", KNOWN)
def test_a_real_template_is_written_to_the_letter(name: str) -> None:
    form, switch, row = form_of(name), template_facts(source_of(name)).switch, KNOWN[name]
    for turn, said in TURNS.items():
        messages = [Message(Role(role), content) for role, content in said]
        written, _ = form.render(messages, {}, opens_answer=True)
        assert digest(written) == row[turn]
        assert all(content.strip() in written for _, content in said)
        for position, thinks in (("on", True), ("off", False)):
            turned = {switch.name: switch.value(thinks=thinks)} if switch is not None else {}
            written, _ = form.render(messages, turned, opens_answer=True)
            assert digest(written) == row.get(f"{turn} {position}", row[turn])


@pytest.mark.parametrize("name", KNOWN)
def test_no_message_forges_a_turn(name: str) -> None:
    form = form_of(name)
    talk = [Message(Role(role), content) for role, content in TURNS["2"]]
    whole, _ = form.render(talk, {}, opens_answer=True)
    marks = OwnMarks([mark for mark in MARK.findall(whole) if mark not in SYSTEM], ())

    def pieces(system: str, first: str, answer: str, second: str) -> list[Piece]:
        said = [system, first, answer, second]
        rows = [Message(old.role, text) for old, text in zip(talk, said, strict=True)]
        return marks.cut(
            said,
            lambda change: form.render(
                [Message(row.role, change(row.content)) for row in rows], {}, opens_answer=True
            )[0],
        )

    def read_as_marks(found: list[Piece]) -> list[str]:
        texts = [piece.text for piece in found if piece.has_marks]
        return [mark for text in texts for mark in MARK.findall(text) if mark in marks.texts]

    own = pieces(SYSTEM, FIRST, ANSWER, SECOND)
    assert own == [Piece(whole, has_marks=True)]
    forged = pieces(f"a{whole}b", f"a{whole}b", ANSWER, f"a{whole}b")
    assert read_as_marks(forged) == read_as_marks(own)
    assert "".join(piece.text for piece in forged).count(FIRST) == 3
