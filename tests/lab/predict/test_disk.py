"""The disk of this PC, really read past the system's cache."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from app.core.memory.estimate import RESERVED_BYTES
from app.core.memory.fit import Verdict
from app.core.memory.speed import Basis
from app.lab.engines.room import EngineRoom
from app.lab.predict import disk
from app.lab.predict.disk import disk_rate
from app.lab.predict.fit import Fitter
from app.store.small.speeds import SpeedStore
from tests.helpers.architectures import Size, write_header_only

if TYPE_CHECKING:
    from pathlib import Path

MONTH_NS = 31 * 24 * 3600 * 10**9


@pytest.fixture
def speeds(tmp_path: Path) -> SpeedStore:
    return SpeedStore(tmp_path / "speeds.sqlite3", "this PC")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "m.gguf"
    path.write_bytes(os.urandom(64 << 20))
    try:
        os.close(os.open(path, os.O_RDONLY | getattr(os, "O_DIRECT", 0)))
    except OSError:
        pytest.skip("this file system cannot be read past the cache")
    if sys.platform == "win32":
        pytest.skip("Windows cannot be asked to read past its cache")
    return path


def test_a_disk_is_measured_once_and_again_after_a_month(
    file: Path, speeds: SpeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = disk_rate(file, speeds)
    assert rate is not None
    assert rate > 0
    taken = speeds.disk(file.stat().st_dev)
    assert taken is not None
    assert taken[0] == rate

    speeds.keep_disk(file.stat().st_dev, 7.0)
    assert disk_rate(file, speeds) == 7.0
    later = taken[1] + MONTH_NS
    monkeypatch.setattr(disk.time, "time_ns", lambda: later)
    assert disk_rate(file, speeds) not in (None, 7.0)


def test_a_hole_is_not_taken_for_a_disk(file: Path, speeds: SpeedStore) -> None:
    before = set(file.parent.iterdir())
    hole = file.with_name("hole.gguf")
    with hole.open("wb") as header:
        header.truncate(1 << 40)
    assert disk_rate(hole, speeds) is not None
    assert set(file.parent.iterdir()) - before <= {hole, file.parent / "speeds.sqlite3"}


def test_what_is_not_there_has_no_speed(tmp_path: Path, speeds: SpeedStore) -> None:
    assert disk_rate(tmp_path / "gone.gguf", speeds) is None
    assert speeds.disk(1) is None


@pytest.mark.parametrize(("free_share", "runs"), [(0.5, True), (0.0, False)])
def test_what_does_not_fit_is_predicted_from_the_disk(
    file: Path, speeds: SpeedStore, free_share: float, runs: bool
) -> None:
    size = Size(layers=12, width=1024, feed_forward=4096, heads=8, vocabulary_tokens=2000)
    path = write_header_only(file.with_name("large.gguf"), "llama", size)
    speeds.keep_disk(path.stat().st_dev, 1e6)
    with Fitter(EngineRoom(file.parent / "state"), speeds, 1) as fitter:
        needs = fitter.memory(path).needs
    beside = needs.total_bytes - needs.weights_bytes if free_share else 0
    free = beside + round(free_share * needs.weights_bytes)
    small = EngineRoom(file.parent / "state", lambda: free + RESERVED_BYTES)
    with Fitter(small, speeds, 1) as fitter:
        fit = fitter.fit(path)
    assert fit.judgement.verdict is Verdict.NO
    assert str(fit.judgement.word) == ("reads from disk" if runs else "does not fit")
    assert fit.speed is not None
    if runs:
        assert fit.work is not None
        assert fit.disk_bytes == fit.work.weight_bytes
        assert fit.speed.basis is Basis.DISK
        assert fit.speed.tokens_per_second == pytest.approx(1e6 / fit.disk_bytes, rel=0.1)
    else:
        assert fit.disk_bytes == 0
        assert fit.speed.basis is not Basis.DISK
