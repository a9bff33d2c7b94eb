"""What the page says of an error: in the window's language where the error's kind says all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.hub.errors import DiskFull, HubGated, HubRateLimited
from app.ui.format import byte_size, duration

if TYPE_CHECKING:
    from app.core.errors import PersonError

_CONTEXT = "HubErrors"
# Sentences that are always the same: written down here too, so that they can be translated.
_KNOWN = (
    QT_TRANSLATE_NOOP("HubErrors", "The Hub sends no more bytes."),
    QT_TRANSLATE_NOOP("HubErrors", "The connection to the Hub broke off."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub has a fault at the moment; try again in a while."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub does not answer at the moment; try again in a while."),
    QT_TRANSLATE_NOOP("HubErrors", "The Hub is switched off on this PC (HF_HUB_OFFLINE is set)."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The Hub does not accept your token: sign in again with a new one."
    ),
    QT_TRANSLATE_NOOP("HubErrors", "That is not a token: it has spaces or other signs in it."),
    QT_TRANSLATE_NOOP("HubErrors", "The system keyring did not forget the token."),
    QT_TRANSLATE_NOOP("HubErrors", "The largest level that fits this PC with room to spare."),
    QT_TRANSLATE_NOOP("HubErrors", "It fits this PC with room to spare."),
    QT_TRANSLATE_NOOP(
        "HubErrors", "The smallest level, and it is tight: close other programs first."
    ),
    QT_TRANSLATE_NOOP("HubErrors", "No level of this model fits this PC."),
)


def sentence(error: PersonError) -> str:
    """One plain sentence."""
    match error:
        case HubGated():
            return _tr("Open its page, accept the licence there, and sign in with your token here.")
        case HubRateLimited(retry_after_s=float(wait_s)):
            return _tr("The Hub had too many requests from here; try again in {time}.").format(
                time=duration(round(wait_s * 1e9))
            )
        case DiskFull():
            return _tr(
                "The disk is too full: {needed} are still to be written and {free} are free."
                " What is there already is kept."
            ).format(needed=byte_size(error.needed_bytes), free=byte_size(error.free_bytes))
        case _:
            return known(error.sentence)


def known(text: str) -> str:
    """A sentence that always reads the same, translated; another one as it is."""
    return QCoreApplication.translate(_CONTEXT, text)


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)
