"""Thinking aloud: the marks that models put around it, and telling it from the answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from app.base.states import Transitions

SegmentKind = Literal["thinking", "answer"]
Segment = tuple[SegmentKind, str]


@dataclass(frozen=True, slots=True)
class ThinkingMarks:
    """How a model marks its thinking.

    Marks are often control tokens, which llama.cpp writes as nothing unless it is asked to.

    Attributes:
        start: What stands before the thinking.
        end: What stands after it.
        skipped: Other marks around the answer that belong to neither.
        told_by: What a template for such a model holds, all of it; empty where that are the marks
            themselves.
    """

    start: str
    end: str
    skipped: tuple[str, ...] = ()
    told_by: tuple[str, ...] = ()


KNOWN_MARKS: tuple[ThinkingMarks, ...] = (
    ThinkingMarks(
        "<|channel|>analysis<|message|>",
        "<|end|>",
        (
            "<|start|>assistant",
            "<|channel|>final<|message|>",
            "<|channel|>commentary<|message|>",
            "<|return|>",
            "<|end|>",
        ),
    ),
    ThinkingMarks("<|channel>thought\n", "<channel|>"),
    ThinkingMarks(
        "<|START_THINKING|>",
        "<|END_THINKING|>",
        ("<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"),
    ),
    ThinkingMarks("[THINK]", "[/THINK]"),
    ThinkingMarks("<seed:think>", "</seed:think>"),
    ThinkingMarks("<mm:think>", "</mm:think>"),
    ThinkingMarks("<|inner_prefix|>", "<|inner_suffix|>"),
    ThinkingMarks(
        "<|think|>",
        "<|end|>",
        ("<|begin|>assistant", "<|content|>", "<|end|>"),
    ),
    ThinkingMarks(
        "<|open|>think<|sep|>",
        "<|close|>think<|sep|>",
        ("<|open|>response<|sep|>", "<|close|>response<|sep|>", "<|close|>message<|sep|>"),
        told_by=("<|open|>", "'think'"),
    ),
    ThinkingMarks(
        "to=self<|message|>",
        "<|eom|>",
        ("<|start|>assistant", "to=user<|message|>"),
    ),
    ThinkingMarks(
        "<think:opensource>", "</think:opensource>", told_by=("<think{}>", ":opensource")
    ),
    ThinkingMarks(
        "Here are my reasoning steps:\n",
        "[BEGIN FINAL RESPONSE]",
        ("[END FINAL RESPONSE]",),
        told_by=("[BEGIN FINAL RESPONSE]",),
    ),
    ThinkingMarks(
        "<think>",
        "</think>",
        ("<response>", "</response>"),
        told_by=("<think>", "<response>"),
    ),
    ThinkingMarks("<think>", "</think>"),
    ThinkingMarks("<thinking>", "</thinking>"),
)
"""The most telling first: a template is taken to use the first whose marks it mentions."""

USUAL_MARKS = ThinkingMarks("<think>", "</think>")
"""What a model is taken to write that nothing is known of."""

_TOKEN_IN_MARK = re.compile(r"</?[^<>\s]+>|\[/?[A-Z]+\]")


def marks_by_vocabulary(tokens: Collection[str]) -> ThinkingMarks | None:
    """The marks for which a vocabulary has tokens of their own; None where it has none.

    Args:
        tokens: The texts of its special tokens.
    """
    for marks in KNOWN_MARKS:
        if marks.told_by and marks.start == USUAL_MARKS.start:
            continue  # what else they skip may well stand in an answer
        needed = [_TOKEN_IN_MARK.findall(mark) for mark in (marks.start, marks.end)]
        if all(needed) and all(token in tokens for each in needed for token in each):
            return marks
    return None


def prompt_opens_thinking(rendered_tail: str, marks: ThinkingMarks) -> bool:
    """Tell whether a rendered prompt ends inside the thinking, so that the model continues it.

    Args:
        rendered_tail: The end of the prompt; 200 characters are plenty.
        marks: The marks of its template.
    """
    return rendered_tail.rstrip().endswith(marks.start.rstrip())


class _State(Enum):
    BEFORE = "nothing but white space came yet"
    OPENED = "the prompt opened the thinking, and nothing but white space came yet"
    THINKING = "inside the marks"
    AFTER = "thinking is over, and nothing but white space came since"
    ANSWER = "the answer has begun"


# Thinking comes before the answer, perhaps in several parts, but never inside it: an answer may
# well speak about such marks.
_NEXT = Transitions(
    _State,
    {
        _State.BEFORE: {_State.THINKING, _State.ANSWER},
        _State.OPENED: {_State.THINKING},
        _State.THINKING: {_State.AFTER},
        _State.AFTER: {_State.THINKING, _State.ANSWER},
    },
)


class ThinkingSplitter:
    """Tells thinking from answer in a text that comes in pieces, however it is cut.

    The marks themselves are dropped, and so is white space between thinking and answer.
    """

    def __init__(self, marks: ThinkingMarks, starts_inside: bool = False) -> None:
        """Args: ``starts_inside``: the prompt has opened the thinking already."""
        self._marks = marks
        self._state = _State.OPENED if starts_inside else _State.BEFORE
        self._held: str = ""

    @property
    def inside(self) -> bool:
        """Whether the text so far ends inside the thinking."""
        return self._state is _State.OPENED or self._state is _State.THINKING

    def feed(self, text: str) -> list[Segment]:
        """Take the next piece; return what is certain now, in order."""
        self._held += text
        segments: list[Segment] = []
        while self._step(segments):
            pass
        return segments

    def finish(self) -> list[Segment]:
        """Return what was held back: the text ends here, and half a mark is just text."""
        text, self._held = self._held, ""
        if self._state is _State.AFTER:
            text = text.lstrip()
        kind: SegmentKind = "thinking" if self.inside else "answer"
        return [(kind, text)] if text else []

    def _step(self, segments: list[Segment]) -> bool:
        """Go on by one mark or one run of text; return whether there may be more to do."""
        if self._state is _State.THINKING:
            return self._think(segments)
        if self._state is _State.ANSWER:
            return self._answer(segments)
        return self._decide()

    def _decide(self) -> bool:
        """Nothing but white space came in this state yet: see what the first mark is."""
        text = self._held.lstrip()
        if text.startswith(self._marks.start):
            self._held = text[len(self._marks.start) :]
            self._become(_State.THINKING)
            return True
        if self._state is _State.OPENED:
            if self._marks.start.startswith(text):
                return False
            self._become(_State.THINKING)
            return True
        for mark in self._marks.skipped:
            if text.startswith(mark):
                self._held = text[len(mark) :]
                return True
        if any(mark.startswith(text) for mark in (self._marks.start, *self._marks.skipped)):
            return False
        if self._state is _State.AFTER:
            self._held = text
        self._become(_State.ANSWER)
        return True

    def _think(self, segments: list[Segment]) -> bool:
        return self._until((self._marks.end,), "thinking", segments, _State.AFTER)

    def _answer(self, segments: list[Segment]) -> bool:
        return self._until(self._marks.skipped, "answer", segments, _State.ANSWER)

    def _until(
        self, marks: tuple[str, ...], kind: SegmentKind, segments: list[Segment], after: _State
    ) -> bool:
        """Hand out the text up to the next mark, without what may be the start of one."""
        hits = [(self._held.find(mark), mark) for mark in marks if mark in self._held]
        if not hits:
            end = len(self._held) - _overlap(self._held, marks)
            self._hand_out(kind, end, segments)
            return False
        at, mark = min(hits)
        self._hand_out(kind, at, segments)
        self._held = self._held[len(mark) :]
        if after is not self._state:
            self._become(after)
        return True

    def _hand_out(self, kind: SegmentKind, end: int, segments: list[Segment]) -> None:
        if end:
            segments.append((kind, self._held[:end]))
        self._held = self._held[end:]

    def _become(self, state: _State) -> None:
        self._state = _NEXT.step(self._state, state)


def _overlap(text: str, marks: Iterable[str]) -> int:
    """Length of the longest end of ``text`` that may be the start of a mark."""
    longest = 0
    for mark in marks:
        for length in range(min(len(mark) - 1, len(text)), longest, -1):
            if text.endswith(mark[:length]):
                longest = length
                break
    return longest
