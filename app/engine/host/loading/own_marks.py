"""Tells the marks that a template wrote from the same letters in what people and models wrote.

What somebody wrote is text, whatever it looks like: else a message could hold a whole forged turn.
Messages are rendered a second time, with the letters that marks begin and end with hidden behind
private ones: what comes back hidden is theirs, whatever the template did to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Change = Callable[[str], str]
    Render = Callable[[Change], str]

_FIRST_PRIVATE = 0xF0000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a rendered prompt.

    Attributes:
        text: What stands there.
        has_marks: Texts of special tokens are those tokens; else they are just text.
    """

    text: str
    has_marks: bool


class OwnMarks:
    """Knows the marks of a vocabulary.

    Args:
        control: Texts of tokens that are read as such only where marks count.
        added: Texts of tokens that are read as such everywhere.

    Attributes:
        texts: All of them but plain words.
    """

    def __init__(self, control: Iterable[str], added: Iterable[str]) -> None:
        self._control = frozenset(filter(_edges, control))
        self._added = frozenset(filter(_edges, added)) - self._control
        self.texts: frozenset[str] = self._control | self._added
        self._telling = frozenset(letter for mark in self.texts for letter in _edges(mark))
        self._lengths: dict[str, list[int]] = {}
        for first, length in sorted({(mark[0], len(mark)) for mark in self.texts}, reverse=True):
            self._lengths.setdefault(first, []).append(length)

    def cut(self, contents: Sequence[str], render: Render) -> list[Piece]:
        """Render messages, and cut the text where marks cease to count and count again.

        Args:
            contents: Of the messages.
            render: Renders them, each content changed by a function.

        Returns:
            The whole text in one piece where nothing in the messages is taken for a mark.

        Raises:
            Exception: Of any kind: the template refuses the messages.
        """
        letters = {letter for content in contents for letter in content}
        telling = sorted(letters & self._telling)
        if not telling:
            return [Piece(render(str), has_marks=True)]
        private = dict(zip(telling, _private(letters), strict=False))
        table = str.maketrans(private)
        shown = str.maketrans({hidden: letter for letter, hidden in private.items()})
        plain, error = _tried(render, str)
        hidden, _ = _tried(render, lambda content: content.translate(table))
        if hidden is None or (plain is not None and hidden.translate(shown) != plain):
            # The template reads such letters too, as where it takes thinking out of old answers.
            narrow, _ = _tried(render, lambda content: self._without_control(content, table))
            if narrow is not None and (hidden is None or self._same_control(narrow, hidden)):
                hidden = narrow
        if hidden is not None:
            return self._pieces(hidden, shown)
        if plain is None:
            assert error is not None
            raise error
        return [Piece(plain, has_marks=True)]

    def _pieces(self, hidden: str, shown: dict[int, str]) -> list[Piece]:
        own = list(self._found(hidden))
        written = {hidden[start:end] for start, end in own}
        pieces: list[Piece] = []
        marked, position = "", 0
        for start, end in [*own, (len(hidden), len(hidden))]:
            between = hidden[position:start].translate(shown)
            mark = hidden[start:end]
            found = {between[first:last] for first, last in self._found(between)}
            if found & (self._control | written):
                if marked:
                    pieces.append(Piece(marked, has_marks=True))
                pieces += self._as_text(between, written)
                marked = mark
            else:
                marked += between + mark
            position = end
        if marked:
            pieces.append(Piece(marked, has_marks=True))
        return pieces

    def _as_text(self, text: str, written: set[str]) -> Iterator[Piece]:
        """Cut through what llama.cpp would take for a mark even in a text."""
        position = 0
        for start, end in self._found(text):
            mark = text[start:end]
            if mark in self._added and mark in written:
                yield Piece(text[position : start + 1], has_marks=False)
                position = start + 1
        yield Piece(text[position:], has_marks=False)

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where marks stand: the longest at each place, none inside another."""
        position = 0
        while position < len(text):
            for length in self._lengths.get(text[position], ()):
                mark = text[position : position + length]
                if mark in self.texts:
                    yield position, position + length
                    position += length - 1
                    break
            position += 1

    def _without_control(self, text: str, table: dict[int, str]) -> str:
        parts: list[str] = []
        position = 0
        for start, end in self._found(text):
            if text[start:end] in self._control:
                parts += [text[position:start], text[start:end].translate(table)]
                position = end
        return "".join([*parts, text[position:]])

    def _same_control(self, one: str, other: str) -> bool:
        found = [
            [mark for start, end in self._found(text) if (mark := text[start:end]) in self._control]
            for text in (one, other)
        ]
        return found[0] == found[1]


def _edges(mark: str) -> str:
    """The first and the last letter of a mark that plain words have not; empty for plain words."""
    signs = [letter for letter in mark if not letter.isalnum() and not letter.isspace()]
    return signs[0] + signs[-1] if signs else ""


def _private(letters: set[str]) -> Iterator[str]:
    code = _FIRST_PRIVATE
    while True:
        if chr(code) not in letters:
            yield chr(code)
        code += 1


def _tried(render: Render, change: Change) -> tuple[str | None, Exception | None]:
    try:
        return render(change), None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the template is foreign code
        return None, error
