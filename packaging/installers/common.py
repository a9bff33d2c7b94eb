"""What all steps share: places, the version, running tools and saying what is missing."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
LINUX_FILES = PACKAGING / "linux"
BUILD = ROOT / "build" / "package"
DIST = ROOT / "dist"
TREE = BUILD / "shrinkscope"
"""The frozen program: one folder that runs wherever it lies."""

NAME = "shrinkscope"
APP_ID = "org.shrinkscope.Shrinkscope"
# Where the project will live is not settled: .example leads nowhere, rather than to somebody else.
HOMEPAGE = "https://shrinkscope.example"
MAINTAINER = "Shrinkscope contributors <maintainers@shrinkscope.example>"
SUMMARY = "Compare shrunken versions of a language model on this PC"

# The command that a step needs, and the Debian package that brings it.
TOOLS = {
    "appstreamcli": "appstream",
    "c++": "build-essential",
    "cmake": "cmake",
    "debootstrap": "debootstrap",
    "desktop-file-validate": "desktop-file-utils",
    "dpkg-deb": "dpkg",
    "dpkg-shlibdeps": "dpkg-dev",
    "glslc": "glslc",
    "lintian": "lintian",
    "man": "man-db",
    "ninja": "ninja-build",
    "qemu-x86_64": "qemu-user",
    "readelf": "binutils",
    "rpm": "rpm",
    "rpmbuild": "rpm",
    "strip": "binutils",
    "xdotool": "xdotool",
    "Xvfb": "xvfb",
}


class PackagingError(Exception):
    """A step cannot go on; the message is for the person."""


def version() -> str:
    """The program's version, which is written in one place: ``app/__init__.py``."""
    text = (ROOT / "app" / "__init__.py").read_text(encoding="utf-8")
    match = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if match is None:
        raise PackagingError("app/__init__.py names no version.")
    return match[1]


def source_date() -> int:
    """The date that files in packages carry, in seconds: that of the last commit.

    SOURCE_DATE_EPOCH goes before it; a source archive without history takes its newest text.
    """
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    git = shutil.which("git")
    if git is not None:
        told = subprocess.run(
            [git, "log", "-1", "--format=%ct"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if told.returncode == 0 and told.stdout.strip():
            return int(told.stdout)
    return int((ROOT / "app" / "__init__.py").stat().st_mtime)


def architecture() -> str:
    """The machine's architecture as Debian names it."""
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    return names.get(platform.machine(), platform.machine())


def need(*tools: str) -> None:
    """Stop unless these commands are there, with the line that installs what is missing."""
    need_all(tools, {})


def need_all(tools: Sequence[str], further: Mapping[str, str]) -> None:
    """Stop unless commands are there and nothing further is missing.

    Args:
        tools: Commands.
        further: What else is missing, by the Debian package that brings it.
    """
    missing = {TOOLS[tool]: tool for tool in tools if shutil.which(tool) is None} | dict(further)
    if not missing:
        return
    sudo = "" if os.geteuid() == 0 else "sudo "
    raise PackagingError(
        f"Packages cannot be built without {', '.join(sorted(missing.values()))}; "
        f"on Debian this installs what is missing:\n"
        f"    {sudo}apt-get install -y --no-install-recommends {' '.join(sorted(missing))}"
    )


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> str:
    """Run a tool and return what it printed.

    Args:
        command: Its words.
        cwd: Where it runs.
        env: Variables on top of this process's.
        log: Takes its output as it comes, for what runs long; then nothing is returned.

    Raises:
        PackagingError: It failed; the message holds the end of what it said.
    """
    words = [str(word) for word in command]
    variables = dict(os.environ) | dict(env or {})
    if log is None:
        ended = subprocess.run(
            words,
            cwd=cwd,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        output = ended.stdout
    else:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as stream:
            ended = subprocess.run(
                words,
                cwd=cwd,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
            )
        output = log.read_text(encoding="utf-8", errors="replace")
    if ended.returncode != 0:
        where = f" (all of it is in {log.relative_to(ROOT)})" if log else ""
        raise PackagingError(
            f"{' '.join(words[:6])} failed with status {ended.returncode}{where}:\n{output[-3000:]}"
        )
    return "" if log else output


def digest(*parts: str | bytes) -> str:
    """A short name for what some parts say."""
    made = hashlib.sha256()
    for part in parts:
        made.update(part.encode() if isinstance(part, str) else part)
        made.update(b"\0")
    return made.hexdigest()[:12]


def fresh(folder: Path) -> Path:
    """Empty a folder, making it where it is missing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write(path: Path, text: str) -> Path:
    """Write a text file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def filled(template: Path, values: Mapping[str, str]) -> str:
    """A template's text with each ``@NAME@`` replaced.

    Raises:
        PackagingError: The template names something that has no value.
    """
    text = template.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    if left := re.search(r"@[A-Z_]+@", text):
        raise PackagingError(f"{template.name} asks for {left[0]}, which has no value.")
    return text


def tree_bytes(folder: Path) -> int:
    """What the files of a folder hold, links not followed."""
    return sum(
        path.lstat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def megabytes(size_bytes: int) -> str:
    """A size for people."""
    return f"{size_bytes / 1e6:.1f} MB"


class Step:
    """Says what is done now and how long it took."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = time.monotonic()

    def __enter__(self) -> Step:
        say(f"{self._name} …")
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            say(f"  done in {time.monotonic() - self._began:.0f} s")


def python() -> str:
    """The Python that runs this."""
    return sys.executable
