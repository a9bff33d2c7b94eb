"""``history``, also while another program owns the store.

Tests app.lab.history.keeping, app.lab.history.export and app.lab.history.repeat.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from app.cli.main import main
from app.core.candidates.candidate import candidate_of
from app.core.chats.chat import Answer, Chat, StopReason, Turn
from app.core.chats.panes import ChatPane
from app.lab.history.keeping import keep, keep_chat
from app.store.database import open_database
from app.store.paths import Paths
from app.store.window.lock import OwnerLock
from tests.helpers import histories
from tests.helpers.histories import SMALL_CACHE, Clock

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    out: str
    err: str


class Here:
    """Runs the command in this process: it starts no engine, and imports what is there already."""

    def __init__(self, home: Path, said: pytest.CaptureFixture[str]) -> None:
        self.paths = Paths.below(home)
        self._said = said

    def run(self, *words: str, status: int = 0) -> Ended:
        """Run ``history`` with these words."""
        assert main(["history", *words]) == status
        said = self._said.readouterr()
        return Ended(said.out, said.err)

    def json(self, *words: str) -> Any:
        """Run it and read its document."""
        return json.loads(self.run(*words, "--json").out)


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    """A home with nothing in it."""
    monkeypatch.setenv("SHRINKSCOPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return Here(tmp_path / "home", capsys)


@pytest.fixture
def filled(here: Here) -> Here:
    """An entry of each kind, and a second bench."""
    paths = here.paths
    paths.create()
    clock, connection = Clock(), open_database(paths.database)
    histories.add_chat(connection, clock, "Weather", ("Why is it?", "The quokka is grün."))
    histories.add_ladder(connection, clock, "My levels")
    histories.add_bench(connection, clock, 20.0, 20.0)
    histories.add_batch(connection, clock, "animals.txt", ("A cat?", "Meow"))
    histories.add_vote(connection, clock, "Which?", "One", "Two")
    histories.add_bench(connection, clock, 25.0, 25.0, threads=2)
    histories.add_bench(connection, clock, 9.0, candidate=SMALL_CACHE)
    connection.close()
    return here


def ids(program: Here, *words: str) -> list[int]:
    return [run["id"] for run in program.json(*words)["runs"]]


def test_an_empty_history_is_said(here: Here) -> None:
    assert "Nothing is here yet" in here.run().out
    assert here.json() == {"total": 0, "runs": []}


def test_it_is_listed_searched_and_filtered(filled: Here) -> None:
    runs = filled.json("list")["runs"]
    assert [run["kind"] for run in runs] == [
        "bench",
        "bench",
        "vote",
        "batch",
        "bench",
        "ladder",
        "chat",
    ]
    assert runs[0]["candidates"] == ["sky-Q4_K_M#kv=q8_0"]
    assert runs[1]["summary"] == "25.0 tok/s"
    assert ids(filled, "grun", "quokka") == ids(filled, "search", "quok") == [1]
    assert ids(filled, "search", "list", "quokka") == []
    assert ids(filled, "--kind", "bench", "--model", "kv=q8") == [7]
    assert ids(filled, "--since", "2020-01-01", "--most", "2") == [7, 6]
    assert ids(filled, "--since", "1d") == []
    out = filled.run("quokka").out
    assert "Weather" in out
    assert "quokka" in out


def test_one_is_shown_with_what_differs_from_the_time_before(filled: Here) -> None:
    shown = filled.json("show", "6")
    (before,) = shown["before"]
    assert before["id"] == 3
    assert before["ratios"]["speed"] == pytest.approx(1.25)
    assert [each["what"] for each in before["changed"]] == ["threads"]
    out = filled.run("show", "6").out
    assert "1.25 times" in out
    assert "threads: 4 → 2" in out
    assert "quokka" in filled.run("show", "1").out
    assert filled.json("show", "3")["before"] == []


def test_what_is_not_compared_is_null_with_the_reason(filled: Here) -> None:
    with closing(open_database(filled.paths.database)) as connection:
        clock = Clock(1_700_001_000 * 10**9)
        histories.add_ladder(connection, clock, "", ("9893b56af51163c0", "0" * 16))
    for before in filled.json("show", "8")["before"]:
        assert before["ratios"]["divergence"] is None
        assert before["ratios"]["needed_bytes"] == 1.0
        text = {"what": "text", "before": "9893b56a", "now": "00000000"}
        assert before["not_compared"] == {"divergence": [text]}
    out = filled.run("show", "8").out
    assert "divergence not compared (text: 9893b56a → 00000000)" in out


def test_each_kind_is_written_in_its_forms(filled: Here, tmp_path: Path) -> None:
    forms = {1: "md", 2: "json", 3: "csv", 4: "jsonl", 5: "json", 6: "md"}
    for number, ending in forms.items():
        target = tmp_path / f"{number}.{ending}"
        words = ("export", str(number), "--to", str(target))
        assert filled.json(*words) == {"written": [str(target)]}
    assert "The quokka is grün." in (tmp_path / "1.md").read_text("utf-8")
    assert json.loads((tmp_path / "2.json").read_bytes())["candidates"]
    assert "20.00" in (tmp_path / "3.csv").read_text("utf-8")
    line = json.loads((tmp_path / "4.jsonl").read_text("utf-8"))
    assert line["answers"][0]["text"] == "Meow"
    assert json.loads((tmp_path / "5.json").read_bytes())["votes"][0]["outcome"]
    failed = filled.run("export", "1", "--to", str(tmp_path / "1.csv"), status=1)
    assert "it can be .md, .json" in failed.err


def test_what_was_asked_outside_the_window_is_kept_without_who_was_not_asked(here: Here) -> None:
    asked, other = ChatPane("b", "B", histories.SKY), ChatPane("a", "A", histories.SMALL_CACHE)
    turns = [Turn(0, "Why?", {"b": Answer("So.", stop_reason=StopReason.END)})]
    chat = Chat(0, "Why?", panes=[other, asked], reference_key="a", turns=turns)
    told: list[str] = []
    here.paths.create()
    keep(here.paths, told.append, lambda store: keep_chat(store, chat))
    keep(here.paths, told.append, lambda store: keep_chat(store, Chat(0, panes=[other])))
    (run,) = here.json()["runs"]
    assert (run["kind"], run["title"], run["candidates"]) == ("chat", "Why?", ["sky-Q4_K_M"])
    assert told == []
    with closing(sqlite3.connect(here.paths.database)) as newer:
        newer.execute("PRAGMA user_version = 9999")
    keep(here.paths, told.append, lambda store: keep_chat(store, chat))
    assert "will not be in the history" in told[-1]


def test_once_more_says_what_cannot_be(filled: Here, tmp_path: Path) -> None:
    with closing(open_database(filled.paths.database)) as connection:
        gone = candidate_of(tmp_path / "gone.gguf")
        histories.add_bench(connection, Clock(), 9.0, candidate=gone)
    ended = filled.run("repeat", "5", status=1)
    assert "cast in the window" in ended.err
    before = ids(filled, "--kind", "bench")
    ended = filled.run("repeat", "8", status=1)
    assert "gone: " in ended.err
    assert len(ids(filled, "--kind", "bench")) == len(before) + 1
    assert filled.run("repeat", "2", status=1).err.strip()
    assert filled.run("repeat", "99", status=1).err.strip()


def test_marks_and_deleting(filled: Here) -> None:
    filled.run("pin", "1", "3")
    filled.run("move", "1", "--folder", "Animals")
    assert ids(filled)[:2] == [3, 1]
    assert ids(filled, "--folder", "Animals") == [1]
    filled.run("unpin", "3")
    assert ids(filled, "--pinned") == [1]
    assert filled.json("delete", "1", "2") == {"delete": [1, 2]}
    assert ids(filled) == [7, 6, 5, 4, 3]
    assert "no number 1 " in filled.run("show", "1", status=1).err
    assert filled.json("restore", "1") == {"restore": [1]}
    assert ids(filled)[0] == 1
    assert "no number 99 " in filled.run("pin", "1", "99", status=1).err


@pytest.mark.parametrize(
    "words",
    [
        ("show",),
        ("show", "x"),
        ("show", "1", "2"),
        ("repeat", "1", "2"),
        ("search",),
        ("list", "x"),
        ("export", "1"),
        ("show", "1", "--to", "a.md"),
        ("--kind", "song"),
        ("--since", "yesterday"),
    ],
)
def test_wrong_words_are_said(here: Here, words: tuple[str, ...]) -> None:
    ended = here.run(*words, status=2)
    assert ended.err.strip()
    assert "Traceback" not in ended.err


def test_it_is_read_but_not_changed_while_the_window_is_open(filled: Here) -> None:
    lock = OwnerLock(filled.paths.lock)
    lock.acquire()
    try:
        assert ids(filled, "quokka") == [1]
        assert filled.run("pin", "1", status=1).err.strip()
    finally:
        lock.release()
    assert ids(filled, "--pinned") == []
