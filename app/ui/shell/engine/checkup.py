"""The engine's check of itself in the window: begun when nobody waits, told, and acted upon."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from app.core.engines.instruction_sets import sets_in_use
from app.engine.variants import left_out
from app.lab.engines.calls import interruptible
from app.lab.engines.repair import Repair, RepairWay, repair_of
from app.lab.engines.self_check import SelfChecks
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from app.core.engines.self_check import EngineCheck
    from app.core.errors import PersonError
    from app.engine.protocol.loading import Hello
    from app.lab.compare.doubts import EngineDoubts
    from app.store.paths import Paths
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.shell.engine.build import EngineBuild

_PAUSE_SECONDS = 0.2
# What was found, and whether engines use another CPU variant since.
_Found: TypeAlias = "tuple[EngineCheck, bool]"
_Work: TypeAlias = "Callable[[JobContext], _Found]"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is to be told of an engine that failed.

    Attributes:
        check: What was found of the one that is used from now on; None where nothing is known.
        repair: What is done about it, or left to the person.
        has_moved: Engines that start from now on are of another CPU variant.
    """

    check: EngineCheck | None
    repair: Repair
    has_moved: bool = False


class EngineCheckup(QObject):
    """Main thread only. Once for each engine build and processor; what was found is remembered.

    Signals:
        changed: What can be read here.
        concluded: The engine failed, and something is done about it or cannot be (``Conclusion``).

    Attributes:
        check: What was found; None while nothing is known.
        progress: Types done, of how many; None while nothing is being checked.
        problem: Why the engine could not be checked, a sentence; else empty.
    """

    changed = Signal()
    concluded = Signal(object)

    def __init__(
        self,
        paths: Paths,
        jobs: Jobs,
        build: EngineBuild,
        doubts: EngineDoubts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = paths.state
        self._checks = SelfChecks(paths)
        self._jobs = jobs
        self._build = build
        self._doubts = doubts
        self._nobody_waits = threading.Event()
        self._wanted: _Work | None = self._known_or_found
        self._job: Job[_Found] | None = None
        self._family = ""
        self.check: EngineCheck | None = None
        self.progress: tuple[int, int] | None = None
        self.problem = ""
        build.ready.connect(self.begin_again)

    def begin_again(self) -> None:
        """There is another engine: find out about that one."""
        self._forget()
        self._wanted = self._known_or_found

    def pump(self, *, busy: bool) -> None:
        """Go on, unless engines are wanted for something else."""
        if busy:
            self._nobody_waits.clear()
            return
        self._nobody_waits.set()
        if self._family:
            family, self._family = self._family, ""
            self._build.repair([family])
        elif self._wanted is not None and self._job is None:
            work, self._wanted = self._wanted, None
            self._job = self._jobs.run(
                work, done=self._on_done, failed=self._on_failed, progress=self._on_progress
            )

    def repair(self, hello: Hello) -> None:
        """Let engines go on without what failed in the one that said this; when nobody waits."""
        faulty = [fault.type_id for fault in self.check.faults] if self.check is not None else []
        sets = sets_in_use(hello.system_info)
        repair = repair_of(self._folder, hello.variant, sets, faulty)
        if repair.way is RepairWay.VARIANT:
            self._forget()
            self._wanted = lambda context: self._with_another(context, hello.variant)
            return
        if repair.way is RepairWay.REBUILD:
            self._family = repair.family
        self.concluded.emit(Conclusion(self.check, repair))

    # --- job threads ----------------------------------------------------------------------

    def _known_or_found(self, context: JobContext) -> _Found:
        before = left_out(self._folder)
        known = self._checks.known()
        if known is not None:
            return known, False
        check = self._check(context)
        return check, left_out(self._folder) != before

    def _with_another(self, context: JobContext, variant: str) -> _Found:
        self._checks.do_without(variant)
        return self._checks.known() or self._check(context), True

    def _check(self, context: JobContext) -> EngineCheck:
        def turn() -> None:
            context.check()
            while not self._nobody_waits.wait(_PAUSE_SECONDS):
                context.check()

        with interruptible(context.check):
            return self._checks.check(
                in_background=True,
                turn=turn,
                told=lambda done, of: context.report((done, of)),
            )

    # --- what became of it ----------------------------------------------------------------

    def _on_progress(self, progress: tuple[int, int]) -> None:
        self.progress = progress
        self.changed.emit()

    def _on_failed(self, error: PersonError) -> None:
        self._job = None
        self.progress, self.problem = None, sentence(error)
        self.changed.emit()

    def _on_done(self, found: _Found) -> None:
        self._job = None
        check, has_moved = found
        self.check = self._doubts.check = check
        self.progress, self.problem = None, ""
        self.changed.emit()
        if check.is_right and not has_moved:
            return
        faulty = [fault.type_id for fault in check.faults]
        repair = repair_of(self._folder, check.variant, check.instruction_sets, faulty)
        if check.is_right or repair.way is RepairWay.VARIANT:
            repair = Repair(RepairWay.NONE)  # of all variants this is the best
        elif repair.way is RepairWay.REBUILD:
            self._family = repair.family
        self.concluded.emit(Conclusion(check, repair, has_moved))

    def _forget(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.check = self._doubts.check = None
        self.progress, self.problem = None, ""
        self.changed.emit()
