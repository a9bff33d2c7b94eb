"""Where words are typed that are looked for."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from app.ui.kit.icons import Tone, icon


def search_field(words: str, name: str = "") -> QLineEdit:
    """A field with a glass, and a button that empties it.

    Args:
        words: What it says while it is empty.
        name: What screen readers call it, where that is more.
    """
    field = QLineEdit()
    field.setPlaceholderText(words)
    field.setAccessibleName(name or words)
    field.setClearButtonEnabled(True)
    field.addAction(icon("search", Tone.DIM), QLineEdit.ActionPosition.LeadingPosition)
    return field
