"""llama.cpp's converter with a Python of its own: made once, after a person agreed, in the cache.

The converter comes with the engine's source distribution. It needs PyTorch and Transformers,
which this program does not: they are installed into a virtual environment beside it, wheels
alone, at pinned versions, from the same package index that pip uses otherwise. PyTorch for Linux
comes from its publisher's index of builds for processors; the usual one holds builds for graphics
cards, ten times as large.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import write_whole
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.installed import PACKAGE, ROOT
from app.lab.convert.child import run_child
from app.resources import resource_path

if TYPE_CHECKING:
    from app.core.words.sentence import Sentence

DOWNLOAD_BYTES, DISK_BYTES = 300_000_000, 1_200_000_000
"""What is fetched, and what it takes afterwards: measured on Linux, a little above."""
ENGINE_VERSION = "0.3.36"
"""Of the distribution whose converter is used: the one that the engine is of."""
_TORCH = "torch==2.13.0"
_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
_PARTS = re.compile(
    r"(?:[^/]+/)?vendor/llama\.cpp/(LICENSE|convert_hf_to_gguf\.py|(?:conversion|gguf-py)/.+)"
)
_SCRIPT = "convert_hf_to_gguf.py"
_SPARE_BYTES = 500_000_000
_PIP = ("-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "--retries", "2")


class Converter:
    """Any thread, one at a time.

    Args:
        cache: This program's cache folder.

    Attributes:
        folder: Where it is, or would be.
        log: What it said when it was made, and at its last work.
    """

    def __init__(self, cache: Path) -> None:
        self.folder = cache / "converter"
        self.log = self.folder / "log.txt"

    @property
    def is_there(self) -> bool:
        """Whether it is whole, of this version, and the Python that it was made of still there."""
        try:
            is_ours = (self.folder / "complete").read_bytes() == converter_key()
            return is_ours and self._python.is_file()
        except OSError:
            return False

    @property
    def words(self) -> list[str]:
        """The begin of its command line."""
        return [
            str(self._python),
            "-I",
            "-X",
            "utf8",
            str(resource_path("convert", "offline.py")),
            str(self.folder / "llama.cpp" / _SCRIPT),
        ]

    def make(self, on_progress: Callable[[int, int], None]) -> None:
        """Get it; what an earlier time left is removed first.

        Args:
            on_progress: Told packages done and in all.

        Raises:
            PersonError: It cannot be had; nothing is left but the log.
        """
        self.remove()
        try:
            self.folder.mkdir(parents=True)
            self._make(on_progress)
            write_whole(self.folder / "complete", converter_key())
        except OSError as error:
            self._clear()
            reason = error.strerror or str(error)
            raise PersonError(say("convert.not_made", reason=reason), repr(error)) from error
        except BaseException:
            self._clear()
            raise

    def remove(self) -> int:
        """Take it off this PC; returns the bytes that it took."""
        freed = 0
        for below, _, names in os.walk(self.folder):
            for name in names:
                with contextlib.suppress(OSError):
                    freed += os.lstat(os.path.join(below, name)).st_size
        shutil.rmtree(self.folder, ignore_errors=True)
        return freed

    @property
    def _python(self) -> Path:
        inside = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
        return self.folder / "python" / inside

    def _make(self, on_progress: Callable[[int, int], None]) -> None:
        if shutil.disk_usage(self.folder).free < DISK_BYTES + _SPARE_BYTES:
            raise PersonError(say("convert.no_room"))
        requirements = resource_path("convert", "requirements.txt")
        packages = [line for line in requirements.read_text().splitlines() if "==" in line]
        total = len(packages) + 3
        no_python = say("convert.no_python")
        self._run([_own_python(), "-I", "-m", "venv", str(self.folder / "python")], no_python)
        on_progress(1, total)
        self._get_source()
        on_progress(2, total)
        words = ["install", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
        torch = [_TORCH]
        if sys.platform == "linux":
            torch = [f"{_TORCH}+cpu", "--index-url", _TORCH_INDEX]
        self._pip([*words, *torch])
        done = 3

        def hear(line: str) -> None:
            nonlocal done
            if line.startswith("Collecting "):
                done = min(done + 1, total)
            on_progress(done, total)

        hear("")
        self._pip([*words, "--requirement", str(requirements)], hear)
        on_progress(total, total)

    def _get_source(self) -> None:
        """The converter's files: from a checkout's source of the engine, else by pip."""
        target = self.folder / "llama.cpp"
        there = ROOT / "build" / "engine" / "source" / ENGINE_VERSION / "vendor" / "llama.cpp"
        if (there / _SCRIPT).is_file():
            for path in there.rglob("*"):
                name = f"vendor/llama.cpp/{path.relative_to(there).as_posix()}"
                if path.is_file() and (found := _PARTS.fullmatch(name)):
                    _put(path.read_bytes(), target / found[1])
            return
        fetched = self.folder / "fetched"
        words = ["download", "--no-deps", "--no-binary", PACKAGE, "--dest", str(fetched)]
        self._pip([*words, f"{PACKAGE}=={ENGINE_VERSION}"])
        (archive,) = fetched.glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            for member in packed:
                found = _PARTS.fullmatch(member.name)
                content = packed.extractfile(member) if found and member.isfile() else None
                if found and content is not None and ".." not in found[1]:
                    _put(content.read(), target / found[1])
        shutil.rmtree(fetched)

    def _pip(self, words: list[str], on_line: Callable[[str], None] = lambda _line: None) -> None:
        self._run([str(self._python), *_PIP, *words], say("convert.not_fetched"), on_line)

    def _run(
        self,
        words: list[str],
        failed: Sentence,
        on_line: Callable[[str], None] = lambda _line: None,
    ) -> None:
        run_child(words, os.environ, self.log, failed, on_line)

    def _clear(self) -> None:
        """All but the log."""
        for each in self.folder.glob("*"):
            if each == self.log:
                continue
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    each.unlink()


def _put(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _own_python() -> str:
    """A Python that can make environments: this one, or the PC's where this program is packed."""
    if not getattr(sys, "frozen", False):
        return sys.executable
    found = shutil.which("python3") or shutil.which("python")
    if found is None:
        raise PersonError(say("convert.no_python"))
    return found


def converter_key() -> bytes:
    """Another one where another converter is needed."""
    requirements = resource_path("convert", "requirements.txt").read_bytes()
    parts = [ENGINE_VERSION.encode(), _TORCH.encode(), requirements]
    return hashlib.sha256(b"\0".join(parts)).hexdigest().encode()
