"""An error that nobody foresaw is logged and said, whichever thread it ends."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from app.ui.shell.unexpected import Unexpected

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.fixture
def said(qtbot: QtBot) -> Iterator[list[tuple[str, str]]]:
    """What was said, and on which thread."""
    heard: list[tuple[str, str]] = []
    unexpected = Unexpected(lambda text: heard.append((text, threading.current_thread().name)))
    before = (sys.excepthook, threading.excepthook)
    unexpected.begin()
    yield heard
    unexpected.end()
    assert (sys.excepthook, threading.excepthook) == before


def test_a_thread_that_dies_says_so(
    said: list[tuple[str, str]], qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def die() -> None:
        raise OverflowError("a figure near 2^63")

    with caplog.at_level(logging.CRITICAL):
        thread = threading.Thread(target=die, name="looking")
        thread.start()
        thread.join()
    qtbot.waitUntil(lambda: len(said) == 1)
    sentence, spoken_on = said[0]
    assert "the log has the details" in sentence
    assert spoken_on == threading.main_thread().name
    assert "in thread looking" in caplog.text
    assert "a figure near 2^63" in caplog.text


def test_a_thread_that_ends_itself_says_nothing(
    said: list[tuple[str, str]], qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()
    qapp.processEvents()
    assert not said
    assert not caplog.records


def test_a_callback_of_qt_that_fails_says_so(
    said: list[tuple[str, str]], qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    error = ZeroDivisionError("no weights")
    sys.excepthook(type(error), error, None)
    qtbot.waitUntil(lambda: len(said) == 1)
    assert "no weights" in caplog.text
