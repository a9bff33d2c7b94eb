"""Candidates that are larger than the memory: their speed is told before a load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import EngineSettings
from app.core.memory.estimate import RESERVED_BYTES
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.predict.from_disk import FromDisk
from app.library.model_files import open_model_file
from app.store.small.speeds import SpeedStore
from tests.helpers.architectures import Size, write_header_only

if TYPE_CHECKING:
    from pathlib import Path

SIZE = Size(layers=12, width=1024, feed_forward=4096, heads=8, vocabulary_tokens=2000)
DISK_BYTES_A_SECOND = 1e8


@pytest.mark.parametrize(("name", "experts"), [("llama", None), ("qwen2moe", 1)])
def test_what_does_not_fit_is_told_by_the_disk(
    tmp_path: Path, name: str, experts: int | None
) -> None:
    path = write_header_only(tmp_path / "large.gguf", name, SIZE)
    settings = EngineSettings(experts=experts)
    candidate = opened(replace(candidate_of(path), engine=settings), open_model_file)
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this PC")
    speeds.keep_disk(path.stat().st_dev, DISK_BYTES_A_SECOND)

    def told(free_bytes: float, engine: EngineSettings = settings) -> float | None:
        room = EngineRoom(tmp_path, lambda: round(free_bytes) + RESERVED_BYTES)
        one = opened(replace(candidate.candidate, engine=engine), open_model_file)
        return FromDisk(room, lambda: speeds, 1)(one)

    weights = candidate.model.tensor_bytes
    needed = EngineRoom(tmp_path).needed_bytes(candidate, candidate.context_tokens())
    slow = told(needed - 0.6 * weights)
    assert slow is not None
    most_read = DISK_BYTES_A_SECOND / slow
    if experts is None:
        assert most_read == pytest.approx(weights, rel=0.2), "nothing of a dense model stays"
    else:
        assert most_read < weights / 4, "experts that are idle are not read"
        roomier = told(needed - 0.3 * weights)
        assert roomier is not None
        assert roomier > slow
    assert told(2 * needed) is None
    assert told(needed - 1.1 * weights) is None, "not even its cache has room"
    assert told(needed - 0.6 * weights, replace(settings, maps_file=False)) is None
