"""What stands behind the Scale page: the data, the models, what was measured, plans of loads."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS
from app.core.errors import PersonError
from app.core.memory.estimate import estimated_needs, lasting_budget_bytes
from app.core.models.family import LibraryModel, ModelSource
from app.core.scale.pairs import EqualPair, Sized, equal_pair
from app.lab.demo.demo import DEMO_LEVELS
from app.lab.engines.calls import interruptible
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.predict.fit import Fitter
from app.lab.scale.chart import Bits, points_of_chart
from app.lab.scale.measured import measured_bits
from app.lab.scale.shipped import shipped_devices, shipped_law, shipped_models
from app.lab.scale.whatif import Asked, what_ifs
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count, total_memory_bytes
from app.store.ladders import reading_ladders
from app.ui.pages.scale.elsewhere.tab import ElsewhereBackends
from app.ui.pages.scale.page import ScalePage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.core.devices.device import Device
    from app.core.scale.points import ScalePoint
    from app.ui.kit.jobs import Job, JobContext
    from app.ui.shell.ground import Ground


class ScaleDesk:
    """Main thread only.

    Attributes:
        page: For the window, once it is built.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._paths = ground.house.paths
        self._models: Sequence[LibraryModel] = ()
        self._by_path: dict[Path, LibraryModel] = {}
        self._bits: Bits = {}
        self._job: Job[Bits] | None = None
        self.page: ScalePage

    def build(self) -> Iterator[None]:
        """Make the page."""
        yield
        kept = self._ground.kept
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
            ),
        )

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Other models are on this PC than before."""
        self._models = models
        self._by_path = {model.path: model for model in models}
        self._show()
        self.page.elsewhere.show_models([*models, *self._demo_levels()])

    def _demo_levels(self) -> list[LibraryModel]:
        """Those that are made: who has no other model yet asks about them."""
        demo, found = self._ground.demo, []
        for path in [] if demo is None else map(demo.path, DEMO_LEVELS):
            if path in self._by_path or not path.is_file():
                continue
            with suppress(PersonError):
                model, stat = open_model_file(path), path.stat()
                times = stat.st_size, stat.st_mtime_ns
                found.append(
                    LibraryModel(path, (path,), path.stem, ModelSource.OPENED, *times, model)
                )
        return found

    def look_again(self) -> None:
        """Something may have been measured since."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._ground.jobs.run(
            self._read_bits, done=self._take_bits, failed=lambda error: None
        )

    def stop(self) -> None:
        """Look at nothing more; the window closes."""
        if self._job is not None:
            self._job.cancel()
        self.page.elsewhere.stop()

    def _read_bits(self, context: JobContext) -> Bits:
        with reading_ladders(self._paths.database) as store:
            return {} if store is None else measured_bits(store)

    def _take_bits(self, bits: Bits) -> None:
        self._job = None
        if bits != self._bits:
            self._bits = bits
            self._show()

    def _show(self) -> None:
        points, unknown = points_of_chart(self._models, shipped_models(), self._bits)
        self.page.chart.show_points(points, unknown)

    def _find_pair(self, one: ScalePoint, other: ScalePoint) -> EqualPair | None:
        limit = lasting_budget_bytes(total_memory_bytes())
        return equal_pair(self._sized(one), self._sized(other), limit)

    def _sized(self, point: ScalePoint) -> list[Sized]:
        found: list[Sized] = []
        for path in point.paths:
            model = self._by_path.get(path)
            if model is None or model.model is None:
                continue
            context = min(DEFAULT_CONTEXT_TOKENS, model.model.context_length or 1 << 30)
            needed = estimated_needs(model.model, context).total_bytes
            found.append(Sized(path, model.label, point.total_parameters, needed))
        return found

    def _plan(self, asked: Sequence[Asked], context: JobContext) -> None:
        """In a job: have candidates planned; reports each as soon as it is known."""
        threads = physical_core_count()
        room, speeds = EngineRoom.of_this_pc(self._paths), speed_store(self._paths)
        with interruptible(context.check), Fitter(room, speeds, threads) as fitter:
            for found in what_ifs(asked, fitter):
                context.report(found)

    def _keep_own(self, devices: tuple[Device, ...]) -> None:
        self._ground.kept.change(own_devices=devices)
