"""A model card as text: what people wrote about a model, without what only a browser shows."""

from __future__ import annotations

import html
import re

CARD = "README.md"
"""The file of a repository that is its card."""

_MOST_LETTERS = 200_000
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n.*?^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PICTURE = re.compile(r"<img\b[^<>]{0,2000}>", re.IGNORECASE)
_SPOKEN = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,2000}>", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_GAPS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


def card_text(card: bytes) -> str:
    """Return a card's Markdown: without its head of data, comments and HTML.

    Code stays as it is; a picture becomes what is said of it. Much too long cards are cut.

    Args:
        card: The file, or its beginning.
    """
    text = card.decode("utf-8", "replace")[:_MOST_LETTERS].replace("\r\n", "\n")
    text = _FRONT.sub("", text, count=1)
    parts: list[str] = []
    place, fence = 0, ""
    for match in _FENCE.finditer(text):
        if not fence:
            parts.append(_plain(text[place : match.start()]))
            place, fence = match.start(), match[1]
        elif match[1].startswith(fence):
            end = text.find("\n", match.end())
            end = len(text) if end < 0 else end
            parts.append(text[place:end])
            place, fence = end, ""
    parts.append(text[place:] if fence else _plain(text[place:]))
    return "".join(parts).strip()


def _plain(text: str) -> str:
    text = _PICTURE.sub(_picture_words, _COMMENT.sub("", text))
    text = _TAG.sub("", _BREAK.sub("\n", text))
    return _GAPS.sub("\n\n", html.unescape(text))


def _picture_words(match: re.Match[str]) -> str:
    spoken = _SPOKEN.search(match[0])
    words = (spoken[1] or spoken[2] or "").strip() if spoken else ""
    return f"({words})" if words else ""
