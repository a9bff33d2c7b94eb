"""The tab over a real child that serves the demo model to a real client.

Tests app.lab.serve.child, app.ui.pages.models.serving.requests_table and
app.ui.kit.widgets.copy_field.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openai import OpenAI
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.core.candidates.candidate import candidate_of
from app.core.candidates.notation import with_settings
from app.ui.pages.models.serving.tab import ServeTab

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.ui.kit.jobs import Jobs
    from app.ui.kit.theme import Theme

PATIENCE_MS = 60_000


@pytest.fixture
def tab(qtbot: QtBot, theme: Theme, demo_model: Path, jobs: Jobs) -> Iterator[ServeTab]:
    made = ServeTab(jobs, find_key=lambda: "of the last time", keep_key=lambda _: True)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def ask(url: str, key: str = "none") -> str | None:
    question = "How many days has April?"
    with OpenAI(base_url=url, api_key=key, max_retries=0) as client:
        answer = client.chat.completions.create(
            model="", messages=[{"role": "user", "content": question}], temperature=0
        )
    return answer.choices[0].message.content


def test_versions_are_served_shown_and_ended(tab: ServeTab, qtbot: QtBot, demo_model: Path) -> None:
    demo = candidate_of(demo_model)
    tab.add([demo, with_settings(demo, "ctx=512"), demo])
    assert [row.candidate for row in tab.rows] == tab.candidates
    assert len(tab.candidates) == 2
    tab.port.set_value(free_port())
    qtbot.mouseClick(tab.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(tab.address.isVisible, timeout=PATIENCE_MS)
    qtbot.mouseClick(tab.address.button, Qt.MouseButton.LeftButton)
    url = QGuiApplication.clipboard().text()
    assert ask(url) == "April has 30 days."
    qtbot.waitUntil(lambda: tab.requests.count() == 1, timeout=PATIENCE_MS)
    texts = [tab.requests.index(0, column).data() for column in range(8)]
    assert texts[2] == "answered"
    assert texts[4] == "8"
    qtbot.waitUntil(lambda: "awake" in tab.rows[0].words.text, timeout=PATIENCE_MS)
    assert "sleeps" in tab.rows[1].words.text
    qtbot.mouseClick(tab.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.serves, timeout=PATIENCE_MS)
    assert tab.state.text() == ""
    assert not tab.address.isVisible()


def test_what_keeps_it_from_being_served_is_said(
    tab: ServeTab, qtbot: QtBot, tmp_path: Path
) -> None:
    tab.add([candidate_of(tmp_path / "gone.gguf")])
    qtbot.mouseClick(tab.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(tab.state.text()) and not tab.serves, timeout=PATIENCE_MS)
    assert "gone.gguf" in tab.state.text()
    assert "Traceback" not in tab.state.text()


def test_others_in_the_network_need_the_key_that_is_shown(
    tab: ServeTab, qtbot: QtBot, demo_model: Path
) -> None:
    tab.add([candidate_of(demo_model)])
    assert not tab.key.isVisible()
    assert len(tab.key.text()) >= 20
    tab.who.setCurrentIndex(1)
    tab.who.activated.emit(1)
    assert tab.key.isVisible()
    assert tab.warning.isVisible()
    qtbot.waitUntil(lambda: tab.key.text() == "of the last time")
    tab.key.clear()
    tab.key.textEdited.emit("")
    assert not tab.start_button.isEnabled()


def test_a_key_that_is_served_with_is_kept(
    qtbot: QtBot, theme: Theme, demo_model: Path, jobs: Jobs
) -> None:
    kept: list[str] = []
    tab = ServeTab(jobs, find_key=lambda: "", keep_key=kept.append)
    qtbot.addWidget(tab)
    tab.add([candidate_of(demo_model)])
    tab.port.set_value(free_port())
    tab.who.setCurrentIndex(1)
    tab.key.setText("of my own")
    tab.start_button.click()
    qtbot.waitUntil(lambda: kept == ["of my own"], timeout=PATIENCE_MS)
    tab.stop()
