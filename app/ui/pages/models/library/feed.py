"""Keeps the list of this PC's model files up to date for the window, in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.base.told import Listeners
from app.core.models.family import LibraryModel, ModelSource
from app.ui.pages.models.library.watch import LibraryWatch

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.core.words.sentence import Sentence
    from app.hub.files.removal import Removal
    from app.lab.models.library import Library, LibraryScan
    from app.lab.predict.local_fits import LocalFit, LocalFits
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.pages.models.library.experts import CountExperts


class LibraryFeed(QObject):
    """Scans when asked and when the watched folders change; lives on the main thread.

    The first scan's models appear as they are found. A later one replaces them when it is done,
    so that nothing in a list jumps about meanwhile.

    Attributes:
        changed: Tells after ``models``, ``problems`` or ``scanning`` changed.
    """

    def __init__(
        self,
        library: Library,
        jobs: Jobs,
        *,
        own_folders: Sequence[Path],
        keep_own_folders: Callable[[Sequence[Path]], object],
        plan_removal: Callable[[Path], Removal],
        fits: LocalFits,
        opened: Callable[[], Sequence[Path]] = tuple,
        count_experts: CountExperts | None = None,
        watch: LibraryWatch | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Prepare; nothing is scanned before :meth:`rescan`.

        Args:
            library: Looks through this PC.
            jobs: Where the looks run.
            own_folders: The person's own folders, as the settings have them.
            keep_own_folders: Writes them to the settings, where the library reads them.
            plan_removal: Tells what removing a file of the Hugging Face cache would free; called
                on a job thread.
            fits: Tells what the models need; on job threads, one at a time.
            opened: Tells which files were opened, wherever they lie; on the main thread.
            count_experts: Counts which experts of a mixture work; None where that is not offered.
            watch: Hears of changes.
            parent: As everywhere in Qt.
        """
        super().__init__(parent)
        self.changed = Listeners[[]]()
        self.count_experts = count_experts
        self._library = library
        self._jobs = jobs
        self._own_folders = tuple(own_folders)
        self._keep_own_folders = keep_own_folders
        self._plan_removal = plan_removal
        self._opened = opened
        self._seen_opened: Sequence[Path] | None = None
        self._local_fits = fits
        self._fits: Mapping[Path, LocalFit] = {}
        self._fitting: Job[dict[Path, LocalFit]] | None = None
        self._watch = watch or LibraryWatch(self)
        self._watch.changed.connect(self.rescan)
        self._job: Job[LibraryScan] | None = None
        self._again = False
        self._scanned_once = False
        self._models: list[LibraryModel] = []
        self._problems: tuple[Sentence, ...] = ()

    @property
    def models(self) -> Sequence[LibraryModel]:
        """What is known now."""
        return self._models

    @property
    def fits(self) -> Mapping[Path, LocalFit]:
        """What the models need, as far as it is known."""
        return self._fits

    @property
    def problems(self) -> Sequence[Sentence]:
        """Sentences about folders that could not be looked into."""
        return self._problems

    @property
    def scanning(self) -> bool:
        """Whether a scan is under way."""
        return self._job is not None

    @property
    def own_folders(self) -> Sequence[Path]:
        """The person's own folders."""
        return self._own_folders

    def rescan(self) -> None:
        """Look again; once more afterwards where a scan is under way, which may have passed it."""
        if self._job is not None:
            self._again = True
            return
        self._again = False
        self._seen_opened = opened = tuple(self._opened())

        def work(context: JobContext) -> LibraryScan:
            return self._library.scan(
                opened=opened,
                cancelled=lambda: context.cancelled,
                on_found=lambda found: context.report(found),
            )

        self._job = self._jobs.run(
            work, done=self._done, failed=self._failed, progress=self._progress
        )
        self.changed.tell()

    def look_for_opened(self) -> None:
        """Look again if other files were opened meanwhile."""
        if self._seen_opened is not None and tuple(self._opened()) != self._seen_opened:
            self.rescan()

    def set_own_folders(self, folders: Sequence[Path]) -> None:
        """Look into these folders of the person's own from now on."""
        self._own_folders = tuple(dict.fromkeys(folders))
        self._keep_own_folders(self._own_folders)
        if self._job is not None:  # it looks into the old ones
            self._job.cancel()
            self._job = None
        self.rescan()

    def can_remove(self, model: LibraryModel) -> bool:
        """Whether it lies in the Hugging Face cache; other programs' files are theirs."""
        return model.source is ModelSource.HUGGING_FACE

    def plan_removal(self, model: LibraryModel) -> Removal:
        """What removing it would free; on a job thread."""
        return self._plan_removal(model.path)

    def stop(self) -> None:
        """Look and watch no more."""
        self._watch.stop()
        for job in (self._job, self._fitting):
            if job is not None:
                job.cancel()
        self._job = self._fitting = None

    def _fit(self) -> None:
        """Find out what the models need; one look at a time."""
        if self._fitting is not None:
            return
        models = tuple(self._models)
        self._fitting = self._jobs.run(
            lambda context: self._local_fits.of(models, lambda: context.cancelled),
            done=lambda fits: self._on_fits(models, fits),
        )

    def _on_fits(self, models: Sequence[LibraryModel], fits: Mapping[Path, LocalFit]) -> None:
        self._fitting = None
        self._fits = fits
        self.changed.tell()
        if models != tuple(self._models):
            self._fit()

    def _progress(self, found: Sequence[LibraryModel]) -> None:
        if not self._scanned_once:
            self._models = [*self._models, *found]
            self.changed.tell()

    def _done(self, scan: LibraryScan) -> None:
        self._job = None
        self._scanned_once = True
        self._models = list(scan.models)
        self._problems = scan.problems
        self._watch.watch(scan)
        self._fit()
        self._go_on()

    def _failed(self, error: PersonError) -> None:
        self._job = None
        self._problems = (error.said,)
        self._go_on()

    def _go_on(self) -> None:
        if self._again:
            self.rescan()
        else:
            self.changed.tell()
