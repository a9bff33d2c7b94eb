"""``batch`` as a process: prompts of a file, candidates that answer, and one that cannot.

Tests app.lab.batch.run, app.lab.batch.export and app.lab.batch.kept.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Program

pytestmark = pytest.mark.e2e


def test_prompts_are_asked_in_clean_contexts(
    program: Program, demo_model: Path, tmp_path: Path
) -> None:
    prompts = tmp_path / "prompts.csv"
    prompts.write_text(
        "prompt\nHow many days has April?\nHow many days has April?\nx" + "y " * 5000
    )
    other, gone = f"{demo_model}#ctx=512", str(tmp_path / "gone.gguf")
    table, lines = tmp_path / "out.csv", tmp_path / "out.jsonl"
    out = ("--csv", str(table), "--jsonl", str(lines), "--max-tokens", "16")
    server = "http://127.0.0.1:1/v1#model=x"
    words = ("batch", str(demo_model), other, gone, server, "--prompts", str(prompts), *out)
    rows = program.json(*words, status=1)["rows"]
    assert [row["prompt"][:8] for row in rows] == ["How many", "How many", "xy y y y"]
    for row in rows:
        assert [each["candidate"] for each in row["answers"]] == [
            str(demo_model),
            other,
            gone,
            server,
        ]
    first, second, long = ([each["text"] for each in row["answers"]] for row in rows)
    # The same question in a clean context has the same answer, whatever was asked before.
    assert first == second == ["April has 30 days.", "April has 30 days.", "", ""]
    answer = rows[0]["answers"][0]
    assert answer["stop_reason"] == "end"
    assert answer["generated_tokens"] == 8
    assert answer["first_token_ns"] > 0
    # Too long for one, said for that one alone; who cannot be opened says it each time.
    assert rows[2]["answers"][1]["error"]
    assert all("gone.gguf" in row["answers"][2]["error"] for row in rows)
    assert all("Nothing answers" in row["answers"][3]["error"] for row in rows)
    with table.open(newline="", encoding="utf-8") as file:
        cells = list(csv.reader(file))
    assert cells[0] == ["prompt", str(demo_model), other, gone, server]
    assert [cells[1][1], cells[3][2]] == [first[0], f"({rows[2]['answers'][1]['error']})"]
    assert [json.loads(line) for line in lines.read_text("utf-8").splitlines()] == rows
    (kept,) = program.json("history", "april has 30")["runs"]
    assert (kept["kind"], kept["title"], kept["summary"]) == ("batch", "prompts.csv", "3 prompts")
    assert long[0] == "" or rows[2]["answers"][0]["error"] is None


def test_a_target_that_cannot_be_written_costs_no_answer(program: Program, tmp_path: Path) -> None:
    prompts, lines = tmp_path / "prompts.txt", tmp_path / "out.jsonl"
    prompts.write_text("Why?")
    words = ("batch", str(tmp_path / "gone.gguf"), "--prompts", str(prompts))
    nowhere = str(tmp_path / "nowhere" / "out.csv")
    ended = program.run(*words, "--csv", nowhere, "--jsonl", str(lines), status=1)
    assert nowhere in ended.err
    assert program.json("history")["runs"] == []  # nothing was asked
    same = str(tmp_path / "nowhere" / ".." / "out.jsonl")
    ended = program.run(*words, "--csv", str(lines), "--jsonl", same, status=1)
    assert "is named twice" in ended.err
    # Whatever is told too late to be seen before: the name with its ending is too long for a disk.
    too_long = str(tmp_path / ("x" * 250))
    ended = program.run(*words, "--csv", too_long, "--jsonl", str(lines), "--json", status=1)
    assert too_long in ended.err
    (row,) = ended.document["rows"]
    assert json.loads(lines.read_text("utf-8")) == row
    assert "gone.gguf" in row["answers"][0]["error"]
