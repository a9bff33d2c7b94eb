"""The navigation rail: a button a page."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton

from app.ui.kit.icons import icon
from app.ui.kit.plain import set_tip, words_of
from app.ui.kit.widgets.layouts import in_column

_WIDTH_PX, _MOST_CHARACTERS = 76, 17
_BESIDE_PX = 6
_ICON_PX = 22


class Rail(QFrame):
    """The pages' buttons from top to bottom; some stand at the bottom.

    Signals:
        chosen: The person chose a page, by its id.

    Attributes:
        help_button: Below all others, once there is help.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "rail")
        self.setFixedWidth(_WIDTH_PX)
        self.setAccessibleName(self.tr("Pages"))
        self._buttons: dict[str, QToolButton] = {}
        self.help_button: QToolButton | None = None
        self._helps = False
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        column = in_column(on=self, margins=(_BESIDE_PX, 8, _BESIDE_PX, 8), spacing=4)
        self._top = in_column(spacing=None)
        self._bottom = in_column(spacing=None)
        self._help = in_column(spacing=None)
        for part in (self._top, self._bottom, self._help):
            part.setSpacing(4)
        column.addLayout(self._top)
        column.addStretch(1)
        column.addLayout(self._bottom)
        column.addLayout(self._help)

    def add(self, page_id: str, title: str, icon_name: str, *, bottom: bool = False) -> None:
        """Add a page's button."""
        button = self._button(title, icon_name)
        button.clicked.connect(lambda: self.chosen.emit(page_id))
        self._group.addButton(button)
        self._buttons[page_id] = button
        (self._bottom if bottom else self._top).addWidget(button)
        self._have_room(button)
        if self.help_button is not None:  # stays the last, to keys and to ears
            self.help_button.raise_()
            self.setTabOrder(button, self.help_button)

    def add_help(self, action: QAction) -> None:
        """Add the button below all others, which shows help and takes it away again.

        Args:
            action: Does it; its text and keys are in the button's tip.
        """
        self.help_button = button = self._button(self.tr("Help"), "help")
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        set_tip(button, f"{words_of(action.text())} ({keys})")
        button.clicked.connect(action.trigger)
        button.clicked.connect(lambda: self.show_help(self._helps))
        self._help.addWidget(button)
        self._have_room(button)

    def show_help(self, shown: bool) -> None:
        """Show whether help is there."""
        self._helps = shown
        if self.help_button is not None:
            self.help_button.setChecked(shown)

    def _button(self, title: str, icon_name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "rail")
        button.setText(title)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setCheckable(True)
        button.setAccessibleName(title)
        set_tip(button, title)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return button

    def _have_room(self, button: QToolButton) -> None:
        button.ensurePolished()
        needed = button.sizeHint().width() + 2 * _BESIDE_PX
        most = self.fontMetrics().averageCharWidth() * _MOST_CHARACTERS
        self.setFixedWidth(min(max(needed, self.minimumWidth()), most))

    def set_current(self, page_id: str) -> None:
        """Show which page is open."""
        self._buttons[page_id].setChecked(True)

    def button(self, page_id: str) -> QToolButton:
        """The button of a page."""
        return self._buttons[page_id]

    def _fit(self) -> None:
        """Leave the words out where all buttons with theirs are higher than the rail."""
        buttons = self.findChildren(QToolButton)
        with_words = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        missing = sum(button.toolButtonStyle() != with_words for button in buttons)
        wanted = super().minimumSizeHint().height() + missing * self.fontMetrics().height()
        style = with_words if wanted <= self.height() else Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in buttons:
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)

    # Qt's own names from here on.

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        buttons = len(self.findChildren(QToolButton))
        return QSize(hint.width(), min(hint.height(), buttons * 2 * _ICON_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        buttons = self.findChildren(QToolButton)
        focused = next((b for b in buttons if b.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
            return
        following = buttons[(buttons.index(focused) + step) % len(buttons)]
        following.setFocus(Qt.FocusReason.TabFocusReason)
