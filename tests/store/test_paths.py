from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.store.paths import Paths


def test_one_variable_puts_everything_below_one_folder(tmp_path: Path) -> None:
    paths = Paths.default({"SHRINKSCOPE_HOME": str(tmp_path / "here")})
    paths.create()

    home = tmp_path / "here"
    assert paths.database == home / "data" / "shrinkscope.sqlite3"
    assert paths.settings == home / "config" / "settings.json"
    assert paths.lock == home / "state" / "lock"
    assert paths.log == home / "state" / "shrinkscope.log"
    assert paths.demo == home / "cache" / "demo"
    assert sorted(folder.name for folder in home.iterdir()) == ["cache", "config", "data", "state"]
    assert paths.engine_logs.is_dir()
    paths.create()


def test_without_the_variable_the_system_says_where() -> None:
    paths = Paths.default({})

    assert all(
        "shrinkscope" in str(folder).lower()
        for folder in (paths.config, paths.data, paths.state, paths.cache)
    )


def test_a_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Paths.default({"SHRINKSCOPE_HOME": "near"}).data == tmp_path / "near" / "data"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps other rights")
def test_chats_are_for_the_person_alone(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path / "here")
    paths.create()

    assert paths.data.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a file, not a folder")

    with pytest.raises(PersonError, match=r"The folder .* cannot be made"):
        Paths.below(tmp_path / "here").create()
