"""Sentences that were made below the window, in the person's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.core.words.english import TEXTS
from app.core.words.sentence import Amount, Kind, Sentence, as_sentence, rendered
from app.hub.errors import HubGated
from app.ui.kit.words import format as figures
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.errors import PersonError

_FIGURES: dict[Kind, Callable[[float], object]] = {
    Kind.COUNT: lambda value: figures.count(int(value)),
    Kind.LARGE: figures.large,
    Kind.BYTES: figures.byte_size,
    Kind.SHARE: figures.sure_percent,
    Kind.POINTS: lambda value: figures.points(value).value,
    Kind.SPEED: lambda value: figures.speed(value).value,
    Kind.DURATION: lambda value: figures.duration(int(value)),
    Kind.WAIT: figures.about,
}


def sentence(error: PersonError) -> str:
    """What an error says; of a licence to accept it tells the way in the window."""
    if isinstance(error, HubGated):
        return translate(
            "HubErrors",
            "Open its page, accept the licence there, and sign in with your token here.",
        )
    return told(error.said)


def told(said: Sentence | str | None) -> str:
    """A sentence in the window's language; a text stays as it is, and nothing is nothing."""
    return "" if said is None else rendered(as_sentence(said), _template, _amount)


def _template(id: str) -> str:  # noqa: A002 - it is one
    return QCoreApplication.translate("Sentences", TEXTS[id])


def _amount(amount: Amount) -> str:
    return str(_FIGURES[amount.kind](amount.value))
