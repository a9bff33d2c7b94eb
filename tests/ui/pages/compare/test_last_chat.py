"""The chat of the last time at the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.store.settings import SettingsFile
from app.ui.pages.compare import last_chat
from app.ui.pages.compare.last_chat import LastChat
from app.ui.pages.compare.turns.answer_facts import AnswerFacts
from app.ui.pages.compare.turns.answer_view import AnswerView
from app.ui.settings.kept_settings import KeptSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.ui.pages.compare.scripted_session import ScriptedSession

    Start = Callable[..., tuple[LastChat, KeptSettings, ScriptedSession]]


SKIES = 2  # the session begins with an empty chat


@pytest.fixture
def start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sessions: Callable[[], ScriptedSession],
) -> Start:
    """Starts with the settings that the start before left behind."""
    monkeypatch.setattr(last_chat, "LOOK_MS", 5)

    def begin(
        *, at_rest: bool, gone: bool = False
    ) -> tuple[LastChat, KeptSettings, ScriptedSession]:
        session = sessions()
        assert session.store_chat(("Why is it blue?", "Air."), title="Skies") == SKIES
        if gone:
            session.store.delete(SKIES)
        kept = KeptSettings(SettingsFile(tmp_path / "settings.json"))
        if kept.now.last_chat_id is None:
            kept.change(last_chat_id=SKIES)
        return LastChat(session, kept, lambda: at_rest), kept, session

    return begin


def test_a_chat_that_opens_comes_back_every_time(qtbot: QtBot, start: Start) -> None:
    for _time in range(3):
        last, kept, session = start(at_rest=True)
        assert last.open()
        assert session.chat.id == SKIES
        qtbot.waitUntil(lambda kept=kept: kept.now.chat_being_opened is None)
        assert last.remark == ""
        assert not last.is_plain(SKIES)


def test_a_chat_that_did_not_open_is_left_closed_once(start: Start) -> None:
    last, kept, _session = start(at_rest=False)
    assert last.open()
    assert kept.now.chat_being_opened == SKIES
    # The program hangs and is killed.
    last, kept, session = start(at_rest=True)
    assert not last.open()
    assert session.chat.id != SKIES
    assert "“Skies”" in last.remark
    assert last.is_plain(SKIES)
    assert (kept.now.chat_being_opened, kept.now.last_chat_id) == (None, None)
    # The person opens it, and it is shown.
    kept.change(last_chat_id=SKIES)
    last, kept, session = start(at_rest=True)
    assert last.open()
    assert session.chat.id == SKIES
    assert last.is_plain(SKIES)


def test_an_end_as_it_should_be_leaves_no_mark(start: Start) -> None:
    last, _kept, _session = start(at_rest=False)
    last.open()
    last.done()
    assert start(at_rest=True)[1].now.chat_being_opened is None


def test_a_chat_that_is_gone_leaves_no_mark(start: Start) -> None:
    last, kept, _session = start(at_rest=False, gone=True)
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
