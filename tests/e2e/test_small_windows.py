"""Every page in small windows and with large text: no text is cut, no page wants more room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import PATIENCE_SECONDS, REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

_TEXT_PERCENTS = (100, 150)


@pytest.mark.parametrize("percent", _TEXT_PERCENTS)
def test_no_text_is_cut(percent: int, tmp_path: Path) -> None:
    home = {"SHRINKSCOPE_HOME": str(tmp_path / "home")}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.e2e.small_window", tmp_path / "files", str(percent)],
        cwd=REPOSITORY,
        env=os.environ | home,
        capture_output=True,
        text=True,
        check=False,
        timeout=5 * PATIENCE_SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, list[str]] = json.loads(ended.stdout)
    pages = {"compare", "ladder", "settings", "about", "words"}
    assert {case.split()[0] for case in found} >= pages
    cut = [f"{case}: {line}" for case, lines in found.items() for line in lines]
    assert not cut, "\n".join(cut)
