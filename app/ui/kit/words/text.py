"""The one door from the program's English texts to those of the person's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def translate(context: str, text: str) -> str:
    """A text in the window's language.

    Qt's extractor finds the texts of calls by this name (and of ``self.tr``), so both are written
    where it is called, as literals.

    Args:
        context: Which part of the window says it; translators see it beside the text.
        text: The English text.

    Returns:
        The translation; the text itself where there is none.
    """
    return QCoreApplication.translate(context, text)
