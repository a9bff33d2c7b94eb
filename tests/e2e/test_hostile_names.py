"""Names that would steer a terminal, given to the program as people give them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_tiny_llama, write_truncated_llama
from tests.helpers.hostile import FILE_NAMES, MARKED, steering, steering_of_terminal

if TYPE_CHECKING:
    from tests.e2e.conftest import Commands

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names that Linux allows"),
]

QUICK = ("--pp", "8", "--tg", "2", "--repetitions", "1")
REPO = "org/odd-GGUF"
WORST = "".join(FILE_NAMES[:-2])
"""All of them in one name, but what is no text and what looks like markup."""
ANY_WORD = " ".join(MARKED)


class Library:
    """A folder with model files of such names, which the program knows."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "mine"
        self.folder.mkdir()
        program = home / "program"
        self.environment = {"SHRINKSCOPE_HOME": str(program), "HOME": str(home / "home")}
        settings = program / "config" / "settings.json"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"version": 1, "library_folders": [str(self.folder)]}))

    def add(self, stem: str) -> Path:
        header = {"general.name": MARKED[3], "general.license": MARKED[2]}
        return write_tiny_llama(self.folder / f"{stem}.gguf", metadata=header)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


def test_the_library_is_listed(commands: Commands, library: Library) -> None:
    paths = {str(library.add(stem)) for stem in (*FILE_NAMES, WORST)}
    write_truncated_llama(library.folder / "broken\x1b[2J\u202e.gguf")
    environment = commands.environment(**library.environment)
    table = commands.run("models", "--log-level", "debug", env=environment)
    assert table.status == 0
    assert not steering(table.out + table.err)
    ended = commands.run("models", "--json", env=environment)
    assert not steering(ended.out + ended.err)
    # Programs get the names as they are; bytes that are no text cannot stand in JSON.
    listed = {row["path"] for row in json.loads(ended.out)["models"]}
    assert {path.replace("\udcff", "\ufffd") for path in paths} <= listed


def test_files_are_measured(commands: Commands, library: Library) -> None:
    path, gone = library.add(WORST), library.folder / f"gone{WORST}.gguf"
    environment = commands.environment(**library.environment)
    for words, status in (
        (("fit", path, "--log-level", "debug"), 0),
        (("bench", path, gone, *QUICK), 1),
        (("bench", path, *QUICK, "--json"), 0),
        (("compare", path, gone, "--prompt", f"Hi {ANY_WORD}", "--max-tokens", "2"), 1),
        (("fit", library.add(FILE_NAMES[-1])), 1),
    ):
        ended = commands.run(*words, env=environment)
        assert ended.status == status, ended.err
        assert not steering(ended.out, allowed="\n\t"), words
        assert not steering(ended.err), words


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "--prompt", "Hi", "{}.gguf"),
        ("compare", "--prompt", "Hi", "--seed", "{}", "a.gguf"),
        ("compare", "--no-such-{}", "a.gguf"),
        ("bench", "--threads", "{}", "a.gguf"),
        ("fit", "{}"),
        ("fit", "a.gguf", "--kv", "{}"),
        ("votes", "--export", "{}"),
        ("ladder", "a.gguf", "--report", "{}"),
        ("rerun", "{}.json"),
        ("--{}",),
    ],
)
def test_wrong_words_are_told_in_one_clean_line(commands: Commands, words: tuple[str, ...]) -> None:
    word = ANY_WORD + "x\x1b" * 10_000
    ended = commands.run(*(each.replace("{}", word) for each in words))
    assert ended.status in (1, 2)
    assert not steering(ended.out + ended.err)
    assert len(ended.sentences) == 1


@pytest.mark.parametrize(
    "words", [("fit", "{}"), ("bench", "{}", *QUICK), ("compare", "{}", "--prompt", "Hi")]
)
def test_progress_lines(commands: Commands, library: Library, words: tuple[str, ...]) -> None:
    path = library.add(WORST)
    given = [word.replace("{}", str(path)) for word in words]
    environment = commands.environment(**library.environment, TERM="xterm")
    with on_a_terminal(commands, *given, env=environment) as (child, written):
        assert child.wait() == 0
    assert written
    assert not steering_of_terminal("".join(written))


@contextlib.contextmanager
def on_a_terminal(
    commands: Commands, *words: str, env: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """A command whose standard error is a terminal, as progress lines need it."""
    ours, theirs = os.openpty()
    written: list[str] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # a terminal that nobody writes to any more
            while data := os.read(ours, 1 << 16):
                written.append(data.decode(errors="surrogateescape"))

    reader = threading.Thread(target=read)
    with commands.start(*words, stdout=subprocess.DEVNULL, stderr=theirs, env=env) as child:
        os.close(theirs)
        reader.start()
        yield child, written
    reader.join()
    os.close(ours)


def test_a_repository(commands: Commands) -> None:
    names = ("odd\u202e-Q4_K_M.gguf", "odd\u009b31m-Q8_0.gguf", "bad\x1b[2J-Q2_K.gguf")
    facts = {
        "pipeline_tag": MARKED[3],
        "cardData": {"license": MARKED[2]},
        "gguf": {"architecture": MARKED[3], "total": 1000},
    }
    files = [FakeFile(name, b"GGUF no more") for name in names]
    with FakeHub(FakeRepository(REPO, files, facts=facts)) as hub:
        # The Hub's client is allowed here.
        path = commands.environment()["PYTHONPATH"].partition(os.pathsep)[0]
        environment = commands.environment(HF_ENDPOINT=hub.endpoint, PYTHONPATH=path)
        for words in (
            ("files", REPO),
            ("search", "odd"),
            ("search", "odd", "--json"),
            ("get", f"{REPO}:Q4_K_M"),
            ("get", f"{REPO}:Q3\x1b"),
        ):
            ended = commands.run(*words, env=environment)
            assert not steering(ended.out + ended.err), words
        ended = commands.run("files", REPO, "--json", env=environment)
    assert not steering(ended.out + ended.err)
    assert {file["name"] for file in json.loads(ended.out)["files"]} == {*names[:2]}
