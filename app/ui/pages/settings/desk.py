"""What stands behind the Settings page: what it shows of this PC, and what it deletes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.hub.settings import ENDPOINT_VARIABLE, HubSettings, hub_cache_folder
from app.lab.works.work import Slot, WorkState
from app.store.history.marks import EntryMarks
from app.store.kept import (
    clear_cache,
    compact,
    forget_measured,
    kept_places,
    remove_older_stores,
    size_of,
)
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import sentence
from app.ui.kit.words.text import translate
from app.ui.pages.settings.kept import Deletion
from app.ui.pages.settings.page import PreferencesPage
from app.ui.settings.gpu_words import gpu_words

if TYPE_CHECKING:
    from app.ui.shell.ground import Ground

_OVER = (WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED)


class SettingsDesk:
    """Main thread only.

    Args:
        ground: What all parts stand on.
        changed: Takes a setting's name and its new value.

    Attributes:
        page: The page.
    """

    def __init__(self, ground: Ground, changed: Callable[[str, object], object]) -> None:
        self._ground = ground
        self.page = page = PreferencesPage(ground.kept.now)
        page.changed.connect(changed)
        page.seen.connect(self._look)
        page.models_wanted.connect(lambda: ground.main.show_page("models"))
        page.about_wanted.connect(lambda: ground.main.show_page("about"))
        page.kept.delete_wanted.connect(self._delete)
        ground.theme.choice_changed.connect(self._show_theme)
        ground.engine.facts.changed.connect(self._show_gpu)

    def close(self) -> None:
        """Hear no more of the application's theme, which outlives the window."""
        self._ground.theme.choice_changed.disconnect(self._show_theme)

    def _show_theme(self) -> None:
        self.page.show_setting("theme", self._ground.theme.choice.value)

    # --- facts ----------------------------------------------------------------------------

    def _look(self) -> None:
        """What may have changed since the page was seen last."""
        ground, page = self._ground, self.page
        for key in page.controls:
            page.show_setting(key, getattr(ground.kept.now, key))
        page.show_setting("theme", ground.theme.choice.value)
        page.show_tuned(ground.kept.now.tuned)
        ground.engine.facts.ask()
        self._show_gpu()
        none = translate("Settings", "None; what other programs keep is found by itself.")
        page.show_folders("\n".join(ground.kept.now.library_folders) or none)
        elsewhere = translate("Settings", "The variable HF_HOME names another place.")
        page.show_downloads(f"{hub_cache_folder()}\n{elsewhere}")
        try:
            hub = HubSettings.from_environment().endpoint
        except PersonError as error:
            hub = sentence(error)
        named = translate("Settings", "The variable {name} names another one.")
        page.show_hub(f"{hub}\n{named.format(name=ENDPOINT_VARIABLE)}")
        self._measure()

    def _show_gpu(self) -> None:
        facts = self._ground.engine.facts
        if facts.hello is not None:
            self.page.show_gpu(gpu_words(facts.hello))
        elif facts.problem:
            self.page.show_gpu(facts.problem)

    def _measure(self) -> None:
        paths, files, kept = self._ground.house.paths, hub_cache_folder(), self.page.kept
        self._ground.jobs.run(lambda _context: kept_places(paths), done=kept.show_places)
        self._ground.jobs.run(
            lambda _context: size_of(files), done=lambda size: kept.show_files(str(files), size)
        )

    # --- deleting -------------------------------------------------------------------------

    def _delete(self, what: Deletion) -> None:
        {
            Deletion.CHATS: self._delete_chats,
            Deletion.MEASURED: self._delete_measured,
            Deletion.CACHE: self._delete_cache,
        }[what]()

    def _delete_chats(self) -> None:
        chats, say = self._ground.session.chats, self._ground.main.say
        if self._ground.session.busy:
            say(translate("Settings", "Answers are in progress: stop them first."))
            return
        try:
            chats.delete_chats([chat.id for chat in chats.list_chats()])
            EntryMarks(self._ground.house.connection).purge()
        except PersonError as error:
            say(sentence(error))
        else:
            say(translate("Settings", "All chats are deleted."))
        self._tidy()

    def _delete_measured(self) -> None:
        house, say = self._ground.house, self._ground.main.say
        if any(work.slot is Slot.ENGINE and work.state not in _OVER for work in house.works.all):
            say(translate("Settings", "Something is measured or waits for it: stop it first."))
            return
        try:
            forget_measured(house.connection)
        except PersonError as error:
            say(sentence(error))
            return
        self._ground.requests.forgotten.tell()
        say(translate("Settings", "All measurements and blind votes are deleted."))
        self._tidy()

    def _delete_cache(self) -> None:
        ground, paths = self._ground, self._ground.house.paths
        if ground.house.works.works_at(Slot.ENGINE):
            ground.main.say(translate("Settings", "Measuring needs it: stop that first."))
            return
        panes = ground.session.panes
        in_use = [file for pane in panes if (file := pane.candidate.local) is not None]

        def done(freed_bytes: int) -> None:
            said = translate("Settings", "{size} are free again.")
            ground.main.say(said.format(size=byte_size(freed_bytes)))
            self._measure()

        ground.jobs.run(lambda _context: clear_cache(paths, in_use), done=done)

    def _tidy(self) -> None:
        """Nothing of what was deleted is to be read in the store's file or beside it."""
        paths = self._ground.house.paths

        def work() -> None:
            from app.lab.history.book import HistoryBook

            HistoryBook(paths).read()  # whose words went
            compact(paths.history_index)
            compact(paths.database)
            remove_older_stores(paths)

        self._ground.jobs.run(lambda _context: work(), done=lambda _none: self._measure())
