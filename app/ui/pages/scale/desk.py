"""What stands behind the Scale page: the data, the models, what was measured, plans of loads."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.memory.estimate import lasting_budget_bytes
from app.core.models.family import LibraryModel, ModelSource
from app.core.scale.pairs import EqualPair, equal_pair
from app.lab.demo.demo import DEMO_LEVELS, DemoFiles
from app.lab.engines.calls import interruptible
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.predict.fit import Fitter
from app.lab.scale.chart import Bits, points_of_chart
from app.lab.scale.equal import likely_pair, sized
from app.lab.scale.measured import measured_bits
from app.lab.scale.shipped import shipped_devices, shipped_law, shipped_models
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count, total_memory_bytes
from app.store.ladders import reading_ladders
from app.ui.kit.timers import later
from app.ui.pages.scale.elsewhere.backends import ElsewhereBackends
from app.ui.pages.scale.page import OTHER_TAB, ScalePage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtWidgets import QWidget

    from app.core.devices.device import Device
    from app.core.scale.points import ScalePoint
    from app.lab.scale.whatif import Asked
    from app.ui.kit.jobs import Job, JobContext
    from app.ui.shell.ground import Ground


# After the models were painted, which would wait for what else is read.
_PAINTED_MS = 50


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the page shows, as a job has found it.

    Attributes:
        points: Of the chart.
        unknown: Names of families here whose training is not known.
        likely: Names of two models to hold against each other at first.
        demo: The demo model's levels that are made.
    """

    points: list[ScalePoint]
    unknown: list[str]
    likely: tuple[str, ...]
    demo: list[LibraryModel]


class ScaleDesk:
    """Main thread only.

    Attributes:
        page: For the window, once it is built.

    Args:
        ground: What it is built on.
        models: On this PC.
        place: Where the page will stand.
    """

    def __init__(self, ground: Ground, models: Sequence[LibraryModel], place: QWidget) -> None:
        self._ground, self._place = ground, place
        self._paths = ground.house.paths
        self._models = models
        self._by_path = {model.path: model for model in models}
        self._bits: Bits = {}
        self._seen: _Seen | None = None
        self._shown: _Seen | None = None
        self._looking: Job[_Seen] | None = None
        self._reading: Job[Bits] | None = None
        self._is_there = False
        self.page: ScalePage

    def build(self) -> Iterator[None]:
        """Make the page; what it will show is found out meanwhile."""
        shipped_models()  # read by one thread, before others want it
        self._look()
        yield
        kept, session = self._ground.kept, self._ground.session
        self.page = ScalePage(
            shipped_law(),
            shipped_models(),
            self._find_pair,
            ElsewhereBackends(
                jobs=self._ground.jobs,
                plan=self._plan,
                devices=shipped_devices(),
                own=lambda: kept.now.own_devices,
                keep_own=self._keep_own,
                opened=lambda: [(pane.letter, pane.candidate) for pane in session.panes],
            ),
            self._place,
        )

        self._rest = later(self.page, _PAINTED_MS, self.look_again)

    def begin(self, models: Sequence[LibraryModel]) -> None:
        """The page is there; these models are on this PC."""
        self._is_there = True
        if models is not self._models:
            self.show_models(models)
        else:
            self._show()

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Other models are on this PC than before."""
        self._models = models
        self._by_path = {model.path: model for model in models}
        self._offer()
        self._look()

    def look_again(self) -> None:
        """Something may have been measured since."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._ground.jobs.run(
            self._read, done=self._take_bits, failed=lambda error: None
        )

    def stop(self) -> None:
        """Look at nothing and plan nothing more; the window closes."""
        self._rest.stop()
        for job in (self._looking, self._reading):
            if job is not None:
                job.cancel()
        self.page.stop()

    def _look(self) -> None:
        """Find out what is to be seen of the models that are here now."""
        if self._looking is not None:
            self._looking.cancel()
        models, bits, demo = self._by_path, self._bits, self._ground.demo
        self._looking = self._ground.jobs.run(
            lambda _context: _seen(models, demo, bits), done=self._take
        )

    def _take(self, seen: _Seen) -> None:
        self._seen = seen
        if self._is_there:
            self._show()

    def _show(self) -> None:
        seen, before = self._seen, self._shown
        if seen is None:
            return
        self._shown = seen
        if before is None or seen.demo != before.demo:
            self._offer()
        if seen != before:
            self.page.chart.show_points(seen.points, seen.unknown, seen.likely)
        if before is None:
            self._rest.start()

    def _read(self, _context: JobContext) -> Bits:
        import_module(OTHER_TAB)  # while nobody waits for it
        with reading_ladders(self._paths.database) as store:
            return {} if store is None else measured_bits(store)

    def _take_bits(self, bits: Bits) -> None:
        if bits != self._bits:
            self._bits = bits
            self._look()

    def _offer(self) -> None:
        """Who has no other model yet asks about the demo model's levels."""
        demo = [] if self._seen is None else self._seen.demo
        more = (level for level in demo if level.path not in self._by_path)
        self.page.show_models([*self._models, *more])

    def _find_pair(self, one: ScalePoint, other: ScalePoint) -> EqualPair | None:
        limit = lasting_budget_bytes(total_memory_bytes())
        return equal_pair(sized(one, self._by_path), sized(other, self._by_path), limit)

    def _plan(self, asked: Sequence[Asked], context: JobContext) -> None:
        """In a job: have candidates planned; reports each as soon as it is known."""
        from app.lab.scale.whatif import what_ifs

        threads = physical_core_count()
        room, speeds = EngineRoom.of_this_pc(self._paths), speed_store(self._paths)
        with interruptible(context.check), Fitter(room, speeds, threads) as fitter:
            for found in what_ifs(asked, fitter):
                context.report(found)

    def _keep_own(self, devices: tuple[Device, ...]) -> None:
        self._ground.kept.change(own_devices=devices)


def _seen(models: dict[Path, LibraryModel], demo: DemoFiles | None, bits: Bits) -> _Seen:
    """In a job."""
    points, unknown = points_of_chart([*models.values()], shipped_models(), bits)
    here = [point for point in points if point.is_here]
    likely = likely_pair(here, models, lasting_budget_bytes(total_memory_bytes()))
    return _Seen(points, unknown, likely, _demo_levels(demo, models))


def _demo_levels(demo: DemoFiles | None, known: Collection[Path]) -> list[LibraryModel]:
    """Those that are made and not known otherwise."""
    found: list[LibraryModel] = []
    for path in [] if demo is None else map(demo.path, DEMO_LEVELS):
        if path in known or not path.is_file():
            continue
        with suppress(PersonError):
            model, stat = open_model_file(path), path.stat()
            times = stat.st_size, stat.st_mtime_ns
            found.append(LibraryModel(path, (path,), path.stem, ModelSource.OPENED, *times, model))
    return found
