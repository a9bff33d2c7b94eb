"""What stands behind the Shrink page: models, previews, the queue, and what it makes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import free_bytes
from app.core.verdict import Limits
from app.lab.convert.environment import Converter
from app.lab.convert.originals import originals_in_cache
from app.lab.engines.adapters import adapters_for
from app.lab.engines.calls import interruptible
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.shrink.healing import learning_pace
from app.lab.shrink.inspecting import inspect
from app.lab.shrink.left_out.dropping import known_influences, layer_influences
from app.lab.shrink.matrices.kept import KeptMatrices, export
from app.lab.shrink.matrices.texts import chats_there
from app.lab.shrink.recipes import made_of, read_recipe
from app.lab.shrink.ways import WaysPlan, plan_ways
from app.lab.works.comparing import Comparison, Comparisons
from app.lab.works.ladders.work import LadderWork
from app.lab.works.ladders.worker import LadderWorkers
from app.lab.works.making.makes import Makes
from app.lab.works.making.orders import folder_for
from app.lab.works.making.preview import Preview, previews
from app.lab.works.making.work import Make
from app.lab.works.work import Work, WorkState
from app.library.model_files import open_model_file
from app.library.places import hugging_face_cache
from app.monitor.machine import physical_core_count
from app.ui.pages.shrink.conversion import ConversionBackends
from app.ui.pages.shrink.making.backends import MakingBackends
from app.ui.pages.shrink.matrix.tab import MatrixBackends
from app.ui.pages.shrink.page import ShrinkBackends, ShrinkPage
from app.ui.pages.shrink.ways.measured import MeasuredLadder
from app.ui.pages.shrink.ways.tab import WaysBackends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.core.models.family import LibraryModel
    from app.core.shrink.inside.inspection import Inspection
    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.kit.jobs import JobContext
    from app.ui.shell.ground import Ground


class ShrinkDesk:
    """Main thread only.

    Attributes:
        page: For the window, once it is built.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._paths = paths = ground.house.paths
        self._room, self._speeds = EngineRoom.of_this_pc(paths), speed_store(paths)
        self._threads = physical_core_count()
        self._models: Sequence[LibraryModel] = ()
        self._changed = False
        self._works = ground.house.works
        self.makes = Makes(self._works, paths, self._room, self._threads)
        self._workers = LadderWorkers(paths, open_model_file)
        self.comparisons = Comparisons(self._works, self._workers)
        self._done = {work for work in self.makes.all if work.state is WorkState.DONE}
        self._works.list_changed.add(self._note)
        self._works.changed.add(self._note)
        self.page: ShrinkPage

    def build(self) -> Iterator[None]:
        """Make the page."""
        yield
        self.page = ShrinkPage(
            ShrinkBackends(
                making=MakingBackends(
                    makes=self.makes,
                    jobs=self._ground.jobs,
                    files=self._ground.files,
                    preview=self._preview,
                    folder_for=self._folder_for,
                    free_bytes=free_bytes,
                    memory_bytes=self._room.budget_bytes,
                    open_model=open_model_file,
                    adapters_for=lambda model: adapters_for(model, self._models),
                    source_of=self._source_of,
                    learning_pace=self._learning_pace,
                    influences=self._influences,
                    known_influences=lambda path: known_influences(path, self._paths.cache),
                ),
                read_recipe=read_recipe,
                conversion=ConversionBackends(
                    self._ground.jobs,
                    self._ground.files,
                    lambda: originals_in_cache(hugging_face_cache()),
                    Converter(self._paths.cache),
                ),
                inspect=self._inspect,
                ways=WaysBackends(
                    jobs=self._ground.jobs,
                    plan=self._plan_ways,
                    makes=self.makes,
                    comparisons=self.comparisons,
                    ladder=MeasuredLadder(self._ground.jobs, self._workers, self._limits),
                    ladder_of=self._ladder_of,
                    folder_for=self._folder_for,
                    free_bytes=free_bytes,
                ),
                matrices=MatrixBackends(
                    KeptMatrices(self._paths.cache),
                    lambda: chats_there(self._paths.database),
                    export,
                ),
            )
        )
        self.page.show_works(self.makes.all)

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Other models are on this PC than before."""
        self._models = models
        self.page.show_models(models)

    def pump(self) -> None:
        """Show what has become of the versions; called often."""
        if not self._changed:
            return
        self._changed = False
        self.page.show_works(self.makes.all)
        self.comparisons.begin(self._ground.requests.measure_on.tell)
        done = {work for work in self.makes.all if work.state is WorkState.DONE}
        if done - self._done:
            self._ground.requests.came.tell()
            self.page.matrix.look_again()
        self._done = done

    def stop(self) -> None:
        """Begin nothing more; the window closes."""
        self.page.stop()

    def _note(self, work: Work | None = None) -> None:
        kinds = (Make, Comparison, LadderWork)
        self._changed = self._changed or work is None or isinstance(work, kinds)

    def _folder_for(self, source: Path) -> Path:
        return folder_for(source, self._models, self._paths.made)

    def _plan_ways(
        self, source: Path, memory_bytes: int | None, context_tokens: int | None, job: JobContext
    ) -> WaysPlan:
        """In a job: what each way would be."""
        with interruptible(job.check):
            return plan_ways(
                source,
                memory_bytes,
                context_tokens,
                threads=self._threads,
                room=self._room,
                library=lambda: self._models,
            )

    def _ladder_of(self, number: int) -> LadderEntry | None:
        works = self._works.of(LadderWork)
        return next((work.entry for work in works if work.entry.number == number), None)

    def _limits(self) -> Limits:
        """The person's tolerance, where they have one of their own."""
        kept = self._ground.kept.now.ladder_limits
        return Limits(None, None, kept.tolerance) if kept is not None else Limits()

    def _source_of(self, work: Make) -> Path:
        """Where the model that a version was made of is now, as far as that is known."""
        source = self._ground.session.moves.place_of(Path(work.order.source))
        if source.exists():
            return source
        found = made_of(Path(work.order.target), self._models)
        return found[1] if found is not None and found[1] is not None else source

    def _inspect(
        self, path: Path, against: Path | None, tell: Callable[[float], None]
    ) -> Inspection:
        """In a job: count what is in a file, telling shares of the way."""
        return inspect(
            path,
            against,
            threads=self._threads,
            folder=self._paths.state,
            on_progress=lambda done, total: tell(done / max(1, total)),
        )

    def _learning_pace(self, context: JobContext) -> float:
        """In a job: time for seconds how fast models learn here."""
        with interruptible(context.check):
            return learning_pace(self._threads, self._room)

    def _influences(self, path: Path, context: JobContext) -> Sequence[float]:
        """In a job: see how much each layer does, telling shares of the way."""
        with interruptible(context.check):
            return layer_influences(
                path,
                self._paths.cache,
                threads=self._threads,
                room=self._room,
                on_progress=lambda done, total: context.report(done / max(1, total)),
            )

    def _preview(self, source: Path, context: JobContext) -> None:
        """In a job: tell of each version as it would be, as soon as it is known."""
        found: list[Preview] = []
        for each in previews(
            source, self._room, self._speeds, self._threads, lambda: context.cancelled
        ):
            found.append(each)
            context.report(tuple(found))
