"""Buttons: every one has an accessible name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QSize, Qt, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QMenu, QPushButton, QToolButton, QWidget

from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import caption, set_spoken, set_tip, words_of

ButtonRole = Literal["", "primary", "quiet", "link"]


class IconButton(QToolButton):
    """A button that shows an icon alone; its name is in the tool tip and for screen readers.

    Attributes:
        icon_name: The icon that is shown.

    Args:
        icon_name: A name that ``app.ui.kit.icons.icon`` takes.
        name: What the button does, translated.
        size_px: Side of the icon; the button is 10 px larger.
        shortcut: Shown in the tool tip; to be wired elsewhere (usually by an action).
        run: What it does when it is clicked.
        parent: Its owner.
    """

    def __init__(
        self,
        icon_name: str,
        name: str,
        *,
        size_px: int = 18,
        shortcut: str = "",
        run: Callable[..., object] | SignalInstance | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.icon_name = icon_name
        self._action: QAction | None = None
        self.setIconSize(QSize(size_px, size_px))
        self.setIcon(icon(icon_name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.set_name(name, shortcut)
        if run is not None:
            self.clicked.connect(run)

    def set_name(self, name: str, shortcut: str = "") -> None:
        """Say what the button does now."""
        set_spoken(self, name)
        keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        set_tip(self, f"{name} ({keys})" if keys else name)

    def set_icon_name(self, icon_name: str) -> None:
        """Show another icon."""
        self.icon_name = icon_name
        self.setIcon(icon(icon_name))

    @classmethod
    def for_action(cls, action: QAction, icon_name: str) -> IconButton:
        """A button that triggers ``action`` and is enabled, checked and named as it is."""
        button = cls(icon_name, words_of(action.text()))
        button._action = action
        button.setCheckable(action.isCheckable())
        button._follow_action()
        action.changed.connect(button._follow_action)
        button.clicked.connect(action.trigger)
        return button

    def _follow_action(self) -> None:
        action = self._action
        if action is None:
            return
        self.setEnabled(action.isEnabled())
        if self.parentWidget() is not None or not action.isVisible():
            # Shown without a parent it would be a window for a moment.
            self.setVisible(action.isVisible())
        self.setChecked(action.isChecked())
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)
        self.set_name(words_of(action.text()), shortcut)


def brief_menu(parent: QWidget) -> QMenu:
    """A menu that is gone once it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def set_words(button: QAbstractButton, text: str) -> None:
    """Let a button say something else, to eyes and ears."""
    button.setText(caption(text))
    set_spoken(button, text)


def push_button(
    text: str,
    role: ButtonRole = "",
    *,
    icon_name: str = "",
    tone: Tone | None = None,
    run: Callable[..., object] | SignalInstance | None = None,
) -> QPushButton:
    """A button with a word that runs something; "primary" for the one thing a region is for."""
    button = QPushButton()
    set_words(button, text)
    button.setProperty("role", role)
    if icon_name:
        default = Tone.ON_ACCENT if role == "primary" else Tone.TEXT
        button.setIcon(icon(icon_name, tone or default))
    if run is not None:
        button.clicked.connect(run)
    return button
