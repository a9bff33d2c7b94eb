"""``tasks`` as a process: real engines, the demo model's own questions and a person's.

Tests app.cli.words.reach and app.cli.words.tasks.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.cli.words.reach import reach_told
from app.core.servers.server import Server
from app.core.statistics.clustered import sign_flip_exact
from app.core.statistics.paired import PairedCounts
from app.core.tasks.items import Check, TaskItem
from app.lab.tasks.sets import own_set
from app.resources import resource_path
from app.store.paths import Paths
from app.store.servers.kept import KeptServers
from tests.cli.conftest import PATIENCE_SECONDS
from tests.helpers.gguf_files import Shape, write_first_message_crash_model, write_scripted_model
from tests.lab.serve.conftest import serving

if TYPE_CHECKING:
    from tests.cli.conftest import Program

KIND_FIELDS = {
    "kind", "items", "correct", "out_of_tokens", "accuracy", "accuracy_low", "accuracy_high",
    "gained", "lost", "difference", "difference_low", "difference_high", "p_value", "verdict",
}  # fmt: skip


def write_items(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


def held_out(kinds: tuple[str, ...], count: int) -> list[dict[str, Any]]:
    """The first questions of some of the demo model's kinds."""
    lines = resource_path("demo", "held_out.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row for kind in kinds for row in [r for r in rows if r["kind"] == kind][:count]]


@pytest.fixture
def four(tmp_path: Path) -> Path:
    return write_scripted_model(tmp_path / "four.gguf", ["It", " is", " 4", "."])


@pytest.fixture
def five(tmp_path: Path) -> Path:
    return write_scripted_model(tmp_path / "five.gguf", ["It", " is", " 5", "."])


@pytest.fixture
def items(tmp_path: Path) -> Path:
    rows = [{"prompt": f"Number {n}?", "answer": 4, "kind": "sums"} for n in range(12)]
    return write_items(tmp_path / "own.jsonl", rows)


@pytest.mark.slow
def test_few_bits_fail_at_what_the_demo_knows(
    program: Program, demo_model: Path, tmp_path: Path
) -> None:
    levels = {level: program.home / f"demo-{level}.gguf" for level in ("Q8_0", "TQ1_0")}
    for level, target in levels.items():
        program.run("quantize", demo_model, target, "--type", level, "--quiet")
    items = write_items(tmp_path / "few.jsonl", held_out(("sums", "spelling", "months"), 12))
    document = program.json(
        "tasks", "--reference", demo_model, *levels.values(), "--items", items,
        "--max-tokens", "64",
    )  # fmt: skip
    near, far = document["candidates"]
    assert [row["level"] for row in document["candidates"]] == list(levels)
    assert not any(kind["verdict"] == "loses" for kind in near["kinds"])
    assert [kind["kind"] for kind in far["kinds"]] == ["sums", "spelling", "months"]
    for kind in far["kinds"]:
        assert kind["verdict"] == "loses"
        assert kind["hint"]
        assert kind["difference_high"] < 0
        flips = PairedCounts(0, kind["lost"], kind["gained"], 0)
        assert kind["p_value"] == pytest.approx(sign_flip_exact(flips))
        # What it fails at: a question, what the reference said, and what this one says.
        example = kind["examples"][0]
        assert example["expected"] in example["reference_text"]
        assert example["text"] != example["reference_text"]
    assert far["total"]["lost"] == sum(kind["lost"] for kind in far["kinds"])
    # What was answered is kept: nothing is asked again, and the figures are the same.
    again = program.json(
        "tasks", "--reference", demo_model, levels["TQ1_0"], "--items", items,
        "--max-tokens", "64",
    )  # fmt: skip
    assert again["candidates"][0]["asked_items"] == 0
    assert again["engine"] == document["engine"]
    assert [k["correct"] for k in again["candidates"][0]["kinds"]] == [
        k["correct"] for k in far["kinds"]
    ]


def test_the_document_is_the_contract_s(
    program: Program, four: Path, five: Path, items: Path, tmp_path: Path
) -> None:
    late = write_first_message_crash_model(tmp_path / "late.gguf")
    document = program.json(
        "tasks", "--reference", four, late, five, "nowhere.gguf", "--items", items, status=1
    )
    assert {"machine", "engine", "reference", "candidates"} <= document.keys()
    assert (document["profile"], document["items"]) == ("full", "own.jsonl")
    assert document["reference"]["file"] == str(four)
    crashed, good, missing = document["candidates"]
    assert "llama.cpp gave up" in crashed["error"]
    assert "nowhere.gguf" in missing["error"]
    assert (crashed["kinds"], missing["kinds"], missing["level"]) == ([], [], None)
    (kind,) = good["kinds"]
    assert good["error"] is None
    assert kind.keys() >= KIND_FIELDS
    assert (kind["kind"], kind["items"], kind["correct"], kind["lost"]) == ("sums", 12, 0, 12)
    assert (kind["accuracy"], kind["difference"], kind["out_of_tokens"]) == (0, -1, 0)
    assert kind["p_value"] == pytest.approx(2 / 2**12)
    assert kind["verdict"] == "loses"


def test_the_table_says_what_is_lost(program: Program, four: Path, five: Path, items: Path) -> None:
    ended = program.run("tasks", "--reference", four, five, "--items", items)
    row = next(line for line in ended.out.splitlines() if line.startswith("sums"))
    assert re.search(r"sums +0/12 .*12/12 +12 +0 +−100 .*hint: loses", row)
    assert "asked “Number 0?” it says “It is 5.”, the original “It is 4.”" in ended.err
    reach = reach_told(own_set(items).items, 1)
    assert reach is not None
    assert reach in ended.err
    quiet = program.run("tasks", "--reference", four, five, "--items", items, "--quiet")
    assert quiet.err == ""


def test_what_questions_can_tell_at_best_is_said() -> None:
    def asked(each: int, kinds: int) -> list[TaskItem]:
        names = itertools.product(range(kinds), range(each))
        return [TaskItem(f"{k}-{n}", f"k{k}", "?", "4", Check.NUMBER) for k, n in names]

    assert reach_told(asked(45, 8), 2) == (
        "At best, 360 questions find a loss of 5.1 in 100 four times in five, and call an equal "
        "version as good 6 times in 10: if 6 in 100 answers differ, of each sort of question alike."
    )
    full, few = reach_told(asked(240, 8), 1), reach_told(asked(5, 1), 1)
    assert full is not None
    assert "nearly always call an equal version as good" in full
    assert few is not None
    assert "find no loss for certain, and hardly ever call an equal version as good" in few
    assert reach_told(asked(5, 1), 0) is None


def test_asking_stops_where_it_is_decided(
    program: Program, four: Path, five: Path, tmp_path: Path
) -> None:
    rows = [
        {"prompt": f"{kind} {n}?", "answer": 4, "kind": kind}
        for kind in ("sums", "counts")
        for n in range(100)
    ]
    items = write_items(tmp_path / "many.jsonl", rows)
    command = ("tasks", "--reference", four, five, four, "--items", items, "--max-tokens", "8")
    loser, same = program.json(*command)["candidates"]
    assert (loser["decided_after"], loser["asked_items"]) == (50, 50)
    assert [kind["items"] for kind in loser["kinds"]] == [25, 25]
    assert {kind["verdict"] for kind in loser["kinds"]} == {"loses"}
    assert 0 < loser["total"]["share_of_look"] < 0.1
    assert (same["decided_after"], same["total"]["items"]) == (None, 200)  # the original itself
    assert "Decided after 50 of 200 questions." in program.run(*command).err
    loser, _ = program.json(*command, "--ask-all")["candidates"]
    assert (loser["decided_after"], loser["asked_items"]) == (None, 150)
    assert loser["total"]["share_of_look"] == 1


def test_empty_answers_are_counted(program: Program, tmp_path: Path) -> None:
    says = write_scripted_model(tmp_path / "says.gguf", ["4"])
    mute = write_scripted_model(tmp_path / "mute.gguf", ["\n"])
    items = write_items(tmp_path / "own.jsonl", [{"prompt": "2 + 2?", "answer": 4}] * 2)
    command = ["tasks", "--reference", says, mute, "--items", items]
    document = program.json(*command)
    (kind,) = document["candidates"][0]["kinds"]
    assert (kind["empty"], kind["reference_empty"], kind["out_of_tokens"]) == (2, 0, 0)
    shown = program.run(*command).out
    assert "empty" in shown
    assert "2 of 2 answers are empty" in " ".join(shown.split())


def test_what_cannot_be_asked_is_said(
    program: Program, four: Path, items: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n", encoding="utf-8")
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"prompt": "?", "answer": 4}\nnonsense\n', encoding="utf-8")
    for own, sentence in (
        (empty, "There is no question in this file."),
        (bad, "Line 2 is not valid JSON."),
        (four, "is no UTF-8 text"),
        (tmp_path / "nowhere", "cannot be read"),
    ):
        ended = program.run("tasks", "--reference", four, four, "--items", own, status=1)
        assert sentence in ended.err
        assert len(ended.err.strip().splitlines()) == 1
    late = write_first_message_crash_model(tmp_path / "late.gguf")
    ended = program.run("tasks", "--reference", late, four, "--items", items, status=1)
    assert "The original cannot be asked: llama.cpp gave up" in ended.err
    program.run("tasks", "--reference", "nowhere.gguf", four, "--items", items, status=1)
    program.run("tasks", four, "--items", items, status=2)
    program.run("tasks", "--reference", four, status=2)
    program.run("tasks", "--reference", four, four, "--profile", "huge", status=2)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C cannot be sent to one process there")
def test_an_interrupted_run_goes_on(program: Program, tmp_path: Path) -> None:
    # Slow enough to be met in the middle: thousands of tokens.
    words = [f" w{number}" for number in range(30)]
    slow = write_scripted_model(
        tmp_path / "slow.gguf", words, ends=False, shape=Shape(n_layers=4, d_model=512)
    )
    rows = [{"prompt": f"Number {n}?", "answer": 4} for n in range(150)]
    items = write_items(tmp_path / "own.jsonl", rows)
    command = ["tasks", "--reference", slow, slow, "--items", items, "--max-tokens", "100"]
    with program.start(*command, "--json") as process:
        _wait_for_answers(program.home / "program" / "cache" / "tasks.sqlite3", process)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 130
        assert process.stdout is not None
        assert process.stdout.read() == b""
    document = program.json(*command)
    assert 0 < document["reference"]["asked_items"] < 150
    assert document["reference"]["kinds"][0]["out_of_tokens"] == 150


def _wait_for_answers(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until answers are kept."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            pytest.fail("it ended too early")
        if path.exists():
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
            try:
                if connection.execute("SELECT count(*) FROM answer").fetchone()[0] > 1:
                    return
            except sqlite3.OperationalError:
                pass  # the table is not there yet
            finally:
                connection.close()
    raise AssertionError("nothing was kept")


def test_what_a_servers_model_was_asked_is_told_with_its_price(
    program: Program, four: Path, tmp_path: Path
) -> None:
    items = write_items(tmp_path / "two.jsonl", [{"prompt": "2 + 2?", "answer": 4}])
    with serving(tmp_path / "serve", four) as server:
        kept = KeptServers(Paths.below(program.home / "program").servers)
        kept.put(Server(name="cellar", url=server.url, price_in=2.0, price_out=8.0))
        words = ("tasks", "--reference", four, "server:cellar#model=four", "--items", items)
        (row,) = program.json(*words)["candidates"]
        shown = program.run(*words)
    spent = row["spent"]
    assert spent["read_tokens"] > 0
    assert spent["written_tokens"] > 0
    cost = (2 * spent["read_tokens"] + 8 * spent["written_tokens"]) / 1e6
    assert row["cost"] == pytest.approx(cost)
    assert "by the prices entered" in shown.err + shown.out
