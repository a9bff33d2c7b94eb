"""The versions that are not the one to run, a line each, with what can be done about them."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from app.core.ladder.answer import short_of
from app.core.verdict import State
from app.core.verdict_words import about
from app.lab.verdict.settling import Settling, Way
from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Picture, StatusDot, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import about as wait_words
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.answer.two_tone import TwoToneLabel

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView

_MOST_LINES = 3
_ICONS: dict[object, tuple[str, Tone]] = {
    State.AS_GOOD: ("check", Tone.READY),
    State.LOSES: ("close", Tone.FAILED),
    State.CANNOT_TELL: ("help", Tone.WORKING),
    None: ("minus", Tone.DIM),
}
_FAILED = ("error", Tone.FAILED)


class Act(Enum):
    """What a line's button does."""

    ASK = auto()
    VOTE = auto()
    SHOW = auto()


class OtherVersions(QWidget):
    """Those that cannot be told yet come first, for there something can be done.

    Signals:
        act_wanted: A version's button was pressed: its key, and what is wanted (:class:`Act`).
        all_wanted: All versions are to be told of.
    """

    act_wanted = Signal(str, object)
    all_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("The other versions"))
        self._shown: tuple[object, ...] = ()
        self._some = self._hidden = False
        self._lines = [_Line(self.act_wanted) for _ in range(_MOST_LINES)]
        self._more = push_button("", "link", run=self.all_wanted)
        in_column(
            *self._lines, (self._more, 0, Qt.AlignmentFlag.AlignLeft), 1, on=self, spacing=GRID // 2
        )

    def show_view(self, view: LadderView | None, *, can_ask: bool) -> None:
        """Show the others of a ladder; ``can_ask``: nothing of it is at work."""
        rows = _others(view) if view is not None else []
        chosen = view.row(view.answer.file or "") if view is not None else None
        lines = [
            (row, _words(view, row, chosen), view.settlings.get(row.key))
            for row in rows[:_MOST_LINES]
            if view is not None
        ]
        shown = (
            len(rows),
            can_ask,
            *((row.key, row.name, *rest) for row, *rest in lines),
        )
        if shown == self._shown:
            return
        self._shown = shown
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(lines))
        for line, (row, words, settling) in zip(self._lines, lines, strict=False):
            self._fill(line, row, words, settling, can_ask=can_ask)
        self._more.setText(self.tr("and {n} more").format(n=len(rows) - _MOST_LINES))
        self._more.setVisible(len(rows) > _MOST_LINES)
        self._some = bool(lines)
        self.setVisible(self._some and not self._hidden)

    def set_hidden(self, hidden: bool) -> None:
        """Stay away, where there is little height."""
        self._hidden = hidden
        self.setVisible(self._some and not hidden)

    def act_of(self, view: LadderView, key: str) -> tuple[Act, str] | None:
        """What can be done about a version, in words; None for nothing."""
        row = view.row(key)
        act, text, _ = (None, "", "") if row is None else self._act(row, view.settlings.get(key))
        return None if act is None else (act, text)

    def _fill(
        self, line: _Line, row: Row, words: str, settling: Settling | None, *, can_ask: bool
    ) -> None:
        said = (
            words,
            self._beside(row, settling),
            told(row.sentence),
        )
        line.show_row(row, said)
        act, text, tip = self._act(row, settling)
        line.offer(act, text, f"{text}: {told(row.name)}", tip)
        line.button.setEnabled(can_ask or act is not Act.ASK)

    def _beside(self, row: Row, settling: Settling | None) -> str:
        asked = len(row.tasks.outcomes) if row.tasks is not None else 0
        if row.state is not State.CANNOT_TELL or settling is None:
            return ""
        if settling.needed is None:
            return self.tr("· no sensible number of questions would tell")
        number = settling.needed if settling.way is Way.VOTE else settling.questions
        needed = self.tr("· {n} more questions").format(n=about(number))
        if settling.way is Way.VOTE:
            return self.tr("{needed}, all {n} were asked").format(needed=needed, n=asked)
        if settling.seconds is None:
            return needed
        return self.tr("{needed}, about {time}").format(
            needed=needed, time=wait_words(settling.seconds)
        )

    def _act(self, row: Row, settling: Settling | None) -> tuple[Act | None, str, str]:
        if row.state is State.CANNOT_TELL and settling is not None:
            if settling.way is Way.ASK:
                tip = self.tr("Asks this one and the original; all else stays as it is")
                return Act.ASK, self.tr("Ask them"), tip
            tip = self.tr("Your own prompts, answered by both: you choose without knowing whose")
            return Act.VOTE, self.tr("Vote blind"), tip
        if row.state is State.LOSES:
            tip = self.tr("Questions that only the original got right, and where answers part")
            return Act.SHOW, self.tr("Show me how"), tip
        if row.has_failed:
            return Act.SHOW, self.tr("Show me why"), told(row.error)
        return None, "", ""


class _Line(QWidget):
    """A version: it stays the same widget whatever it shows, so that no press is lost."""

    def __init__(self, act_wanted: SignalInstance) -> None:
        super().__init__()
        self._key = ""
        self._act: Act | None = None
        self._picture = Picture("minus", size_px=16)
        self._dot = StatusDot("A")
        self._said = TwoToneLabel()
        self.button = push_button("", "link", run=lambda: act_wanted.emit(self._key, self._act))
        height = self._dot.sizeHint().height()
        self._picture.setFixedHeight(height)
        self._said.setMinimumHeight(height)
        top = Qt.AlignmentFlag.AlignTop
        in_row(
            (self._picture, 0, top),
            (self._dot, 0, top),
            (self._said, 1),
            (self.button, 0, top),
            on=self,
        )

    def show_row(self, row: Row, said: tuple[str, str, str]) -> None:
        """Show how a version fared: its words, what stands dim beside them, all in full."""
        self._key = row.key
        self._picture.set_icon_name(*(_FAILED if row.has_failed else _ICONS[row.state]))
        self._dot.set_letter(row.letter)
        self._said.set_texts(*said)

    def offer(self, act: Act | None, text: str, spoken: str, tip: str) -> None:
        """Offer what can be done about it; None hides the button."""
        self._act = act
        self.button.setVisible(act is not None)
        self.button.setText(text)
        set_spoken(self.button, spoken)
        set_tip(self.button, tip)


def _words(view: LadderView, row: Row, chosen: Row | None) -> str:
    """How a version fared; of a model's settings what they bring."""
    for tried in view.tuned.tried if view.tuned is not None else ():
        if tried.key == row.key:
            return told(tried.sentence)
    return f"{told(row.name)} {told(short_of(row, chosen))}"


def _others(view: LadderView) -> list[Row]:
    """All but the one to run; the original only where it does not keep to the limits."""
    order = {State.CANNOT_TELL: 0, State.LOSES: 1, State.AS_GOOD: 2, None: 3}
    rows = [
        row
        for row in view.rows
        if row.key != view.answer.file
        and (row.over_limit or not row.is_reference)
        and (row.state is not None or row.has_failed or row.over_limit)
    ]
    return sorted(rows, key=lambda row: order[row.state])
