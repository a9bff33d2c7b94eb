"""The window's list of model files: filled in the background, kept up to date by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.memory.fit import Verdict
from app.core.models.family import ModelSource
from app.hub.files.removal import Removal
from app.lab.engines.room import EngineRoom
from app.lab.models.library import Library
from app.lab.predict.local_fits import LocalFits
from app.store.paths import Paths
from app.store.small.speeds import SpeedStore
from app.ui.pages.models.library.feed import LibraryFeed
from app.ui.pages.models.library.watch import LibraryWatch
from tests.helpers.gguf_files import write_tiny_llama
from tests.helpers.model_folders import hugging_face_file, small_gguf

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.core.models.family import LibraryModel
    from app.ui.kit.jobs import Jobs

Make = Callable[..., LibraryFeed]


@pytest.fixture
def make(jobs: Jobs, tmp_path: Path) -> Iterator[Make]:
    paths = Paths.below(tmp_path / "program")
    paths.create()
    feeds: list[LibraryFeed] = []
    opened: list[Path] = []

    def keep(folders: Sequence[Path]) -> None:
        paths.settings.write_text(json.dumps({"library_folders": [str(f) for f in folders]}))

    def build(library: Library | None = None, own_folders: Sequence[Path] = ()) -> LibraryFeed:
        keep(own_folders)
        feed = LibraryFeed(
            library or Library(paths, {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}),
            jobs,
            own_folders=own_folders,
            keep_own_folders=keep,
            plan_removal=lambda path: Removal((path,), path.stat().st_size, (), lambda: 0),
            fits=LocalFits(
                EngineRoom(tmp_path / "engines", lambda: 1 << 33),
                SpeedStore(tmp_path / "speeds.sqlite3", "this one"),
                1,
            ),
            opened=lambda: opened,
            watch=LibraryWatch(settle_ms=30),
        )
        feeds.append(feed)
        opened.clear()
        return feed

    build.opened = opened  # type: ignore[attr-defined]

    yield build
    for feed in feeds:
        feed.stop()


def names(feed: LibraryFeed) -> list[str]:
    return [model.name for model in feed.models]


def put(folder: Path, name: str, salt: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.gguf").write_bytes(small_gguf(salt=salt))


def test_it_finds_tells_and_keeps_up(qtbot: QtBot, make: Make, tmp_path: Path) -> None:
    own = tmp_path / "own"
    put(own, "a")
    feed = make(own_folders=[own])
    told: list[tuple[bool, int]] = []
    feed.changed.add(lambda: told.append((feed.scanning, len(feed.models))))
    feed.rescan()
    assert (feed.scanning, names(feed)) == (True, [])
    qtbot.waitUntil(lambda: not feed.scanning)
    assert names(feed) == ["a"]
    assert told[0] == (True, 0)
    assert told[-1] == (False, 1)
    put(own, "b", salt=1)
    qtbot.waitUntil(lambda: names(feed) == ["a", "b"])
    (own / "a.gguf").unlink()
    qtbot.waitUntil(lambda: names(feed) == ["b"])


def test_files_that_were_opened_are_listed_wherever_they_lie(
    qtbot: QtBot, make: Make, tmp_path: Path
) -> None:
    put(tmp_path / "elsewhere", "tern")
    path = tmp_path / "elsewhere" / "tern.gguf"
    feed = make()
    feed.look_for_opened()
    assert not feed.scanning  # nobody has looked yet
    feed.rescan()
    qtbot.waitUntil(lambda: not feed.scanning)
    assert names(feed) == []
    make.opened.extend([path, tmp_path / "gone.gguf"])  # type: ignore[attr-defined]
    feed.look_for_opened()
    qtbot.waitUntil(lambda: not feed.scanning)
    assert [(model.name, model.source) for model in feed.models] == [("tern", ModelSource.OPENED)]
    feed.look_for_opened()
    assert not feed.scanning


def test_what_models_need_follows_the_scan(qtbot: QtBot, make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    path = write_tiny_llama(folder / "tiny.gguf")
    feed = make(own_folders=[folder])
    feed.rescan()
    qtbot.waitUntil(lambda: bool(feed.fits))
    fit = feed.fits[path]
    assert fit.judgement.verdict is Verdict.FITS
    assert fit.needed_bytes > path.stat().st_size
    assert fit.tokens_per_second is None  # this PC was not measured


def test_a_wish_during_a_scan_is_fulfilled_after_it(
    qtbot: QtBot, make: Make, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    put(own, "a")
    feed = make(own_folders=[own])
    feed.rescan()
    put(own, "b", salt=1)
    feed.rescan()
    qtbot.waitUntil(lambda: not feed.scanning)
    assert names(feed) == ["a", "b"]


def test_own_folders_may_change(qtbot: QtBot, make: Make, tmp_path: Path) -> None:
    put(tmp_path / "one", "a")
    put(tmp_path / "two", "b", salt=1)
    feed = make(own_folders=[tmp_path / "one"])
    feed.rescan()
    feed.set_own_folders([tmp_path / "two", tmp_path / "two"])
    assert feed.own_folders == (tmp_path / "two",)
    qtbot.waitUntil(lambda: not feed.scanning)
    assert names(feed) == ["b"]


def test_only_what_lies_in_the_hugging_face_cache_can_be_removed(
    qtbot: QtBot, make: Make, tmp_path: Path
) -> None:
    hub = tmp_path / ".cache" / "huggingface" / "hub"
    path = hugging_face_file(hub, "org/x", "a.gguf", small_gguf(), linked=False)
    put(tmp_path / "own", "b", salt=1)
    feed = make(own_folders=[tmp_path / "own"])
    feed.rescan()
    qtbot.waitUntil(lambda: not feed.scanning)
    assert {model.name: feed.can_remove(model) for model in feed.models} == {"a": True, "b": False}
    assert feed.plan_removal(feed.models[0]).freed_bytes == path.stat().st_size


def test_a_scan_that_fails_is_a_problem_and_not_the_end(
    qtbot: QtBot, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "own", "a")
    feed = make(own_folders=[tmp_path / "own"])

    def fail(*_: object, **__: object) -> object:
        raise RuntimeError("unheard of")

    with monkeypatch.context() as patch:
        patch.setattr("app.lab.models.library.scan", fail)
        feed.rescan()
        qtbot.waitUntil(lambda: not feed.scanning)
    assert len(feed.problems) == 1
    feed.rescan()
    qtbot.waitUntil(lambda: not feed.scanning)
    assert (names(feed), list(feed.problems)) == (["a"], [])


def test_nothing_is_told_after_the_stop(jobs: Jobs, make: Make, tmp_path: Path) -> None:
    put(tmp_path / "own", "a")
    feed = make(own_folders=[tmp_path / "own"])
    feed.rescan()
    told: list[Sequence[LibraryModel]] = []
    feed.changed.add(lambda: told.append(feed.models))
    feed.stop()
    jobs.wait_all()
    assert told == []
