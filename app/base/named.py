"""What environment variables name, as people write it there."""

from __future__ import annotations

from collections.abc import Mapping


def named(environ: Mapping[str, str], variable: str) -> str:
    """The value of a variable, empty where there is none.

    Quotes around it are no part of it: Windows' ``set`` and files of settings keep those that were
    meant for a shell, and a folder would else be made that is called so.
    """
    text = environ.get(variable, "").strip()
    while len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text
