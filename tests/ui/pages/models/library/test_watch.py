"""Folder watching: what happens in the folders is told once, when it is over."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer

from app.core.models.family import ModelSource
from app.library.places import Place
from app.library.scan import LibraryScan, scan
from app.ui.pages.models.library.watch import LibraryWatch
from tests.helpers.model_folders import small_gguf

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class NoCache:
    """Remembers nothing."""

    def get(self, key: bytes) -> None: ...

    def put(self, key: bytes, stamp: str, facts: bytes) -> None: ...


def look(*folders: Path) -> LibraryScan:
    return scan([Place(ModelSource.OWN_FOLDER, folder) for folder in folders], NoCache())


@pytest.fixture
def watch(qtbot: QtBot) -> Iterator[LibraryWatch]:
    made = LibraryWatch(settle_ms=50, at_most_ms=5_000)
    yield made
    made.stop()


def test_a_file_that_comes_is_told(qtbot: QtBot, watch: LibraryWatch, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    watch.watch(look(tmp_path))
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "deep" / "a.gguf").write_bytes(small_gguf())
    watch.watch(look(tmp_path))
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "deep" / "a.gguf").unlink()


def test_a_folder_that_comes_is_told_and_watched_then(
    qtbot: QtBot, watch: LibraryWatch, tmp_path: Path
) -> None:
    watch.watch(look(tmp_path))
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "new").mkdir()
    watch.watch(look(tmp_path))
    assert watch.folders == {tmp_path, tmp_path / "new"}
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "new" / "a.gguf").write_bytes(small_gguf())


def test_many_changes_are_told_once_when_they_are_over(
    qtbot: QtBot, watch: LibraryWatch, tmp_path: Path
) -> None:
    watch.watch(look(tmp_path))
    told: list[int] = []
    watch.changed.connect(lambda: told.append(len(list(tmp_path.iterdir()))))
    for number in range(5):
        (tmp_path / f"{number}.gguf").touch()
    qtbot.waitUntil(lambda: bool(told))
    assert not any(timer.isActive() for timer in watch.findChildren(QTimer)), "more is to be told"
    assert told == [5]


def test_changes_without_end_are_told_on_the_way(qtbot: QtBot, tmp_path: Path) -> None:
    watch = LibraryWatch(settle_ms=60_000, at_most_ms=100)
    watch.watch(look(tmp_path))
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "a.gguf").touch()
    watch.stop()


def test_a_file_that_grows_is_told_when_it_is_whole(
    qtbot: QtBot, watch: LibraryWatch, tmp_path: Path
) -> None:
    path = tmp_path / "copy.gguf"
    whole = small_gguf()
    path.write_bytes(whole[:100])
    found = look(tmp_path)
    assert found.models[0].broken is not None
    watch.watch(found)
    with qtbot.waitSignal(watch.changed), path.open("ab") as file:
        file.write(whole[100:])
    assert look(tmp_path).models[0].broken is None


def test_the_number_of_watches_is_bounded_and_the_telling_folders_go_first(
    qtbot: QtBot, tmp_path: Path
) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}").mkdir()
    (tmp_path / "19" / "a.gguf").write_bytes(small_gguf())
    watch = LibraryWatch(max_watches=3)
    watch.watch(look(tmp_path))
    assert watch.folders == {tmp_path, tmp_path / "19", tmp_path / "00"}
    watch.stop()
    assert watch.folders == frozenset()


def test_a_place_that_is_still_to_come_is_awaited_from_above(
    qtbot: QtBot, watch: LibraryWatch, tmp_path: Path
) -> None:
    drive = tmp_path / "drive"
    watch.watch(look(drive, tmp_path / "far" / "away", Path.home() / "models"))
    assert watch.folders == {tmp_path}
    with qtbot.waitSignal(watch.changed):
        drive.mkdir()
    watch.watch(look(drive))
    assert watch.folders == {drive}


@pytest.mark.skipif(sys.platform == "win32", reason="a watched folder cannot be removed there")
def test_folders_that_go_are_forgotten(qtbot: QtBot, watch: LibraryWatch, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    watch.watch(look(tmp_path))
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "a").rmdir()
    watch.watch(look(tmp_path))
    assert watch.folders == {tmp_path}
