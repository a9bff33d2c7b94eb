"""Files that a person names or that lie where the program looks, and are no ordinary files.

Tests app.base.files, app.lab.quality.texts, app.lab.tasks.sets, app.store.settings,
app.store.glance and app.library.places.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.hub.tokens import Tokens
from app.lab.quality.texts import text_file
from app.lab.tasks.sets import own_set
from app.library.places import known_places
from app.store.glance import own_folders
from app.store.settings import Settings, SettingsFile

MUCH = 10_000_000_000
not_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")
readers = pytest.mark.parametrize("read", [text_file, own_set])


@not_windows
@readers
def test_what_is_no_ordinary_file_is_said_at_once(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", Path("/dev/zero"), Path("/dev/ptmx")):
        with pytest.raises(PersonError, match="cannot be read: it is no ordinary file"):
            read(path)
    with pytest.raises(PersonError, match="cannot be read: it is a folder"):
        read(tmp_path)


@readers
def test_a_hole_of_ten_gigabytes_is_too_large(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "hole.jsonl"
    with path.open("wb") as file:
        file.truncate(MUCH)
    with pytest.raises(PersonError, match="it is larger than 100 MB"):
        read(path)


@readers
@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b'{"prompt": "a\xff", "answer": 1}', "is no UTF-8 text: its byte 14"),
        (b'{"prompt": "a", "answer": NaN}', "Line 1 is not valid JSON"),
        (b'{"prompt": "a", "answer": -Infinity}', "Line 1 is not valid JSON"),
        (b'{"prompt": "a", "answer": 1e999}', "Line 1 is not valid JSON"),
        (b'{"prompt": "a", "answer": ' + b"9" * 5000 + b"}", "Line 1 is not valid JSON"),
        (b'{"prompt": "a", "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "is not valid JSON"),
        (b'{"prompt": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, "is not valid JSON"),
    ],
)
def test_lines_that_nobody_can_read_are_named(
    tmp_path: Path, read: Callable[[Path], object], line: bytes, sentence: str
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(line + b"\n")
    with pytest.raises(PersonError) as caught:
        read(path)
    assert sentence in caught.value.sentence


@not_windows
def test_pipes_where_settings_are_looked_for_are_not_waited_for(tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    os.mkfifo(settings)
    assert own_folders(settings) == ()
    found, sentences = SettingsFile(settings).load()
    assert found == Settings()
    assert "it is no ordinary file" in sentences[0]
    for name in (".lmstudio", ".ollama", ".cache/lm-studio"):
        (tmp_path / name).mkdir(parents=True)
    for name in (".lmstudio-home-pointer", ".lmstudio/settings.json", "token"):
        os.mkfifo(tmp_path / name)
    environ = {"HOME": str(tmp_path), "HF_TOKEN_PATH": str(tmp_path / "token")}
    assert known_places(environ, ())
    tokens = Tokens("https://huggingface.co", environ=environ, keyring=lambda: None)
    assert tokens.token() is None
