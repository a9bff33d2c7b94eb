"""What stands behind the History page: looks into the store, and does what is asked of entries."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.history.entry import EntryKind
from app.core.text.clean import as_file_stem
from app.core.words.sentence import say
from app.lab.history.again import measured_before
from app.lab.history.book import Choices, HistoryBook
from app.lab.history.export import ENDINGS, export_entry, readable
from app.lab.history.keeping import purge_deleted
from app.lab.history.repeat import repeat_entry
from app.lab.works.work import ENDED, Slot
from app.store.history.marks import EntryMarks
from app.store.votes import VoteStore
from app.ui.kit.timers import later
from app.ui.kit.widgets.banner import Severity
from app.ui.kit.wishes import remark
from app.ui.kit.words.format import count
from app.ui.kit.words.sentences import sentence, told
from app.ui.kit.words.text import translate
from app.ui.pages.history.details import EntryDetails
from app.ui.pages.history.filters import HistoryFilters
from app.ui.pages.history.finding import EntryFinder
from app.ui.pages.history.list import EntryList
from app.ui.pages.history.page import HistoryPage
from app.ui.pages.history.words import entry_title, kind_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.core.history.entry import Entry
    from app.lab.history.again import Again
    from app.ui.kit.jobs import Job, JobContext
    from app.ui.shell.ground import Ground

PURGE_MS = 60_000
"""What is deleted can be brought back for so long."""
_FOLLOW_MS, _DETAILS_MS = 300, 80
_MOST_SAID = 3


class HistoryDesk:
    """Main thread only.

    Attributes:
        page: For the window, once it is built.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._paths = ground.house.paths
        self._jobs = ground.jobs
        self._book = HistoryBook(ground.house.paths)
        self._marks = EntryMarks(ground.house.connection)
        self._indexing: Job[int] | None = None
        self._telling: Job[tuple[str, tuple[Again, ...]]] | None = None
        self._repeating: Job[tuple[str, ...]] | None = None
        self._finder: EntryFinder
        self.page: HistoryPage

    def build(self) -> Iterator[None]:
        """Make the page a piece at a time, so that the window has its turn in between."""
        filters = HistoryFilters()
        yield
        entries = EntryList()
        yield
        details = EntryDetails(entries)
        yield
        self.page = page = HistoryPage(filters, entries, details)
        self._finder = EntryFinder(page, self._book, self._jobs, self._complain)
        self._follow = later(page, _FOLLOW_MS, self._look_again)
        self._tell = later(page, _DETAILS_MS, self._tell_details)
        self._purge = later(page, PURGE_MS, self.purge)
        page.wanted_changed.connect(self.find)
        page.shown.connect(self._look_again)
        page.stop_button.clicked.connect(self._stop_repeating)
        entries.chosen.connect(self._on_chosen)
        entries.open_wanted.connect(self._open)
        entries.export_wanted.connect(self._export)
        entries.repeat_wanted.connect(self._repeat)
        entries.pin_wanted.connect(self._pin)
        entries.folder_wanted.connect(self._put)
        entries.delete_wanted.connect(self._delete)

    # --- for the part ---------------------------------------------------------------------

    @property
    def finds(self) -> bool:
        """Whether entries are looked for that are not listed yet."""
        return self._finder.is_at_work

    @property
    def measures(self) -> bool:
        """Whether something is measured once more."""
        return self._repeating is not None

    def begin(self) -> None:
        """The page is there."""
        if not self.finds:  # else it was shown, and looks already
            self._look_again()

    def note_changes(self) -> None:
        """Something was asked, measured, deleted: look again soon, if anybody looks."""
        if self.page.isVisible():
            self._follow.start()

    def stop(self) -> None:
        """Look at nothing more; the window closes."""
        self._finder.stop()
        for job in (self._indexing, self._telling, self._repeating):
            if job is not None:
                job.cancel()
        for timer in (self._follow, self._tell, self._purge):
            timer.stop()

    def purge(self) -> None:
        """Remove for good what was deleted long enough ago."""
        paths, book = self._paths, self._book

        def work(context: JobContext) -> int:
            return purge_deleted(paths, book, context.check, older_than_ns=PURGE_MS * 900_000)

        self._jobs.run(work, failed=lambda error: None)

    # --- finding --------------------------------------------------------------------------

    def find(self) -> None:
        """Look for what is wanted."""
        self._finder.find()

    def _read(self) -> None:
        """Bring the search up to date."""
        if self._indexing is not None:
            return
        book, page = self._book, self.page

        def work(context: JobContext) -> int:
            def tell(done: int, total: int) -> None:
                context.check()
                context.report(done / total)

            return book.read(tell)

        def ended(read: int) -> None:
            self._indexing = None
            page.show_reading(None)
            self._jobs.run(lambda _context: book.choices(), done=self._take_choices)
            if read:
                self.find()

        def failed(error: PersonError) -> None:
            self._indexing = None
            page.show_reading(None)
            self._complain(error)

        self._indexing = self._jobs.run(work, done=ended, failed=failed, progress=page.show_reading)

    def _take_choices(self, choices: Choices) -> None:
        self.page.entries.folders = choices.folders
        self.page.filters.set_choices(choices.models, choices.folders)

    def _look_again(self) -> None:
        self.find()
        self._read()

    # --- what is chosen -------------------------------------------------------------------

    def _on_chosen(self) -> None:
        self.page.details.show_entries(self.page.entries.entries)
        self._tell.start()

    def _tell_details(self) -> None:
        entries = self.page.entries.entries
        if len(entries) != 1 or self._telling is not None:
            return
        if self.finds:  # a list comes first: both would wait for Python's lock
            self._tell.start()
            return
        paths, book, entry = self._paths, self._book, entries[0]

        def work(context: JobContext) -> tuple[str, tuple[Again, ...]]:
            text = ""
            with suppress(PersonError):  # a ladder of which nothing was measured yet
                text = readable(paths, entry)
            return text, measured_before(entry, book, context.check)

        def is_wanted() -> bool:
            """Whether it is still chosen; else what is chosen now is told."""
            self._telling = None
            wanted = self.page.entries.entries == entries
            if not wanted:
                self._tell.start()
            return wanted

        def ended(found: tuple[str, tuple[Again, ...]]) -> None:
            if is_wanted():
                self.page.details.show_text(*found)

        def failed(error: PersonError) -> None:
            if is_wanted():
                self._complain(error)

        self._telling = self._jobs.run(work, done=ended, failed=failed)

    # --- what is asked --------------------------------------------------------------------

    def _open(self, entry: Entry) -> None:
        requests = self._ground.requests
        match entry.kind:
            case EntryKind.CHAT:
                requests.open_chat.tell(entry.number)
            case EntryKind.LADDER:
                requests.show_ladder.tell(entry.number)
            case EntryKind.BATCH:
                requests.open_batch.tell(entry.number)
            case _:
                self.page.details.text.setFocus()

    def _export(self, entry: Entry) -> None:
        endings = ENDINGS[entry.kind]
        stem = as_file_stem(entry_title(entry)) or kind_word(entry.kind)
        target = self._ground.files.target(
            translate("History", "Export"), stem + endings[0], endings[1:]
        )
        if target is None:
            return
        paths = self._paths
        words = translate("History", "It is saved at {path}.").format(path=target)
        self._jobs.run(
            lambda _context: export_entry(paths, entry, target),
            done=lambda _written: remark(self.page, words),
            failed=self._complain,
        )

    def _repeat(self, entry: Entry) -> None:
        requests = self._ground.requests
        match entry.kind:
            case EntryKind.CHAT:
                requests.repeat_chat.tell(entry.number)
            case EntryKind.LADDER:
                requests.measure_again.tell(entry.number)
            case EntryKind.BENCH | EntryKind.BATCH:
                self._measure_again(entry)
            case EntryKind.VOTE:
                self._try(lambda: self._vote_again(entry))

    def _vote_again(self, entry: Entry) -> None:
        """Let the same two be voted on: answers that were seen are not blind, so by new prompts."""
        try:
            pair = VoteStore(self._ground.house.connection).of_vote(entry.number)
        except KeyError:
            raise PersonError(say("lab.not_readable_entry"), f"vote {entry.number}") from None
        both = pair.candidate.candidate, pair.reference.candidate
        self._ground.requests.vote_again.tell(*both)

    def _measure_again(self, entry: Entry) -> None:
        ground = self._ground
        if self.measures or ground.session.busy or ground.house.works.works_at(Slot.ENGINE):
            words = translate("History", "Something is answered or measured: do it afterwards.")
            ground.main.say(words)
            return
        paths, page = self._paths, self.page

        def work(context: JobContext) -> tuple[str, ...]:
            def tell(done: int, total: int, name: str) -> None:
                context.check()
                context.report((done, total, name))

            return repeat_entry(paths, entry, context.check, tell).failed

        def show(progress: tuple[int, int, str]) -> None:
            done, total, name = progress
            words = translate("History", "Once more: {done} of {total}, {name}")
            page.show_work(words.format(done=count(done), total=count(total), name=name))

        def ended(wrong: tuple[str, ...]) -> None:
            self._stop_repeating()
            if wrong:
                words = " ".join(map(told, wrong[:_MOST_SAID]))
                page.notice.show_notice(Severity.WARNING, words)

        def failed(error: PersonError) -> None:
            self._stop_repeating()
            self._complain(error)

        page.show_work(translate("History", "Once more: the engine starts …"))
        self._repeating = self._jobs.run(work, done=ended, failed=failed, progress=show)

    def _stop_repeating(self) -> None:
        if self._repeating is not None:
            self._repeating.cancel()
            self._repeating = None
        self.page.show_work("")
        self.note_changes()

    def _pin(self, entries: Sequence[Entry], pinned: bool) -> None:
        self._mark(entries, lambda ids: self._marks.pin(ids, pinned=pinned))

    def _put(self, entries: Sequence[Entry], folder: str) -> None:
        before: dict[str, list[int]] = {}
        for entry in entries:
            before.setdefault(entry.folder, []).append(entry.id)

        def bring_back() -> None:
            for name, ids in before.items():
                self._marks.put(ids, name)
            self._changed({entry.kind for entry in entries})

        if self._mark(entries, lambda ids: self._marks.put(ids, folder)):
            into = translate("History", "Put into “{folder}”.").format(folder=folder)
            out = translate("History", "Taken out of the folder.")
            remark(self.page, into if folder else out, lambda: self._try(bring_back))

    def _delete(self, entries: Sequence[Entry]) -> None:
        """Delete what is chosen; for a while it can be brought back."""
        session, marks = self._ground.session, self._marks
        chats = [entry.number for entry in entries if entry.kind is EntryKind.CHAT]
        others = [entry.id for entry in entries if entry.kind is not EntryKind.CHAT]
        ladders = {entry.number for entry in entries if entry.kind is EntryKind.LADDER}
        undos: list[Callable[[], None]] = []

        def do() -> None:
            if ladders & self._ladders_at_work():
                words = translate("History", "A measurement is under way: stop it first.")
                raise PersonError(words)
            if chats:
                undos.append(session.delete_chats(chats))
            marks.delete(others)

        def bring_back() -> None:
            for undo in undos:
                undo()
            marks.restore(others)
            self._changed({entry.kind for entry in entries})

        if self._try(do):
            words = translate("History", "“{title}” was deleted.")
            words = words.format(title=entry_title(entries[0]))
            if len(entries) > 1:
                many = translate("History", "{n} entries were deleted.")
                words = many.format(n=count(len(entries)))
            self._changed({entry.kind for entry in entries})
            remark(self.page, words, lambda: self._try(bring_back))
            self._purge.start()

    def _ladders_at_work(self) -> set[int | None]:
        from app.lab.works.ladders.work import LadderWork

        works = self._ground.house.works.all
        at_work = (work for work in works if isinstance(work, LadderWork))
        return {work.entry.number for work in at_work if work.state not in ENDED}

    def _mark(self, entries: Sequence[Entry], do: Callable[[list[int]], object]) -> bool:
        done = self._try(lambda: do([entry.id for entry in entries]))
        if done:
            self._changed({entry.kind for entry in entries})
        return done

    def _changed(self, kinds: set[EntryKind]) -> None:
        """Entries of these kinds have other marks: whoever lists them looks again."""
        if EntryKind.CHAT in kinds:
            self._ground.session.listener.chats_changed()
        if kinds & {EntryKind.LADDER, EntryKind.VOTE}:
            self._ground.requests.ladders_changed.tell()
        self.find()
        book = self._book
        self._jobs.run(lambda _context: book.choices(), done=self._take_choices)

    def _try(self, do: Callable[[], object]) -> bool:
        try:
            do()
        except PersonError as error:
            self._complain(error)
            return False
        return True

    def _complain(self, error: PersonError) -> None:
        self.page.notice.show_notice(Severity.WARNING, sentence(error))
