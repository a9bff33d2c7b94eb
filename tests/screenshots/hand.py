"""A person whose keys and clicks come from the X server, as those of a keyboard and a mouse do."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from app.ui.window import Stage
from tests.e2e.person import PATIENCE_SECONDS, Person, text_of
from tests.helpers.pseudo import english

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.person import Within

_KEYS = {
    Qt.KeyboardModifier.ControlModifier: "ctrl",
    Qt.KeyboardModifier.ShiftModifier: "shift",
    Qt.KeyboardModifier.AltModifier: "alt",
}
_SETTLE_MS = 400
_DIALOG_MS = 2_000


class Hand(Person):
    """Looks as any person of the tests does; clicks and types through xdotool.

    Looks in every window that is open, menus and dialogs too. What a step of it waits for in vain
    is a picture of its own beside the others.
    """

    folder: Path
    _steps = 0

    def shot(self, name: str) -> None:
        """Take a picture of the whole screen, numbered in the order of the steps."""
        QTest.qWait(_SETTLE_MS)
        self._steps += 1
        path = self.folder / f"{self._steps:02d}-{name}.png"
        screen = QApplication.primaryScreen()
        screen.grabWindow(0).save(str(path))
        print(path.name, flush=True)  # noqa: T201

    def until(
        self, condition: Callable[[], bool], otherwise: str = "it does not come about"
    ) -> None:
        """Let the window live until something is so."""
        try:
            super().until(condition, otherwise)
        except AssertionError:
            if hasattr(self, "folder"):
                self.shot("failed")
            raise

    def quit(self) -> None:
        """Leave by the key for that."""
        self.keys("ctrl+q")
        self.until(lambda: self.window.stage is Stage.CLOSED, "Ctrl+Q does not quit")
        self._house.close()
        self.window.main.deleteLater()
        self.window.deleteLater()

    # --- pointing -------------------------------------------------------------------------

    def press_on(self, widget: QWidget, where: QPoint | None = None, *, times: int = 1) -> None:
        """Move the pointer there and press its left button."""
        move = self._move_to(widget, where if where is not None else widget.rect().center())
        self._xdotool(*move, "click", "--repeat", str(times), "--delay", "60", "1")

    def _move_to(self, widget: QWidget, where: QPoint) -> tuple[str, str, str]:
        place = widget.mapToGlobal(where)
        ratio = widget.devicePixelRatioF()
        return "mousemove", str(round(place.x() * ratio)), str(round(place.y() * ratio))

    def click(self, name: str, within: Within = None) -> None:
        """Click a button, as soon as it is there and can be clicked."""
        self.until(lambda: self._button(name, within) is not None, f"no button {name!r}")
        button = self._button(name, within)
        assert button is not None
        self.until(button.isEnabled, f"{name!r} stays disabled")
        # A box to tick may be wider than what of it hears.
        is_box = isinstance(button, QCheckBox)
        self.press_on(button, QPoint(12, button.height() // 2) if is_box else None)

    def click_and_name(self, button: str, path: Path, picture: str, *before: str) -> None:
        """Click what opens a file dialog, type a path there, and press Enter.

        All of it is sent at once: the dialog keeps to itself what comes while it is open.

        Args:
            button: What is clicked.
            path: What is typed.
            picture: Name of a picture of the dialog.
            before: Keys that open the dialog after the click, in a menu for instance.
        """
        self.until(lambda: self._button(button, None) is not None, f"no button {button!r}")
        found = self._button(button, None)
        assert found is not None
        QTimer.singleShot(_DIALOG_MS, lambda: self.shot(picture))
        name = ("type", "--delay", "12", "--args", "1", str(path), "sleep", "0.5", "key", "Return")
        keys = ("sleep", "0.5", "key", "--delay", "40", *before) if before else ()
        click = (*self._move_to(found, found.rect().center()), "click", "1")
        self._xdotool(*click, *keys, "sleep", "3", *name)

    def choose(self, text: str, *, times: int = 1) -> None:
        """Click the entry of a visible list, table, tree or menu that begins with this text."""
        self.until(lambda: self._entry(text) is not None, f"no entry {text!r}")
        found = self._entry(text)
        assert found is not None
        view, rectangle = found
        self.press_on(view.viewport(), rectangle.center(), times=times)

    def tab(self, name: str) -> None:
        """Click a tab of a page."""
        for bar in self.window.main.findChildren(QTabBar):
            for place in range(bar.count()):
                if _is_seen(bar) and english(bar.tabText(place)).strip() == name:
                    self.press_on(bar, bar.tabRect(place).center())
                    return
        raise AssertionError(f"no tab {name!r}")

    def _button(self, name: str, within: Within) -> QAbstractButton | None:
        roots = self._roots(within) if within is not None else self._windows()
        found = [
            button
            for root in roots
            for button in root.findChildren(QAbstractButton)
            if name in (english(button.accessibleName()), text_of(button)) and _is_seen(button)
        ]
        return found[-1] if found else None

    def _entry(self, text: str) -> tuple[QAbstractItemView, QRect] | None:
        for root in self._windows():
            for view in root.findChildren(QAbstractItemView):
                model = view.model()
                if not _is_seen(view) or model is None:
                    continue
                hits = model.match(
                    model.index(0, 0),
                    Qt.ItemDataRole.DisplayRole,
                    text,
                    1,
                    Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchRecursive,
                )
                if hits:
                    view.scrollTo(hits[0])
                    return view, view.visualRect(hits[0])
        return None

    def _windows(self) -> list[QWidget]:
        """Those in front last."""
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        return [self.window.main, *(each for each in (modal, popup) if each is not None)]

    # --- typing ---------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Type where the keyboard is."""
        self._xdotool("type", "--delay", "12", text)

    def keys(self, *names: str) -> None:
        """Press keys by their X names, like ``ctrl+comma`` or ``Return``."""
        self._xdotool("key", "--delay", "40", *names)

    def write(self, text: str, name: str = "Prompt for every model") -> QPlainTextEdit:
        """Click into a box and type."""
        box = self.find(QPlainTextEdit, name)
        self.press_on(box.viewport())
        self.keys("ctrl+a")
        self.type(text)
        return box

    def fill(self, name: str, text: str) -> None:
        """Click into a field of one line, and replace what is there."""
        field = next(
            each
            for root in reversed(self._windows())
            for each in root.findChildren(QLineEdit)
            if _is_seen(each) and name in (each.accessibleName(), each.placeholderText())
        )
        self.press_on(field)
        self.keys("ctrl+a")
        self.type(text)

    def ask_all(self, prompt: str) -> None:
        """Type a question and press Enter."""
        self.write(prompt)
        self.keys("Return")

    def press(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """Press a key where the keyboard is."""
        names = [_KEYS[each] for each in modifiers]
        self.keys("+".join([*names, chr(key).lower() if key < 128 else Qt.Key(key).name[4:]]))

    def _xdotool(self, *words: str) -> None:
        process = subprocess.Popen([shutil.which("xdotool") or "xdotool", *words])
        end_s = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < end_s:
            QTest.qWait(10)
        assert process.returncode == 0, f"xdotool {words} ends with {process.returncode}"
        QTest.qWait(60)


def window_manager() -> subprocess.Popen[bytes] | None:
    """Start openbox on the display, so that windows get the keyboard; None where there is none."""
    program = shutil.which("openbox")
    if program is None:
        return None
    return subprocess.Popen([program], env=dict(os.environ), stderr=subprocess.DEVNULL)


def _is_seen(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()
