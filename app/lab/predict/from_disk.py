"""How fast a candidate runs that does not fit in memory: before its load is insisted on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.memory.fit import Verdict, judge
from app.core.memory.speed import bytes_from_disk, predict_speed
from app.core.memory.token_work import token_work
from app.lab.predict.disk import disk_rate
from app.library.model_files import read_shards

if TYPE_CHECKING:
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom
    from app.store.small.speeds import SpeedStore

# Of a token: a speed below is none that anybody would wait for.
_MOST_SECONDS = 100.0


class FromDisk:
    """Tells speeds of candidates whose weights are read from disk; not on the main thread.

    Args:
        room: Knows plans and free memory.
        speeds: Opens this PC's measured speeds.
        threads: That an engine will have alone.
    """

    def __init__(self, room: EngineRoom, speeds: Callable[[], SpeedStore], threads: int) -> None:
        self._room = room
        self._speeds = speeds
        self._threads = threads

    def __call__(self, opened: OpenedCandidate) -> float | None:
        """Tokens a second; None for what fits, cannot run so, or lies on a disk of unknown speed.

        Measures the disk where it is not known, in a second and a half at most.

        Raises:
            PersonError: Its header cannot be read any more.
        """
        needed = self._room.needed_bytes(opened, opened.context_tokens())
        judged = judge(needed, self._room.budget_bytes())
        if judged.verdict is not Verdict.NO or not opened.engine.maps_file:
            return None
        tensors = [one for shard in read_shards(opened.path) for one in shard.header.tensors]
        work = token_work(tensors, opened.model, opened.engine)
        read = bytes_from_disk(work, opened.model, judged, opened.model.tensor_bytes)
        speeds = self._speeds()
        rate = disk_rate(opened.path, speeds) if read else None
        if rate is None:
            return None
        seconds = read / rate
        known = speeds.rates(opened.threads(self._threads))
        if known is not None and known.bandwidth:
            seconds += 1 / predict_speed(work, opened.model, known).tokens_per_second
        return 1 / seconds if seconds < _MOST_SECONDS else None
