"""What commands leave behind is the person's alone, except what they were told to write.

Tests app.base.rights, app.cli.ladder and app.hub.files.snapshots.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import REPO
from tests.e2e.test_rights import open_to_others

if TYPE_CHECKING:
    from tests.cli.conftest import Program

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists")


def with_mask(mask: int) -> list[str]:
    """Words before a command that starts with this file mode mask."""
    return ["sh", "-c", f'umask {mask:03o}; exec "$@"', "sh"]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def opened(program: Program) -> Path:
    """The program's folder, as one that was made by hand and is open to everybody."""
    folder = program.home / "program"
    for name in ("config", "data", "state", "cache"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name).chmod(0o755)
        (folder / name / "old").write_text("x")
        (folder / name / "old").chmod(0o666)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_nothing_of_a_ladder_is_open_to_others(
    program: Program, opened: Path, demo_model: Path, mask: int
) -> None:
    items = program.home / "items.jsonl"
    items.write_text(json.dumps({"prompt": "30 + 5 = ?", "answer": 35}), encoding="utf-8")
    text = program.home / "text.txt"
    text.write_text("The sky is blue because air scatters short waves of light. " * 60)
    for words in (
        ["models"],
        ["compare", demo_model, "--prompt", "Hi.", "--max-tokens", "4"],
        ["ladder", "--reference", demo_model, demo_model, "--items", items, "--text", text,
         "--threads", "1", "--report", program.home / "report.html"],
        ["quantize", demo_model, program.home / "q8.gguf", "--type", "Q8_0"],
    ):  # fmt: skip
        program.run(*words, "--quiet", prefix=with_mask(mask))
    written = {path.name for path in opened.rglob("*")}
    assert {"shrinkscope.sqlite3", "library.sqlite3", "tasks.sqlite3", "references"} <= written
    for name in ("config", "data", "state", "cache"):
        assert open_to_others(opened / name) == []
    for name in ("report.html", "report.json", "report.md", "report.csv", "q8.gguf"):
        assert mode_of(program.home / name) == 0o666 & ~mask


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_downloads_keep_the_rights_of_hugging_faces_cache(
    program: Program, opened: Path, mask: int
) -> None:
    program.run("get", f"{REPO}:UD-Q4_K_XL", "--quiet", prefix=with_mask(mask))
    found = [path for path in (program.home / "hf").rglob("*") if not path.is_symlink()]
    assert {"blobs", "snapshots", "refs", ".locks", "CACHEDIR.TAG"} <= {path.name for path in found}
    for path in found:
        if path.suffix != ".lock":  # as Hugging Face's programs make them: 664 whatever is usual
            usual = 0o777 if path.is_dir() else 0o666
            assert mode_of(path) == usual & ~mask, path
    assert open_to_others(opened / "cache") == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_what_belongs_to_another_account_is_logged(program: Program, opened: Path) -> None:
    os.chown(opened / "data", 1234, -1)
    ended = program.run("votes", "--log-level", "warning")
    assert f"open to other accounts: {opened / 'data'} belongs to account 1234" in ended.err
    assert mode_of(opened / "data") == 0o755
    assert mode_of(opened / "state") == 0o700
