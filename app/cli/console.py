"""What people see: progress and messages on stderr, results on stdout."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console as RichConsole
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from app.core.text import for_terminal, json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.progress import Task


def _line(text: str) -> str:
    return for_terminal(text, one_line=True)


class _PlainColumn(TextColumn):
    """A part of a progress line: never markup, and nothing in it steers the terminal."""

    def render(self, task: Task) -> Text:
        """What stands there now."""
        return Text(_line(self.text_format.format(task=task)))


class Console:
    """The two streams of a command. Nothing that is said here steers the terminal.

    Args:
        quiet: Show neither progress nor remarks; errors are always said.
    """

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._messages = RichConsole(stderr=True, highlight=False, emoji=False)

    def error(self, sentence: str) -> None:
        """Say what went wrong."""
        self._messages.print(_line(sentence), style="red", markup=False, soft_wrap=True)

    def remark(self, sentence: str) -> None:
        """Say something that may be left unsaid."""
        if not self.quiet:
            self._messages.print(_line(sentence), style="dim", markup=False, soft_wrap=True)

    def progress(self) -> Progress:
        """Progress bars on stderr, gone when done; invisible when quiet or no terminal."""
        return Progress(
            _PlainColumn("{task.description}"),
            BarColumn(),
            _PlainColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=self._messages,
            transient=True,
            disable=self.quiet or not self._messages.is_terminal,
        )

    def json(self, document: object) -> None:
        """Print one JSON document, and nothing else, on stdout."""
        sys.stdout.buffer.write(json_text(document).encode() + b"\n")
        sys.stdout.buffer.flush()

    def text(self, text: str) -> None:
        """Print a line of the result."""
        self._results().print(_line(text), markup=False)

    def lines(self, text: str) -> None:
        """Print a text of the result that has lines of its own, such as an answer."""
        self._results().print(for_terminal(text), markup=False)

    def table(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[str] = ()
    ) -> None:
        """Print a table; columns stand right but those named in ``left``."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(
                Text(_line(column)),
                justify="left" if column in left else "right",
                overflow="fold",
                no_wrap=column not in left,
            )
        for row in rows:
            table.add_row(*(Text(_line(cell)) for cell in row))
        self._results().print(table)

    def _results(self) -> RichConsole:
        # Piped output is not folded to 80 columns.
        width = None if sys.stdout.isatty() else 200
        return RichConsole(file=sys.stdout, highlight=False, emoji=False, width=width)
