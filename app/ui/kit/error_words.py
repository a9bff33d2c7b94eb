"""What the page says of an error: in the window's language where the error's kind says all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.hub.errors import DiskFull, HubGated, HubRateLimited
from app.ui.kit.format import byte_size, duration
from app.ui.kit.hub_sentences import translated
from app.ui.kit.text import translate

if TYPE_CHECKING:
    from app.core.errors import PersonError

_CONTEXT = "HubErrors"


def sentence(error: PersonError) -> str:
    """One plain sentence."""
    match error:
        case HubGated():
            return translate(
                "HubErrors",
                "Open its page, accept the licence there, and sign in with your token here.",
            )
        case HubRateLimited(retry_after_s=float(wait_s)):
            return translate(
                "HubErrors", "The Hub had too many requests from here; try again in {time}."
            ).format(time=duration(round(wait_s * 1e9)))
        case DiskFull():
            return translate(
                "HubErrors",
                "The disk is too full: {needed} are still to be written and {free} are free."
                " What is there already is kept.",
            ).format(needed=byte_size(error.needed_bytes), free=byte_size(error.free_bytes))
        case _:
            return known(error.sentence)


def known(text: str) -> str:
    """A sentence of the Hub's or of a download, translated; another one as it is."""
    return translated(text)
