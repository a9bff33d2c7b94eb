"""The files that a candidate runs with beside its model: found, chosen, and seen to fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.adapters import MOST_ADAPTERS, Adapter
from app.core.candidates.drafts import Draft
from app.core.models.projectors import fitting_projectors
from app.lab.engines.adapters import adapters_for, check_adapters
from app.lab.engines.drafts import fitting_drafts, read_draft
from app.lab.engines.room import EngineRoom
from app.monitor.machine import physical_core_count
from app.ui.kit.words.sentences import sentence, told
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.chats.panes import ChatPane
    from app.core.models.family import LibraryModel
    from app.core.words.sentence import Sentence
    from app.ui.kit.jobs import JobContext
    from app.ui.pages.compare.candidates.settings_side import SettingsSide
    from app.ui.pages.compare.controller import CompareController
    from app.ui.shell.ground import Ground


class CandidateFiles:
    """Does what the settings panel wants of files. Main thread.

    Args:
        ground: Session, dialogs, jobs and folders.
        side: The settings panel.
        controller: Gives panes other settings.
        models: What is on this PC, as far as it is known.
    """

    def __init__(
        self,
        ground: Ground,
        side: SettingsSide,
        controller: CompareController,
        models: Callable[[], Sequence[LibraryModel]],
    ) -> None:
        self._ground = ground
        self._session = ground.session
        self._side = side
        self._controller = controller
        side.fitting = lambda model: adapters_for(model, models())
        side.adapter_wanted.connect(self._choose_adapter)
        side.projectors = lambda model: fitting_projectors(models(), model)
        side.projector_wanted.connect(self._choose_projector)
        side.drafting = lambda model: fitting_drafts(models(), model)
        side.draft_wanted.connect(self._choose_draft)
        side.worth_wanted.connect(self._find_worth)

    def _choose_projector(self, key: str) -> None:
        """Ask for a projector's file; whether it fits, the load tells."""
        paths = self._ground.files.models(translate("Compare", "Open a projector"))
        if paths:
            setup = self._session.pane(key).setup
            self._controller.update_candidate(setup.running(projector=str(paths[0])))

    def _choose_adapter(self, key: str) -> None:
        """Ask for an adapter's file; what does not fit is told, and changes nothing."""
        setup = self._session.pane(key).setup
        paths = self._ground.files.models(translate("Compare", "Open an adapter"))
        adapters = (*setup.candidate.adapters, *(Adapter(str(path)) for path in paths))
        wanted = setup.running(adapters=adapters[:MOST_ADAPTERS])
        self._take(setup, wanted, lambda: check_adapters(wanted.candidate))

    def _choose_draft(self, key: str) -> None:
        """Ask for a draft model's file; one of another vocabulary is told, and changes nothing."""
        setup = self._session.pane(key).setup
        paths = self._ground.files.models(translate("Compare", "Open a draft model"))
        if not paths:
            return
        draft = replace(setup.candidate.draft or Draft(), path=str(paths[0]))
        wanted = setup.running(draft=draft)
        self._take(setup, wanted, lambda: read_draft(wanted.candidate))

    def _take(self, setup: ChatPane, wanted: ChatPane, check: Callable[[], object]) -> None:
        """Let a pane run with other files, once they were seen to fit."""

        def take(_checked: object) -> None:
            if self._session.chat.pane(setup.key) == setup:  # nothing else was set meanwhile
                self._controller.update_candidate(wanted)

        if wanted != setup:
            self._ground.jobs.run(
                lambda _context: check(),
                done=take,
                failed=lambda error: self._controller.refused.emit(sentence(error)),
            )

    def _find_worth(self, key: str) -> None:
        """Measure what a pane's draft brings, and say it beside its settings."""
        side, candidate = self._side, self._session.pane(key).candidate
        if self._session.busy:
            side.tell_worth(key, translate("Compare", "Answers are coming: measure afterwards."))
            return
        paths = self._ground.house.paths

        def measure(context: JobContext) -> Sentence:
            # Imported when it is needed: measuring is no part of a start.
            from app.lab.speed.drafted import whether_worth

            room = EngineRoom.of_this_pc(paths)
            return whether_worth(candidate, room, physical_core_count(), context.check)

        side.tell_worth(key, translate("Compare", "Answering in turns …"), measuring=True)
        self._ground.jobs.run(
            measure,
            done=lambda said: side.tell_worth(key, told(said)),
            failed=lambda error: side.tell_worth(key, sentence(error)),
        )
