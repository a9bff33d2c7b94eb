"""Hears what widgets wish of the window around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject

from app.ui.kit.wishes import LinkWanted, Remark, TuneWanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QUrl
    from PySide6.QtWidgets import QWidget

    from app.core.candidates.candidate import Candidate


class Wishes(QObject):
    """Grants everything, in place of the program's window.

    Attributes:
        said: Sentences for the status line.
        undos: What takes back what they tell of.
        links: Addresses that were clicked.
        tunes: Candidates whose best settings are to be found.
    """

    def __init__(self, of: QWidget) -> None:
        super().__init__(of.window())
        self.said: list[str] = []
        self.undos: list[Callable[[], object]] = []
        self.links: list[QUrl] = []
        self.tunes: list[Candidate] = []
        of.window().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event:
            case Remark():
                self.said.append(event.sentence)
                self.undos += [event.undo] if event.undo is not None else []
            case LinkWanted():
                self.links.append(event.url)
            case TuneWanted():
                self.tunes.append(event.candidate)
            case _:
                return super().eventFilter(watched, event)
        event.accept()
        return True
