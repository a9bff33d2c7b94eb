"""What a command writes: foreign text, long sentences, results that programs read."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.terminal.console import Console

CONTROLS = {chr(code) for code in (*range(32), *range(0x7F, 0xA0))} - {"\n"}
TURNS = set(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)))
STEERING = CONTROLS | TURNS | {"\u200b", "\u200d", "\ufeff"}


class Streams:
    """Standard output and standard error, caught."""

    def __init__(self) -> None:
        self.out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        self.err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")

    def written(self) -> tuple[str, str]:
        for stream in (self.out, self.err):
            stream.flush()
        return tuple(stream.buffer.getvalue().decode() for stream in (self.out, self.err))  # type: ignore[attr-defined, return-value]


@contextlib.contextmanager
def caught() -> Iterator[Streams]:
    """Standard output and standard error while something is written."""
    before, streams = (sys.stdout, sys.stderr), Streams()
    sys.stdout, sys.stderr = streams.out, streams.err
    try:
        yield streams
    finally:
        sys.stdout, sys.stderr = before


def written(text: str) -> tuple[str, str]:
    """What comes out where an answer, a table's cell and an error are this text."""
    with caught() as streams:
        console = Console(quiet=False)
        console.text(text)
        console.lines(text)
        console.table(("name", text), [(text, "1")])
        console.error(text)
    return streams.written()


@given(st.text(alphabet=st.characters()))
def test_no_text_steers_the_terminal(text: str) -> None:
    for shown in written(text):
        assert not STEERING & set(shown.replace("\t", ""))


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/]", "[link=file:///etc]", ":smile:"])
def test_marks_of_the_table_printer_are_plain_text(text: str) -> None:
    out, err = written(text)
    assert out.count(text) == 4
    assert text in err


def test_a_name_makes_no_line_of_its_own() -> None:
    with caught() as streams:
        console = Console(quiet=False)
        console.text("a\nb.gguf")
        console.error("a\r\nb.gguf is not there.")
        console.table(("file",), [("a\nb.gguf",)])
    out, err = streams.written()
    assert [one.strip() for one in out.splitlines()] == ["a\ufffdb.gguf", "file", "a\ufffdb.gguf"]
    assert err.splitlines() == ["a\ufffd\ufffdb.gguf is not there."]


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal, so that tables fit it and progress is shown."""

    def isatty(self) -> bool:
        return True


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, say: Callable[[Console], None]) -> list[str]:
    """The lines that a terminal of 80 cells gets."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    with caught():
        sys.stdout = Terminal(io.BytesIO(), encoding="utf-8")
        say(Console(quiet=False))
        sys.stdout.flush()
        return sys.stdout.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]


def test_a_row_is_one_line_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "a name with blanks and no end " * 20
    shown = on_a_terminal(
        monkeypatch,
        lambda console: console.table(("file", "size"), [(name, "1 GB")], left=("file",)),
    )
    assert [len(line) for line in shown] == [80, 80]
    assert shown[1].startswith("a name with blanks")
    assert shown[1].endswith("1 GB")


def test_a_terminal_gets_whole_words_and_names_that_can_be_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = "/models of mine/" + "a-long-folder/" * 10 + "x-Q8_0.gguf"
    assert on_a_terminal(monkeypatch, lambda console: console.name(path)) == [path]
    sentence = "This sentence says something that takes more than one line of a terminal. " * 2
    shown = on_a_terminal(monkeypatch, lambda console: console.text(sentence.strip()))
    assert len(shown) == 2
    assert " ".join(shown).split() == sentence.split()


def test_what_goes_into_a_pipe_is_not_folded() -> None:
    text = "/models/" + "a long folder/" * 40 + "x-Q8_0.gguf"
    with caught() as streams:
        console = Console(quiet=False)
        console.text(text)
        console.name(text)
        console.lines(text)
    assert streams.written()[0].splitlines() == [text] * 3


def test_a_name_in_a_progress_line_steers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with caught():
        sys.stderr = Terminal(io.BytesIO(), encoding="utf-8")
        with Console(quiet=False).progress() as progress:
            name = "\x1b]0;mine\x07\u009b31m\u202e[bold]x[/bold]\n.gguf"
            task = progress.add_task(name, total=2, note=name)
            progress.update(task, completed=1, description=name, note=name)
            progress.refresh()
        sys.stderr.flush()
        shown = sys.stderr.buffer.getvalue().decode()  # type: ignore[attr-defined]
    assert "\ufffd]0;mine\ufffd\ufffd31m\ufffd[bold]x[/bold]\ufffd.gguf" in shown
    assert not {"\x07", "\x9b", "\u202e"} & set(shown)
    # The bar's own: colours, the cursor, the line.
    assert re.sub(r"\x1b\[\??[\d;]*[A-Za-z]", "", shown).count("\x1b") == 0


def test_a_sentence_is_one_line_however_long() -> None:
    sentence = "This model file is damaged: " + "its metadata entry is odd, " * 30
    with caught() as streams:
        Console(quiet=True).error(sentence)
    assert streams.written()[1] == sentence + "\n"


def test_json_is_whole_and_alone() -> None:
    document = {"text": "größer\n\x1b[2J", "rows": [1, None, 2.5]}
    with caught() as streams:
        console = Console(quiet=False)
        with console.progress() as progress:
            progress.add_task("Working", total=None, note="")
            console.json(document)
    out, err = streams.written()
    assert json.loads(out) == document
    assert err == ""


def test_quiet_leaves_remarks_out_but_no_errors() -> None:
    with caught() as streams:
        console = Console(quiet=True)
        console.remark("By the way.")
        console.error("It is not there.")
    assert streams.written() == ("", "It is not there.\n")


def test_a_result_that_grows_stands_above_the_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with caught():
        sys.stderr = Terminal(io.BytesIO(), encoding="utf-8")
        with Console(quiet=False).progress() as progress:
            progress.add_task("Reading headers", total=2, note="")
            progress.known = ["level  tok/s", "Q8_0   –"]
            progress.refresh()
            progress.known = ["level  tok/s", "Q8_0   12.5"]
            progress.refresh()
        sys.stderr.flush()
        shown = sys.stderr.buffer.getvalue().decode()  # type: ignore[attr-defined]
    assert shown.index("Q8_0   –") < shown.index("Q8_0   12.5")
    assert "Reading headers" in shown[shown.index("Q8_0   –") :]
