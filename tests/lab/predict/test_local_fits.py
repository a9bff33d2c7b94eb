"""What the models on this PC need, by what is known already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.core.memory.estimate import RESERVED_BYTES
from app.core.memory.fit import Verdict
from app.core.memory.speed import MachineRates
from app.core.models.family import LibraryModel, ModelSource
from app.core.words.sentence import say
from app.lab.engines.room import EngineRoom
from app.lab.predict.local_fits import LocalFits
from app.library.model_files import open_model_file
from app.store.small.speeds import SpeedStore
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def one(tmp_path: Path) -> LibraryModel:
    path = write_tiny_llama(tmp_path / "tiny.gguf")
    size = path.stat().st_size
    return LibraryModel(path, (path,), "tiny", ModelSource.OPENED, size, 1, open_model_file(path))


def test_memory_and_verdict_are_known_at_once_and_the_speed_once_this_pc_was_measured(
    one: LibraryModel, tmp_path: Path
) -> None:
    free = RESERVED_BYTES + (1 << 30)
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    fits = LocalFits(EngineRoom(tmp_path, lambda: free), speeds, 1)
    before = fits.of([one])[one.path]
    assert before.judgement.verdict is Verdict.FITS
    assert before.tokens_per_second is None
    speeds.keep_rates(MachineRates(1, 10e9))
    after = fits.of([one])[one.path]
    assert after.needed_bytes == before.needed_bytes
    assert after.tokens_per_second
    free = 0
    assert fits.of([one])[one.path].judgement.verdict is Verdict.NO


def test_what_cannot_be_asked_has_no_answer(one: LibraryModel, tmp_path: Path) -> None:
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    speeds.keep_rates(MachineRates(1, 10e9))
    fits = LocalFits(EngineRoom(tmp_path, lambda: 1 << 34), speeds, 1)
    broken = replace(one, model=None, broken=say("models.unexpected"))
    assert fits.of([broken]) == {}
    assert fits.of([one], cancelled=lambda: True) == {}
    one.path.unlink()  # meanwhile
    assert fits.of([one])[one.path].tokens_per_second is None
