"""Lines to paste do what they say, whatever a model is called."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.core.serve.how import Asker, how_to_ask


@pytest.mark.parametrize("asker", list(Asker))
def test_lines_to_paste_are_whole(asker: Asker) -> None:
    name = 'Ann\'s "4 bits"'
    lines = how_to_ask(asker, "http://127.0.0.1:9/v1", name, "key")
    assert "http://127.0.0.1:9/v1" in lines
    if asker is Asker.PYTHON:
        compile(lines, "lines", "exec")
    elif asker is Asker.CURL:
        words = ["sh", "-c", f"curl() {{ printf '%s\\n' \"$@\"; }}\n{lines}"]
        if sys.platform != "win32":
            said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            assert name.replace('"', '\\"') in said
            assert "Authorization: Bearer key" in said
