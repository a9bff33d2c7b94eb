"""Which engine this is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from app.base import build

if TYPE_CHECKING:
    import pytest


def test_the_stamp_follows_the_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert build.engine_build()
    assert any(folder.is_dir() for folder in build.library_folders())
    copy = tmp_path / "lib"
    shutil.copytree(build.library_folders()[0], copy, copy_function=shutil.copy2)
    monkeypatch.setattr(build, "library_folders", lambda: [copy])
    before = build.engine_build()
    assert before
    library = next(copy.glob("*ggml-cpu*"))
    library.write_bytes(library.read_bytes() + b"\0")
    assert build.engine_build() != before
