"""What people see: progress and messages on stderr, results on stdout."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from textwrap import TextWrapper

from rich.console import Console as RichConsole
from rich.console import RenderableType
from rich.progress import BarColumn, Progress, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from app.cli.terminal.table import table_lines
from app.core.text.clean import for_terminal, json_text
from app.core.words.sentence import Sentence, say
from app.monitor.awake import Awake


def _line(text: str) -> str:
    return for_terminal(text, one_line=True)


class _PlainColumn(TextColumn):
    """A part of a progress line: never markup, and nothing in it steers the terminal."""

    def render(self, task: Task) -> Text:
        """What stands there now."""
        return Text(_line(self.text_format.format(task=task)))


class Working(Progress):
    """Progress bars, below what is known already."""

    known: Sequence[str] = ()
    """Lines that stand above the bars until they are gone: a result that grows."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """What is drawn now."""
        for line in self.known:
            yield Text(line, no_wrap=True, overflow="ellipsis")
        yield from super().get_renderables()


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

    def progress(self) -> Working:
        """Progress bars on stderr, gone when done; invisible when quiet or no terminal."""
        return Working(
            _PlainColumn("{task.description}"),
            BarColumn(),
            _PlainColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=self._messages,
            transient=True,
            disable=self.quiet or not self._messages.is_terminal,
        )

    @contextlib.contextmanager
    def lasting(self, why: Sentence) -> Generator[Working]:
        """Progress bars of what may take long: the PC does not fall asleep by itself meanwhile."""
        with Awake(str(why)), self.progress() as progress:
            yield progress

    @contextlib.contextmanager
    def measuring(self) -> Generator[Callable[[int, int, str], None]]:
        """One progress bar: told how many are done, of how many, and the name of the next."""
        with self.lasting(say("lab.measuring")) as progress:
            task = progress.add_task("Loading", total=None, note="")

            def show(done: int, total: int, name: str) -> None:
                progress.update(
                    task, completed=done, total=total, description="Measuring", note=name[-40:]
                )

            yield show

    def json(self, document: object) -> None:
        """Print one JSON document, and nothing else, on stdout."""
        sys.stdout.buffer.write(json_text(document).encode() + b"\n")
        sys.stdout.buffer.flush()

    def json_line(self, document: object) -> None:
        """Print one of several documents, each a line of its own."""
        sys.stdout.buffer.write(json_text(document, in_one_line=True).encode() + b"\n")
        sys.stdout.buffer.flush()

    def text(self, text: str) -> None:
        """Print a line of the result."""
        self._print(_line(text))

    def name(self, name: str) -> None:
        """Print a name, such as a path: it can be copied, because it is not folded anywhere."""
        self._results().print(_line(name), markup=False, soft_wrap=True)

    def lines(self, text: str) -> None:
        """Print a text of the result that has lines of its own, such as an answer."""
        self._print(for_terminal(text))

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        left: Sequence[str] = (),
        spare: Sequence[str] = (),
    ) -> None:
        """Print a table, a line a row; columns stand right but those named in ``left``.

        A terminal that is too narrow gets it without those of ``spare``, from the first on.
        """
        results = self._results()
        for number, line in enumerate(self.table_lines(columns, rows, left=left, spare=spare)):
            style = None if number else "bold"
            results.print(line, style=style, markup=False, soft_wrap=True)

    def table_lines(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        left: Sequence[str] = (),
        spare: Sequence[str] = (),
    ) -> list[str]:
        """The lines of :meth:`table`."""
        width = self._results().width if sys.stdout.isatty() else None
        return table_lines(columns, rows, left=left, spare=spare, width=width)

    def _print(self, text: str) -> None:
        # A terminal gets whole words on its lines; whoever reads a pipe has lines of their own.
        results = self._results()
        if sys.stdout.isatty():
            words = TextWrapper(results.width, break_long_words=False, break_on_hyphens=False,
                                replace_whitespace=False, expand_tabs=False)  # fmt: skip
            text = "\n".join(words.fill(line) for line in text.split("\n"))
        results.print(text, markup=False, soft_wrap=True)

    def _results(self) -> RichConsole:
        return RichConsole(file=sys.stdout, highlight=False, emoji=False)
