"""The chat of the last time at the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from app.core.errors import PersonError
from app.store.settings import SettingsFile
from app.ui.pages.compare import last_chat
from app.ui.pages.compare.last_chat import LastChat
from app.ui.pages.compare.turns.answer_facts import AnswerFacts
from app.ui.pages.compare.turns.answer_view import AnswerView
from app.ui.settings.kept_settings import KeptSettings
from tests.ui.pages.compare.fake_session import FakeSession, summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.lab.compare.session import Session

    Start = Callable[..., tuple[LastChat, KeptSettings, list[int]]]


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts with the settings that the start before left behind."""
    monkeypatch.setattr(last_chat, "LOOK_MS", 5)

    def begin(*, at_rest: bool, gone: bool = False) -> tuple[LastChat, KeptSettings, list[int]]:
        session = FakeSession()
        session.summaries = [summary(7, "Skies", turns=2)]
        opened: list[int] = []

        def open_chat(chat_id: int) -> None:
            if gone:
                raise PersonError("That chat is no longer there.")
            opened.append(chat_id)

        monkeypatch.setattr(session, "open_chat", open_chat)
        kept = KeptSettings(SettingsFile(tmp_path / "settings.json"))
        if kept.now.last_chat_id is None:
            kept.change(last_chat_id=7)
        made = LastChat(cast("Session", session), kept, lambda: at_rest)
        return made, kept, opened

    return begin


def test_a_chat_that_opens_comes_back_every_time(qtbot: QtBot, start: Start) -> None:
    for _time in range(3):
        last, kept, opened = start(at_rest=True)
        assert last.open()
        assert opened == [7]
        qtbot.waitUntil(lambda kept=kept: kept.now.chat_being_opened is None)
        assert last.remark == ""
        assert not last.is_plain(7)


def test_a_chat_that_did_not_open_is_left_closed_once(start: Start) -> None:
    last, kept, _opened = start(at_rest=False)
    assert last.open()
    assert kept.now.chat_being_opened == 7
    # The program hangs and is killed.
    last, kept, opened = start(at_rest=True)
    assert not last.open()
    assert opened == []
    assert "“Skies”" in last.remark
    assert last.is_plain(7)
    assert (kept.now.chat_being_opened, kept.now.last_chat_id) == (None, None)
    # The person opens it, and it is shown.
    kept.change(last_chat_id=7)
    last, kept, opened = start(at_rest=True)
    assert last.open()
    assert opened == [7]
    assert last.is_plain(7)


def test_an_end_as_it_should_be_leaves_no_mark(start: Start) -> None:
    last, _kept, _opened = start(at_rest=False)
    last.open()
    last.done()
    assert start(at_rest=True)[1].now.chat_being_opened is None


def test_a_chat_that_is_gone_leaves_no_mark(start: Start) -> None:
    last, kept, _opened = start(at_rest=False, gone=True)
    assert not last.open()
    assert kept.now.chat_being_opened is None


def test_its_answers_begin_as_plain_text(qtbot: QtBot) -> None:
    from app.core.chats.chat import Answer, StopReason

    view = AnswerView("Answer")
    qtbot.addWidget(view)
    view.show()
    answer = Answer("some **bold** text", stop_reason=StopReason.END)
    view.show_answer(answer, AnswerFacts(plain=True))
    assert view.text.toPlainText() == "some **bold** text"
    assert view.part_bar is not None
    view.part_bar.format_button.click()
    assert view.text.toPlainText() == "some bold text"
    view.show_answer(answer, AnswerFacts(plain=True))
    assert view.text.toPlainText() == "some bold text"
