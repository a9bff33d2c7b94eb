"""The pseudo-language as a person reads it: back into English, and what of a text is not in it."""

from __future__ import annotations

import re
import string

from app.ui.kit.words.pseudo import pseudo

_LETTERS = {pseudo(letter).strip("«»"): letter for letter in string.ascii_letters}
_SAID = re.compile("|".join(sorted(map(re.escape, _LETTERS), key=len, reverse=True)))
_WORD = re.compile(r"[^\W\d_]{3,}")
_TAG = re.compile(r"<[a-z/!][^<>]*>|&\w+;", re.IGNORECASE)
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL | re.IGNORECASE)


def english(text: str) -> str:
    """What was said in the pseudo-language, in English again; other text as it is."""
    if "«" not in text:
        return text
    plain = _SAID.sub(lambda found: _LETTERS[found[0]], text)
    return plain.replace("«", "").replace("»", "")


def plain_words(text: str) -> list[str]:
    """The words of a text that are English letters alone, so that nobody translated them."""
    seen = _TAG.sub(" ", _STYLE.sub(" ", text)).replace("&", "")
    return [word for word in _WORD.findall(seen) if word.isascii()]
