"""What of a ladder's document may be passed on: no folders of this PC, no own chats."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

from app.core.text.shared_names import FoldersOut, names_without_folders

_OWN_CHATS = "(in one's own chats)"
# What was asked, read and answered stands as it was.
_CONTENTS = frozenset({"questions", "failures", "wrong_answers", "worst", "continuations"})


def shareable(document: dict[str, Any]) -> dict[str, Any]:
    """The document with files by their names alone, and without pieces of the person's chats."""
    plan = document["arguments"]
    rows = [row["file"] for row in document["candidates"]]
    names = names_without_folders([*rows, plan["reference"], *plan["candidates"]])
    cleaned = cast("dict[str, Any]", _Cleaning(names).value(document))
    return {**cleaned, "candidates": [_without_own_chats(row) for row in cleaned["candidates"]]}


class _Cleaning:
    """Takes this PC's folders out of plain values."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        absolute = {os.path.abspath(path): name for path, name in names.items()}
        self._folders_out = FoldersOut(absolute | names, [str(Path.home())])

    def value(self, value: object) -> object:
        """A value without them."""
        if isinstance(value, dict):
            fields = cast("dict[str, object]", value)
            return {
                key: each if key in _CONTENTS else self.value(each) for key, each in fields.items()
            }
        if isinstance(value, list | tuple):
            return [self.value(each) for each in cast("list[object]", value)]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        return self._names.get(text) or self._folders_out.text(text)


def _without_own_chats(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "worst": _unnamed(row.get("worst"), ("before", "token")),
        "continuations": _unnamed(
            row.get("continuations"), ("prompt", "before", "reference", "candidate")
        ),
    }


def _unnamed(
    found: list[dict[str, Any]] | None, texts: tuple[str, ...]
) -> list[dict[str, Any]] | None:
    if found is None:
        return None
    return [one | (dict.fromkeys(texts, _OWN_CHATS) if one.get("is_own") else {}) for one in found]
