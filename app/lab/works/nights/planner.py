"""Plans a night before the person agrees to it: its order, and what will happen in words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.verdict import Limits
from app.lab.hub.access import HubAccess
from app.lab.works.ladders.run import LadderOrder
from app.lab.works.nights.chosen import Chosen, planned_night
from app.lab.works.nights.setting import last_rate, night_of, night_seconds, told
from app.monitor.machine import physical_core_count
from app.store.glance import certificate_file
from app.store.ladders import reading_ladders

if TYPE_CHECKING:
    from app.core.words.sentence import Sentence
    from app.lab.ladder.plan import Profile
    from app.lab.works.ladders.worker import LadderWorkers
    from app.store.paths import Paths


@dataclass(frozen=True, slots=True)
class PlannedNight:
    """A night that may begin.

    Attributes:
        order: What is to be measured.
        told: What will happen, a sentence each.
    """

    order: LadderOrder
    told: tuple[Sentence, ...]


class NightPlanner:
    """Any thread; each call waits for the disk, and for headers on the Hub that are not known yet.

    Args:
        paths: This program's folders.
        workers: Tell how long measuring takes here.
    """

    def __init__(self, paths: Paths, workers: LadderWorkers) -> None:
        self._paths = paths
        self._workers = workers

    def plan(self, chosen: Chosen, profile: Profile) -> PlannedNight:
        """What a wish comes to.

        Raises:
            PersonError: It cannot be done so; the sentence says why.
        """
        hub = HubAccess.open(self._paths.cache, None, certificate_file(self._paths.settings))
        try:
            night, candidates = planned_night(hub, chosen, self._paths)
            setting = night_of(night, self._paths, hub)
            assert setting is not None
            reference = candidates[0]
            setting.prepare(reference.key())
            with reading_ladders(self._paths.database) as store:
                rate = last_rate(store) if store is not None else None
            pace, threads = self._workers.pace(), physical_core_count()
            seconds = night_seconds(setting, reference.key(), pace, profile, threads, rate)
        finally:
            hub.close()
        by_key = {each.key(): each for each in candidates}
        order = LadderOrder(
            reference, tuple(by_key[key] for key in night.files), Limits(), profile, night=night
        )
        return PlannedNight(order, tuple(told(night, reference.key(), seconds, time.time_ns())))
