"""The program as people start it: commands as processes, small models that answer in known ways."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from app.engine.local import client
from tests.helpers import gguf_files as files
from tests.helpers.program import engine_command, packaged_program, program_command

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0
LONG_TOKENS = 32_768
"""A context that takes a fast PC long to fill, where it fills the usual one in a second."""

# Ends a process at once when it imports what it must never import: an error could be caught.
IMPORT_WATCH = """
import os
import sys

FORBIDDEN = {"PySide6", "shiboken6", "pyqtgraph", "huggingface_hub", "keyring", "torch"}
if "--engine-host" not in sys.orig_argv:
    FORBIDDEN.add("llama_cpp")


class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in FORBIDDEN:
            os.write(2, f"FORBIDDEN IMPORT of {name}\\n".encode())
            os._exit(97)
        return None


sys.meta_path.insert(0, Watch())
"""


# The PC on which the tests run may be busy, and is told so by ``compare`` and ``bench``.
BUSY_REMARK = re.compile(r"^Other programs (?:kept|took) .*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document of standard output."""
        return msgspec.json.decode(self.out)

    @property
    def sentences(self) -> list[str]:
        """The lines of standard error."""
        return self.err.splitlines()


class Commands:
    """Runs commands as processes that may import neither Qt nor what needs the network.

    A packaged program is run as it is: nothing can watch what it imports.
    """

    def __init__(self, watch_folder: Path, working_folder: Path) -> None:
        self._watch_folder = watch_folder
        self._working_folder = working_folder

    def environment(self, **more: str) -> dict[str, str]:
        path = f"{REPOSITORY}{os.pathsep}{self._watch_folder}"
        return os.environ | {"PYTHONPATH": path, "COLUMNS": "200"} | more

    def start(self, *words: str | bytes | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Start a command; whoever starts it waits for it."""
        given: dict[str, Any] = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "stdin": subprocess.DEVNULL,
            "cwd": self._working_folder,
            "env": self.environment(),
        }
        command = [os.fsencode(word) for word in program_command(*words)]
        return cast("subprocess.Popen[bytes]", subprocess.Popen(command, **given | options))

    def run(self, *words: str | bytes | Path, **options: Any) -> Ended:
        """Run a command to its end; a traceback fails the test whatever else it is about."""
        with self.start(*words, **options) as process:
            try:
                out, err = process.communicate(timeout=PATIENCE_SECONDS)
            except BaseException:
                process.kill()
                raise
        said = BUSY_REMARK.sub("", (err or b"").decode())
        ended = Ended(process.returncode, (out or b"").decode(), said)
        assert "Traceback" not in ended.err, ended.err
        assert "FORBIDDEN" not in ended.err, ended.err
        return ended

    def json(self, *words: str | Path, status: int = 0) -> Any:
        """Run a command with ``--json`` and return its document."""
        ended = self.run(*words, "--json")
        assert ended.status == status, ended.err
        return ended.document


@pytest.fixture(autouse=True)
def packaged_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let windows of this process use the packaged program's engines, if that is what is tested."""
    if packaged_program() is not None:
        monkeypatch.setattr(client, "engine_command", engine_command)


@pytest.fixture(scope="session")
def import_watch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose ``sitecustomize`` ends a process that imports what it must not."""
    folder = tmp_path_factory.mktemp("watch")
    (folder / "sitecustomize.py").write_text(IMPORT_WATCH)
    return folder


@pytest.fixture
def commands(import_watch: Path, tmp_path: Path) -> Commands:
    """The commands, run in an empty folder."""
    return Commands(import_watch, tmp_path)


class Models:
    """Small model files, written when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> Path:
        path = self.folder / f"{name}.gguf"
        if not path.exists():
            getattr(self, f"_write_{name}")(path)
        return path

    def _write_blue(self, path: Path) -> None:
        files.write_scripted_model(path, ["The", " sky", " is", " blue", "."])

    def _write_green(self, path: Path) -> None:
        files.write_scripted_model(path, ["The", " sky", " is", " green", "!"])

    def _write_no_numbers(self, path: Path) -> None:
        files.write_with_value(path, self["blue"], "output_norm.weight", math.nan)

    def _write_endless(self, path: Path) -> None:
        # Deep, and so slow: what is to be stopped must not have filled its context before.
        words = [f" w{number}" for number in range(30)]
        deep = files.Shape(n_layers=8)
        files.write_scripted_model(path, words, ends=False, context_length=LONG_TOKENS, shape=deep)

    def _write_thinks(self, path: Path) -> None:
        files.write_thinking_model(path)

    def _write_mute(self, path: Path) -> None:
        files.write_scripted_model(path, ["No", " template"], chat_template=None)

    def _write_noise(self, path: Path) -> None:
        files.write_tiny_llama(path)

    def _write_steers(self, path: Path) -> None:
        pieces = ["\x1b[2J", "\x1b]0;mine\x07", "[bold]plain[/bold]", "\x9b31m", "\r"]
        files.write_scripted_model(path, pieces)

    def _write_bytes(self, path: Path) -> None:
        files.write_scripted_model(path, [b"a", b"\xff", b"\xe2\x82", b"b", b"\xe2\x82\xac"])

    def _write_aborts(self, path: Path) -> None:
        files.write_duplicate_token_model(path)

    def _write_aborts_late(self, path: Path) -> None:
        files.write_first_message_crash_model(path)

    def _write_truncated(self, path: Path) -> None:
        files.write_truncated_llama(path)

    def _write_text(self, path: Path) -> None:
        path.write_text("This is a letter to a friend. " * 20)

    def _write_empty(self, path: Path) -> None:
        path.write_bytes(b"")

    def _write_absurd(self, path: Path) -> None:
        files.write_absurd_counts(path)

    def _write_version(self, path: Path) -> None:
        files.write_wrong_version(path)

    def _write_unknown(self, path: Path) -> None:
        files.write_unknown_architecture(path)

    def _write_endless_template(self, path: Path) -> None:
        files.write_tiny_llama(path, chat_template=files.ENDLESS_TEMPLATE)

    def _write_greedy_template(self, path: Path) -> None:
        files.write_tiny_llama(path, chat_template=files.GREEDY_TEMPLATE)

    def _write_no_system(self, path: Path) -> None:
        refuses = "{% if messages[0].role == 'system' %}{{ raise_exception('No') }}{% endif %}"
        files.write_scripted_model(
            path, ["Fine", "."], chat_template=refuses + files.CHATML_TEMPLATE
        )

    def _write_failing_template(self, path: Path) -> None:
        files.write_tiny_llama(path, chat_template=files.FAILING_TEMPLATE)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The small model files of this run."""
    return Models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def start_python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python with some words, its output readable; killed after the test.

    ``-m app`` starts the program under test, which may be a packaged one.
    """
    children: list[subprocess.Popen[str]] = []

    def start(*words: str | Path, stderr: bool = False) -> subprocess.Popen[str]:
        begin = [sys.executable, *map(str, words)]
        child = subprocess.Popen(
            program_command(*words[2:]) if words[:2] == ("-m", "app") else begin,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if stderr else None,
            text=True,
            cwd=REPOSITORY,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()
