"""``rerun`` of reports that a stranger wrote, as a process."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.core.text.clean import json_text
from app.lab.quality.texts import TextSource, measured_text
from app.lab.reports.document import ladder_document
from app.lab.reports.sharing import shareable
from tests.helpers.gguf_files import write_tiny_llama
from tests.lab import ladder_cases as cases
from tests.lab.works.ladders.test_rerun import sha256_of

if TYPE_CHECKING:
    from tests.cli.conftest import Program


@pytest.fixture
def report(program: Program) -> dict[str, Any]:
    """A report of one model that lies in the home folder."""
    model = write_tiny_llama(program.home / "one.gguf")
    text = measured_text(TextSource.BUNDLED, program.home)
    view = cases.view(cases.of_files([model], text_name=text.name))
    document = ladder_document(shareable(view))
    document["text"] |= {"name": text.name, "sha256": text.sha256}
    return document


def refused(program: Program, report: dict[str, Any], *words: str | Path) -> str:
    """What is said of a report; nothing else is on either stream, and no file is written."""
    path = program.home / "theirs.json"
    path.write_text(json_text(report), encoding="utf-8")
    ended = program.run(
        "rerun", path, program.home / "one.gguf", "--report", "out.html", *words, status=1
    )
    assert ended.out == ""
    assert not list(program.home.glob("out.*"))
    assert ended.err.count("\n") == 1
    return ended.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")
def test_a_stranger_reaches_no_file(program: Program, report: dict[str, Any]) -> None:
    os.mkfifo(program.home / "pipe")
    secret = program.home / "secret.txt"
    secret.write_text("nobody is to read this " * 500, encoding="utf-8")
    for name in (str(secret), "secret.txt", str(program.home / "pipe"), "/dev/zero"):
        for kind in ("text", "items"):
            asked = json.loads(json.dumps(report))
            asked["arguments"][f"{kind}_name"] = asked[kind]["name"] = name
            asked[kind]["sha256"] = sha256_of(secret)
            said = refused(program, asked)
            assert "not on this PC" in said
            assert "nobody is to read" not in said


def test_what_the_person_names_is_an_ordinary_file_too(
    program: Program, report: dict[str, Any]
) -> None:
    for option in ("--text", "--items"):
        assert "it is a folder" in refused(program, report, option, program.home)
        if sys.platform != "win32":
            assert "it is no ordinary file" in refused(program, report, option, "/dev/zero")


@pytest.mark.parametrize("threads", [0, 100_000])
def test_threads_without_sense_are_refused(
    program: Program, report: dict[str, Any], threads: int
) -> None:
    report["arguments"]["threads"] = threads
    assert "no measurement's JSON report" in refused(program, report)
