"""Texts that cost a document much more than their length: one for each construct of Markdown."""

from __future__ import annotations

from collections.abc import Callable


def _times(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda length: before + unit * (length // len(unit)) + after


def _ramp(line: Callable[[int], str], steps: int) -> Callable[[int], str]:
    block = "".join(line(step) for step in range(steps))
    return lambda length: block * max(1, length // len(block))


HEAVY_TEXTS: dict[str, Callable[[int], str]] = {
    "prose": _times("Some words that a person could read without any haste. "),
    "paragraphs": _times("a\n\n"),
    "lines": _times("a\n"),
    "empty lines": _times("\n"),
    "letters": _times("a"),
    "spaces": _times(" "),
    "open brackets": _times("["),
    "links": _times("[a](b)"),
    "half links": _times("[a]("),
    "nested brackets": lambda length: "[" * (length // 2) + "]" * (length // 2),
    "pictures": _times("![a](b)"),
    "open pictures": _times("!["),
    "stars": _times("*"),
    "starred words": _times("*a "),
    "stars and strokes": _times("*a_b"),
    "underscores": _times("_"),
    "tildes": _times("~~a"),
    "backticks": _times("`"),
    "code words": _times("`a"),
    "backticks of all lengths": _ramp(lambda step: "`" * step + " ", 300),
    "fences": _times("```\n"),
    "code blocks": _times("```a\nb\n```\n"),
    "long code": _times("x = 1\n", "```python\n", "```"),
    "one line of code": _times("x", "```\n"),
    "indented code": _times("    a\n"),
    "list": _times("- a\n"),
    "numbers": _times("1. a\n"),
    "nested list": _ramp(lambda step: "  " * step + "- a\n", 300),
    "list in one line": _times("- "),
    "numbers in one line": _times("1. "),
    "tasks": _times("- [ ] a\n"),
    "quotes": _times(">"),
    "deep quotes": _ramp(lambda step: ">" * step + " a\n", 400),
    "headings": _times("# a\n"),
    "underlined": _times("a\n=\n"),
    "rules": _times("---\n"),
    "rules of stars": _times("* * "),
    "pipes": _times("|"),
    "long table": _times("| x | y |\n", "| a | b |\n|---|---|\n"),
    "wide table": lambda length: "\n".join(("|a" * (length // 6), "|-" * (length // 6))),
    "many tables": _times("|a|\n|-|\n|b|\n\n"),
    "tags": _times("<b>"),
    "comments": _times("<!--"),
    "entities": _times("&amp;"),
    "addresses": _times("http://a."),
    "definitions": _ramp(lambda step: f"[{step}]: x\n", 5000),
    "defined links": _times("[a]", "[a]: b\n\n"),
    "backslashes": _times("\\"),
    "breaks": _times("a\\\n"),
    "directions": _times("a\u05d0"),
    "overrides": _times("\u202e\u202d\u2066"),
    "marks": _times("a" + "\u0301" * 50),
    "faces": _times("\U0001f469\u200d"),
    "paragraph signs": _times("\u2029"),
    "line signs": _times("\u2028"),
    "control signs": _times("".join(chr(code) for code in range(1, 32))),
    "dollars": _times("$"),
}
"""By name: makes a text of about that many characters."""
