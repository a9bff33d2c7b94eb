"""What the text of a chat template tells: how the model thinks, and what turns that on and off.

A template is foreign code. Nothing here renders one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.core.chats.thinking import KNOWN_MARKS, ThinkingMarks

TEMPLATE_KEY = "tokenizer.chat_template"
"""Where a file's header has its template; further ones have a point and a name behind this."""
# For other uses than a plain chat.
_SPECIAL_USES = ("tool_use", "rag")


def default_template_key(keys: Iterable[str]) -> str | None:
    """Which of a header's keys is the template for a plain chat; None where there is none.

    A file may have named templates alone; that of another use is better than none.
    """
    found = [key for key in keys if key.startswith(f"{TEMPLATE_KEY}.")]
    named = [name.removeprefix(f"{TEMPLATE_KEY}.") for name in found]
    if not named:
        return None
    usual = [name for name in named if name not in _SPECIAL_USES] or named
    return f"{TEMPLATE_KEY}.{'default' if 'default' in usual else min(usual)}"


@dataclass(frozen=True, slots=True)
class ThinkingSwitch:
    """A variable of a template that tells how much to think.

    Attributes:
        name: The variable.
        on: Its value for thinking.
        off: Its value for none, or for the least that there is.
        silences: Whether there is no thinking at all then.
    """

    name: str
    on: bool | int | str
    off: bool | int | str
    silences: bool = True

    def value(self, *, thinks: bool) -> bool | int | str:
        """The variable's value for a wish."""
        return self.on if thinks else self.off


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What the text of a template tells.

    Attributes:
        thinking: How the model marks its thinking, or None where the template does not tell.
        switch: What turns thinking on and off, or None without a switch.
    """

    thinking: ThinkingMarks | None
    switch: ThinkingSwitch | None

    def thinks(self, wanted: bool | None) -> bool:
        """Whether the model is known to think with its switch in a position; None leaves it."""
        silenced = self.switch is not None and self.switch.silences and wanted is False
        return self.thinking is not None and not silenced


# Real templates have up to 30,000 characters; the rest of a longer text is not looked at.
_MAX_READ_CHARACTERS = 262_144
# An open quote ends with the text, so that reading takes one pass whatever the text.
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*(?:'|\Z)|\"(?:[^\"\\]|\\.)*(?:\"|\Z)", re.DOTALL)
_PLAIN_SWITCHES = (
    ThinkingSwitch("enable_thinking", on=True, off=False),
    ThinkingSwitch("thinking", on=True, off=False),
    ThinkingSwitch("thinking_budget", on=-1, off=0),
)
_WORD_SWITCHES = ("thinking_mode", "thinking_option", "reasoning_effort", "reasoning_strength")
_WORDS = (
    ("enabled", "disabled"),
    ("on", "off"),
    ("high", "none"),
    ("high", "no_think"),
    ("high", "minimal"),
)
_LEAST_EFFORT = ("high", "low")


def template_facts(jinja: str) -> TemplateFacts:
    """Read the facts out of a template's text; it is not rendered."""
    text = jinja[:_MAX_READ_CHARACTERS]
    marks = next((marks for marks in KNOWN_MARKS if _mentions(text, marks)), None)
    return TemplateFacts(marks, _switch(text) if marks is not None else None)


def _mentions(text: str, marks: ThinkingMarks) -> bool:
    if marks.told_by:
        return all(word in text for word in marks.told_by)
    # Templates often take old thinking out of earlier turns and name the closing mark only; an
    # <|end|> by itself says nothing. Line ends are written \n in them.
    start = marks.start.rstrip("\n")
    return start in text or (marks.end.startswith("</") and marks.end in text)


def _switch(text: str) -> ThinkingSwitch | None:
    code = "\n".join(_QUOTED.sub("''", part) for part in _code(text))
    for switch in _PLAIN_SWITCHES:
        if _is_switch(switch.name, code):
            return switch
    if _is_asked("reasoning", code):
        return ThinkingSwitch("reasoning", on=True, off=False)
    for name in _WORD_SWITCHES:
        if _is_switch(name, code):
            words = next((pair for pair in _WORDS if _quotes(text, pair[1])), None)
            on, off = words or _LEAST_EFFORT
            return ThinkingSwitch(name, on, off, silences=words is not None)
    return None


def _quotes(text: str, word: str) -> bool:
    return f"'{word}'" in text or f'"{word}"' in text


def _code(text: str) -> Iterator[str]:
    """Yield what stands between the brackets of statements and expressions."""
    position = 0
    while (start := text.find("{", position)) >= 0:
        closing = {"%": "%}", "{": "}}", "#": "#}"}.get(text[start + 1 : start + 2])
        if closing is None:
            position = start + 1
            continue
        end = text.find(closing, start + 2)
        if end < 0:
            return
        if closing != "#}":
            yield text[start + 2 : end]
        position = end + 2


def _is_switch(name: str, code: str) -> bool:
    """Whether a variable is asked for that the template does not only make itself."""
    used = re.search(rf"(?<![\w.]){name}(?!\w|\s*=[^=])", code)
    own = re.search(rf"\b(?:set|for)\s+{name}\b", code)
    return used is not None and (own is None or _is_asked(name, code))


def _is_asked(name: str, code: str) -> bool:
    """Whether the template looks if somebody has set a variable."""
    asked = rf"(?<![\w.]){name}(?:\s+is\s+(?:not\s+)?(?:un)?defined|\s*\|\s*default)"
    return re.search(asked, code) is not None
