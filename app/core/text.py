"""Text that came from outside and may hold what is no character."""

from __future__ import annotations

import re

_LONE_HALVES = re.compile("[\ud800-\udfff]")


def whole_text(text: str) -> str:
    """The text with U+FFFD in place of every lone half of a surrogate pair.

    Python writes bytes that are not UTF-8 as such halves (words of a command line, file names);
    neither an engine nor the store can take them.
    """
    return _LONE_HALVES.sub("\ufffd", text)
