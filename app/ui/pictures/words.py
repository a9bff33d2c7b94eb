"""What is said of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.words.format import count
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.chats.pictures import Picture


def picture_name(picture: Picture) -> str:
    """What a picture is called."""
    return picture.name or translate("Pictures", "Pasted picture")


def measures_words(picture: Picture) -> str:
    """How large a picture is, and what was done to it."""
    size = translate("Pictures", "{width} × {height}")
    words = [size.format(width=picture.width, height=picture.height)]
    if picture.is_scaled:
        before = size.format(width=picture.source_width, height=picture.source_height)
        words.append(translate("Pictures", "scaled from {size}").format(size=before))
    if picture.frames > 1:
        words.append(
            translate("Pictures", "the first of {n} pictures").format(n=count(picture.frames))
        )
    return ", ".join(words)


def picture_words(picture: Picture) -> str:
    """Its name and its measures."""
    return f"{picture_name(picture)} · {measures_words(picture)}"
