"""What a widget wishes of the window around it, whoever stands between.

A wish goes up as an event, from a window to the one that it was opened from, until one grants it:
parts of a page hand nothing on, and who grants it need not be known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QCoreApplication, QEvent, QUrl

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.core.candidates.candidate import Candidate


class Wish(QEvent):
    """Something that a window can do; it accepts what it does."""

    KIND: ClassVar[QEvent.Type] = QEvent.Type(QEvent.registerEventType())

    def __init__(self) -> None:
        super().__init__(self.KIND)
        self.ignore()


class Remark(Wish):
    """A sentence for the status line.

    Attributes:
        sentence: Translated.
        undo: Takes back what it tells of; None where nothing does.
    """

    def __init__(self, sentence: str, undo: Callable[[], object] | None) -> None:
        super().__init__()
        self.sentence = sentence
        self.undo = undo


class LinkWanted(Wish):
    """The person clicked a link in a foreign text.

    Attributes:
        url: Where it leads.
    """

    def __init__(self, url: QUrl) -> None:
        super().__init__()
        self.url = url


class ServeWanted(Wish):
    """Other programs are to be let ask a candidate.

    Attributes:
        candidate: It.
    """

    def __init__(self, candidate: Candidate) -> None:
        super().__init__()
        self.candidate = candidate


class TuneWanted(Wish):
    """The best settings of a candidate on this PC are to be found.

    Attributes:
        candidate: It, as it is set now.
    """

    def __init__(self, candidate: Candidate) -> None:
        super().__init__()
        self.candidate = candidate


def wish(at: QWidget, wanted: Wish) -> bool:
    """Wish something at a widget; whether a window granted it."""
    around: QWidget | None = at.window()
    while around is not None and not wanted.isAccepted():
        QCoreApplication.sendEvent(around, wanted)
        above = around.parentWidget()
        around = above.window() if above is not None else None
    return wanted.isAccepted()


def remark(at: QWidget, sentence: str, undo: Callable[[], object] | None = None) -> None:
    """Say something in the status line; ``undo`` takes back what it tells of."""
    wish(at, Remark(sentence, undo))


def ask_to_open(at: QWidget, url: QUrl) -> None:
    """Have the person asked whether a link is to be opened."""
    wish(at, LinkWanted(url))
