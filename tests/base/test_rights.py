"""What others may read: nothing of the program's own, all that the person saves on purpose."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.base import rights
from app.base.rights import (
    close_to_others,
    give_usual_rights,
    keep_to_oneself,
    usual_rights,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists")


@pytest.fixture(autouse=True)
def masks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process as it is at its start, whatever ran before; as it was, afterwards."""
    monkeypatch.setattr(rights, "masks", rights.Masks())
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("usual", [0o000, 0o022, 0o002, 0o077])
def test_everything_is_the_persons_alone_but_what_is_saved_on_purpose(
    tmp_path: Path, usual: int
) -> None:
    os.umask(usual)
    keep_to_oneself()
    keep_to_oneself()  # the usual rights are those from before the first time
    (tmp_path / "chats").write_text("x")
    (tmp_path / "folder").mkdir()
    with usual_rights():
        (tmp_path / "report").write_text("x")
        with usual_rights():
            (tmp_path / "shared").mkdir()
        (tmp_path / "csv").write_text("x")
    (tmp_path / "log").write_text("x")
    (tmp_path / "model.gguf").write_text("x")
    give_usual_rights(tmp_path / "model.gguf")
    assert {path.name: mode_of(path) for path in tmp_path.iterdir()} == {
        "chats": 0o600,
        "folder": 0o700,
        "log": 0o600,
        "report": 0o666 & ~usual,
        "csv": 0o666 & ~usual,
        "model.gguf": 0o666 & ~usual,
        "shared": 0o777 & ~usual,
    }


def test_without_it_nothing_changes(tmp_path: Path) -> None:
    with usual_rights():
        (tmp_path / "report").write_text("x")
    (tmp_path / "engine's").write_text("x")
    os.chmod(tmp_path / "engine's", 0o600)
    give_usual_rights(tmp_path / "engine's")
    assert (mode_of(tmp_path / "report"), mode_of(tmp_path / "engine's")) == (0o644, 0o600)


def test_what_was_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "deep" / "deeper").mkdir(parents=True)
    os.umask(0)
    for name in ("chats", "deep/log", "deep/deeper/model"):
        (folder / name).write_text("x")
    (folder / "tool").write_text("x")
    (folder / "tool").chmod(0o755)
    (folder / "read only").write_text("x")
    (folder / "read only").chmod(0o444)
    folder.chmod(0o777)
    assert close_to_others(folder) == []
    assert {
        str(path.relative_to(folder)): oct(mode_of(path)) for path in [folder, *folder.rglob("*")]
    } == {
        ".": "0o700", "chats": "0o600", "deep": "0o700", "deep/log": "0o600",
        "deep/deeper": "0o700", "deep/deeper/model": "0o600", "tool": "0o700",
        "read only": "0o400",
    }  # fmt: skip


def test_links_lead_nowhere(tmp_path: Path) -> None:
    """The folder itself may be a link; what lies behind those in it is not this program's."""
    behind, elsewhere, link = tmp_path / "behind", tmp_path / "elsewhere", tmp_path / "link"
    behind.mkdir()
    elsewhere.mkdir()
    (elsewhere / "photo").write_text("x")
    (behind / "chats").write_text("x")
    (behind / "to a folder").symlink_to(elsewhere)
    (behind / "to a file").symlink_to(elsewhere / "photo")
    os.link(elsewhere / "photo", behind / "second name")
    link.symlink_to(behind)
    assert close_to_others(link) == [f"{link}/second name has a second name"]
    assert mode_of(behind) == 0o700
    assert mode_of(behind / "chats") == 0o600
    assert mode_of(elsewhere) == 0o755
    assert mode_of(elsewhere / "photo") == 0o644


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_what_belongs_to_another_account_stays_and_is_told(tmp_path: Path) -> None:
    folder, link = tmp_path / "state", tmp_path / "link"
    folder.mkdir()
    (folder / "theirs").write_text("x")
    os.chown(folder / "theirs", 1234, -1)
    (folder / "ours").write_text("x")
    assert close_to_others(folder) == [f"{folder}/theirs belongs to account 1234"]
    assert (mode_of(folder / "theirs"), mode_of(folder / "ours")) == (0o644, 0o600)
    os.chown(folder, 1234, -1)
    folder.chmod(0o755)
    link.symlink_to(folder)
    assert close_to_others(link) == [f"{link} belongs to account 1234"]
    assert mode_of(folder) == 0o755


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    (words,) = close_to_others(tmp_path / "gone")
    assert "FileNotFoundError" in words


def test_files_that_come_and_go_meanwhile_are_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")
    looked = os.lstat

    def gone(path: str) -> os.stat_result:
        status = looked(path)
        if path.endswith("b"):
            (tmp_path / "b" / "file").unlink()
            (tmp_path / "b").rmdir()
        if path.endswith(("a", "b")):
            raise FileNotFoundError
        return status

    with monkeypatch.context() as patch:
        patch.setattr(os, "lstat", gone)
        assert close_to_others(tmp_path) == []
    assert mode_of(tmp_path / "c" / "file") == 0o600
