"""What other starts, links and the system ask of the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from app.core.hub.links import Link, LinkAction
from app.core.hub.opening import Opening
from app.ui.doorkeeper import SystemRequests
from app.ui.kit.theme import Theme
from app.ui.shell.main_window import MainWindow
from app.ui.shell.reception import Reception

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Asked:
    """A window with its reception, and what was done."""

    def __init__(self, main: MainWindow) -> None:
        self.main = main
        self.busy = False
        self.files: list[list[str]] = []
        self.links: list[Link] = []
        self.reception = Reception(
            main,
            open_files=lambda paths: self.files.append([str(path) for path in paths]),
            open_link=self.links.append,
            is_busy=lambda: self.busy,
        )


@pytest.fixture
def asked(qapp: QApplication, qtbot: QtBot) -> Iterator[Asked]:
    main = MainWindow(Theme(qapp))
    with qtbot.waitExposed(main):
        main.show()
    yield Asked(main)
    main.close_for_good()
    main.deleteLater()


def test_the_window_comes_to_the_front(asked: Asked, qtbot: QtBot) -> None:
    asked.main.showMinimized()
    qtbot.waitUntil(asked.main.isMinimized)

    asked.reception.receive(Opening(token="from-the-desktop"))

    qtbot.waitUntil(lambda: not asked.main.isMinimized() and asked.main.isActiveWindow())
    assert asked.files == []
    asked.main.hide()
    asked.reception.receive(Opening())
    qtbot.waitUntil(asked.main.isVisible)


def test_a_full_window_stays_full(asked: Asked, qtbot: QtBot) -> None:
    asked.main.setWindowState(Qt.WindowState.WindowMaximized)
    asked.reception.receive(Opening())
    assert asked.main.isMaximized()


def test_files_open_at_once(asked: Asked) -> None:
    asked.reception.receive(Opening(files=("/a.gguf", "/b.gguf")))
    assert asked.files == [["/a.gguf", "/b.gguf"]]


def test_files_wait_for_answers_and_then_open_side_by_side(asked: Asked) -> None:
    asked.busy = True
    asked.reception.receive(Opening(files=("/a.gguf",)))
    asked.reception.receive(Opening(files=("/b.gguf", "/a.gguf")))
    asked.reception.pump()
    assert asked.files == []
    assert "when the answers in progress have ended" in asked.main.status.remark

    asked.busy = False
    asked.reception.pump()
    asked.reception.pump()

    assert asked.files == [["/a.gguf", "/b.gguf"]]


def test_no_more_than_six_open_and_that_is_said(asked: Asked) -> None:
    asked.reception.receive(Opening(files=tuple(f"/{n}.gguf" for n in range(7))))

    assert asked.files == [[f"/{n}.gguf" for n in range(6)]]
    assert "At most 6" in asked.main.notice.sentence


def test_a_first_start_with_too_many_says_so_too(asked: Asked) -> None:
    asked.reception.follow(Opening(files=tuple(f"/{n}.gguf" for n in range(7))))
    assert "At most 6" in asked.main.notice.sentence
    assert asked.files == []


def test_a_link_waits_for_its_page(asked: Asked) -> None:
    asked.reception.receive(Opening(links=("shrinkscope://open/org/model:Q4_K_M",)))
    assert asked.links == []

    asked.reception.begin()

    assert asked.links == [Link(LinkAction.OPEN, "org/model", ("Q4_K_M",))]
    asked.reception.receive(Opening(links=("shrinkscope://open/org/other",)))
    assert asked.links[1:] == [Link(LinkAction.OPEN, "org/other")]


@pytest.mark.parametrize(
    "link",
    [
        "shrinkscope://open/../../etc",
        "shrinkscope://evil.example/org/model",
        "shrinkscope://open/org/" + "x" * 490,
        "shrinkscope://open/org/\x1b[2Jmodel",
    ],
)
def test_a_hostile_link_gets_one_sentence(asked: Asked, link: str) -> None:
    asked.reception.begin()
    asked.reception.receive(Opening(links=(link,)))
    assert asked.links == []
    assert asked.main.notice.isVisible()
    assert asked.main.notice.sentence.isprintable()
    assert len(asked.main.notice.sentence) < 320


def test_one_link_at_a_time(asked: Asked) -> None:
    asked.reception.begin()
    asked.reception.receive(Opening(links=("shrinkscope://open/org/a", "shrinkscope://open/org/b")))
    assert [link.repo_id for link in asked.links] == ["org/a"]
    assert "Several links" in asked.main.notice.sentence


def test_what_macos_hands_over_is_kept_and_then_heard(qapp: QApplication, tmp_path: Path) -> None:
    system = SystemRequests(qapp)
    qapp.installEventFilter(system)  # as macOS has it
    heard: list[Opening] = []
    system.came.connect(heard.append)
    file = tmp_path / "a b.gguf"
    try:
        QApplication.sendEvent(qapp, QFileOpenEvent(str(file)))
        QApplication.sendEvent(qapp, QFileOpenEvent(QUrl("shrinkscope://open/org/model:Q4_K_M")))
        assert heard == []
        assert system.attend() == [
            Opening(files=(str(file),)),
            Opening(links=("shrinkscope://open/org/model:Q4_K_M",)),
        ]
        QApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(file))))
        QApplication.sendEvent(qapp, QFileOpenEvent(QUrl("https://example.org/")))
        assert heard == [Opening(files=(str(file),))]
    finally:
        qapp.removeEventFilter(system)
        system.deleteLater()
