"""Turns what a session says into Qt signals, many remarks of one moment into one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.lab.compare.open_chat import SessionListener
from app.ui.kit.timers import later
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from app.core.chats.chat import Turn


class SessionSignals(QObject):
    """A session's changes as signals; lives on the main thread.

    A session passes on several changes of a pane in one moment. Here they are gathered until
    control returns to the event loop, and each signal then goes out once per pane, lists before
    the things in them, a pane a turn of the loop. The session gets :attr:`listener`.

    Signals:
        panes_changed: Panes came, went or changed places, or another chat was opened.
        pane_changed: State, progress, failure or figures of one pane (its key).
        turns_changed: Turns were added, removed or replaced.
        pane_turns_changed: The same for one pane (its key); sent where :meth:`gather_turns` asked.
        answer_changed: An answer grew or ended: the turn and the pane's key.
        speed_sampled: A point of the speed plot: key, time in ns, tokens per second.
        chats_changed: The list of chats.
        said: A sentence for the status line.

    Attributes:
        listener: What the session calls.
    """

    panes_changed = Signal()
    pane_changed = Signal(str)
    turns_changed = Signal()
    pane_turns_changed = Signal(str)
    answer_changed = Signal(object, str)
    speed_sampled = Signal(str, object, float)
    chats_changed = Signal()
    said = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listener = SignalListener(self)
        self._lists: set[str] = set()
        self._turns: dict[str, None] = {}
        self._panes: dict[str, None] = {}
        self._answers: dict[tuple[int, str], Turn] = {}
        self._timer = later(self, 0, self._send_some)

    def flush(self) -> None:
        """Send all that was gathered, at once."""
        while self._send_some():
            pass
        self._timer.stop()

    def _send_some(self) -> bool:
        """Send the lists, or what one pane has; False if there was nothing.

        One part a turn of the event loop, so that none of them pays for all panes.
        """
        if self._lists:
            lists, self._lists = self._lists, set()
            if "panes" in lists:
                self.panes_changed.emit()
            if "turns" in lists:
                self.turns_changed.emit()
            if "chats" in lists:
                self.chats_changed.emit()
        elif self._turns:
            key = next(iter(self._turns))
            del self._turns[key]
            self.pane_turns_changed.emit(key)
        elif self._panes:
            key = next(iter(self._panes))
            del self._panes[key]
            self.pane_changed.emit(key)
        elif self._answers:
            place = next(iter(self._answers))
            self.answer_changed.emit(self._answers.pop(place), place[1])
        else:
            return False
        if self._lists or self._turns or self._panes or self._answers:
            self._timer.start()
        return True

    def gather_list(self, name: str) -> None:
        """Remember that a list ("panes", "turns" or "chats") changed."""
        self._lists.add(name)
        self._timer.start()

    def gather_turns(self, key: str) -> None:
        """Remember that a pane's turns are to be shown."""
        self._turns[key] = None
        self._timer.start()

    def gather_pane(self, key: str) -> None:
        """Remember that a pane changed."""
        self._panes[key] = None
        self._timer.start()

    def gather_answer(self, turn: Turn, key: str) -> None:
        """Remember that an answer changed."""
        self._answers[id(turn), key] = turn
        self._timer.start()


class SignalListener(SessionListener):
    """The side of :class:`SessionSignals` that a session calls."""

    def __init__(self, signals: SessionSignals) -> None:
        self._signals = signals

    def panes_changed(self) -> None:
        """Panes came, went or changed places."""
        self._signals.gather_list("panes")

    def pane_changed(self, key: str) -> None:
        """One pane's state or figures changed."""
        self._signals.gather_pane(key)

    def turns_changed(self) -> None:
        """Turns came, went or were replaced."""
        self._signals.gather_list("turns")

    def answer_changed(self, turn: Turn, key: str) -> None:
        """An answer grew or ended."""
        self._signals.gather_answer(turn, key)

    def speed_sampled(self, key: str, time_ns: int, tokens_per_second: float) -> None:
        """A point of the speed plot; passed on at once, the plot has its own pace."""
        self._signals.speed_sampled.emit(key, time_ns, tokens_per_second)

    def chats_changed(self) -> None:
        """The list of chats changed."""
        self._signals.gather_list("chats")

    def said(self, sentence: str) -> None:
        """A remark for the status line."""
        self._signals.said.emit(told(sentence))
