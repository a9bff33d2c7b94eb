"""What a person wants of turns and answers, told by whoever shows them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget


class TurnWishes(QObject):
    """Handed down to the rows, so that nobody between them and the page passes wishes on.

    Signals:
        edited: Another prompt in a turn's place is wanted, with these pictures.
        regenerate_requested: A candidate's answer to a turn is wanted anew (its key).
        earlier_answer_requested: A candidate's answer before is wanted back.
        earlier_turn_requested: A turn as it was before it was edited is wanted back.
        opened: A candidate's answer is wanted though it says the same as the original's, or not.
        place_requested: A place of an answer (a widget, pixels from its top) is wanted in sight.
        parting_requested: Where an answer leaves the original's is wanted in sight there.
    """

    edited = Signal(object, str, object)
    regenerate_requested = Signal(object, str)
    earlier_answer_requested = Signal(object, str)
    earlier_turn_requested = Signal(object)
    opened = Signal(object, str, bool)
    place_requested = Signal(QWidget, int)
    parting_requested = Signal(object, int)
