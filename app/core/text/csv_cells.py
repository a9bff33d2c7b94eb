"""Cells of tables for spreadsheets: foreign text in them is never a formula."""

from __future__ import annotations

from app.core.text.clean import clean_text

# A cell that begins so is computed when the table is opened; the last four are the wide forms.
_FORMULA_STARTS = ("=", "+", "-", "@", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_cell(value: object) -> object:
    """A value as it may stand in a table; numbers stay numbers, negative ones too."""
    if not isinstance(value, str):
        return value
    text = clean_text(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) else text
