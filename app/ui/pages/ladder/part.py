"""The Ladder page as a part of the window; it is built when it is first wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.errors import PersonError
from app.lab.works.work import Slot
from app.ui.kit.pages import PageHelp
from app.ui.kit.words.sentences import sentence
from app.ui.kit.words.text import translate
from app.ui.shell.late_part import LatePart

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.listing import ListedFile
    from app.core.models.family import LibraryModel
    from app.hub.repositories import Repository
    from app.lab.works.ladders.run import LadderOrder
    from app.store.settings import Settings
    from app.ui.pages.ladder.desk import LadderDesk
    from app.ui.shell.ground import Ground

# The settings are one file: a longer text is kept to here.
_MOST_DRAFT_CHARACTERS = 100_000
_MODULES = ("app.ui.pages.ladder.desk", "app.ui.plots.ladder.panel")


class LadderPart(LatePart["LadderDesk"]):
    """Main thread only."""

    def __init__(self, ground: Ground) -> None:
        title = translate("LadderDoor", "Which one?")
        super().__init__(ground, _MODULES, "ladder", title, ladder_help())
        self._models: Sequence[LibraryModel] = ()
        ground.requests.measure.add(self._measure)
        ground.requests.tune.add(self._tune)
        ground.requests.measure_on.add(self._measure_on)
        ground.requests.measure_again.add(self._measure_again)
        ground.requests.vote_again.add(self._vote_again)
        ground.requests.night.add(self._ask_night)
        ground.requests.show_ladder.add(self._show)
        ground.requests.ladders_changed.add(self._look_again)
        ground.requests.models.add(self._note_models)
        ground.requests.moved.add(self._follow_moves)
        ground.requests.forgotten.add(self._forget_all)

    def begin(self) -> None:
        from app.lab.works.ladders.work import LadderWork

        self._take_over()
        if self._ground.house.works.kept.has_left(LadderWork.kind):
            self._late.open()

    @property
    def busy(self) -> bool:
        return self._ground.house.works.works_at(Slot.ENGINE)

    def pump(self, *, busy: bool) -> None:
        if self.desk is not None:
            self.desk.pump(busy=busy)

    def remember(self, settings: Settings) -> Settings:
        if self.desk is None:
            return settings
        sizes = {**settings.splitter_sizes, **self.desk.page.layout_state()}
        votes = self.desk.page.board.votes
        draft = votes.form.prompts.toPlainText() if votes is not None else settings.vote_draft
        return replace(settings, splitter_sizes=sizes, vote_draft=draft[:_MOST_DRAFT_CHARACTERS])

    def _take_over(self) -> None:
        """Bring into the queue what an earlier version remembered in the settings."""
        from app.lab.works.ladders.work import leave_ladders

        kept, works = self._ground.kept, self._ground.house.works
        if kept.now.ladders_under_way:
            try:
                leave_ladders(works, kept.now.ladders_under_way, kept.now.ladder_tries)
            except PersonError as error:
                self._ground.main.say(sentence(error))
            else:
                kept.change(ladders_under_way=[], ladder_tries={})

    def _make(self) -> LadderDesk:
        from app.ui.pages.ladder.desk import LadderDesk

        return LadderDesk(self._ground, lambda: self._models)

    def _begin(self, desk: LadderDesk) -> None:
        from app.ui.pages.ladder.gone_on import tell_gone_on
        from app.ui.pages.ladder.nights.morning import Morning

        page, main, requests = desk.page, self._ground.main, self._ground.requests
        page.pane_wanted.connect(requests.show.tell)
        page.find_wanted.connect(requests.find.tell)
        page.hub_wanted.connect(self._to_hub)
        page.follow_moves(self._ground.session.moves.place_of)
        Morning(main, desk.service, page.show_ladder)
        desk.gone_on = lambda gone_on, left: tell_gone_on(main, desk.service, gone_on, left)
        desk.begin()

    def _measure(self, candidates: Sequence[Candidate]) -> None:
        """Set a ladder up with candidates of another page."""
        self._ground.main.show_page(self.page.id)
        wanted = list(dict.fromkeys(candidates))
        self._late.when_there(lambda desk: desk.page.pick(wanted))

    def _tune(self, candidate: Candidate) -> None:
        """Find the best settings of a candidate of another page."""
        self._ground.main.show_page(self.page.id)
        self._late.when_there(lambda desk: desk.page.tuner.tune(candidate))

    def _measure_on(self, number: int) -> None:
        self._late.when_there(lambda desk: desk.with_stored(number, desk.service.go_on))

    def _measure_again(self, number: int) -> None:
        self._ground.main.show_page(self.page.id)
        self._late.when_there(lambda desk: desk.with_stored(number, desk.page.measure_again))

    def _vote_again(self, candidate: Candidate, reference: Candidate) -> None:
        self._ground.main.show_page(self.page.id)
        self._late.when_there(lambda desk: desk.vote_again(candidate, reference))

    def _look_again(self) -> None:
        if self.desk is not None:
            self.desk.look_again()

    def _ask_night(self, repository: Repository, files: Sequence[ListedFile]) -> None:
        """Ask what a night with these may do; the page shows it once it begins."""
        main = self._ground.main

        def begin(order: LadderOrder) -> None:
            main.show_page(self.page.id)
            assert self.desk is not None
            self.desk.page.measure(order, {})

        page = main.current_page
        over = page.widget if page is not None else main
        self._late.when_there(lambda desk: desk.ask_night(over, repository, files, begin))

    def _to_hub(self) -> None:
        """What is not here yet is ticked where its repository is shown."""
        self._ground.requests.find_on_hub.tell()
        self._ground.main.say(
            translate("LadderDoor", "Open a model, tick its versions, and choose “Overnight”.")
        )

    def _show(self, number: int) -> None:
        self._ground.main.show_page(self.page.id)
        self._late.when_there(lambda desk: desk.with_stored(number, desk.page.show_ladder))

    def _note_models(self, models: Sequence[LibraryModel]) -> None:
        self._models = models
        if self.desk is not None:
            self.desk.page.note_pickable()

    def _forget_all(self) -> None:
        if self.desk is not None:
            self.desk.forget_all()

    def _follow_moves(self) -> None:
        if self.desk is not None:
            self.desk.page.follow_moves(self._ground.session.moves.place_of)


def ladder_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "LadderDoor",
                "This page measures what each shrunken version of a model costs and loses beside"
                " the original, and says which one to run: answers first, then memory and speed.",
            ),
            translate(
                "LadderDoor",
                "Everything is kept step by step: pause it, stop it, or quit the program, and it"
                " goes on from the last finished step.",
            ),
            translate(
                "LadderDoor",
                "Only answers decide. “As good” means that the whole 95 % interval of the"
                " difference is within what may be lost; “loses” means that the difference is"
                " certain, corrected for everything that is tested; everything else cannot be told"
                " yet, and its button asks more. Drift (KL divergence) describes how far a"
                " version’s words are from the original’s, not whether they are worse.",
            ),
            translate(
                "LadderDoor",
                "Blind votes tell what no question can: two versions answer your own prompts, and"
                " you choose without knowing which is which. The interval of a win rate holds"
                " whenever you look at it.",
            ),
            translate(
                "LadderDoor",
                "“Tune it for this PC” compares one model with itself, set otherwise: threads,"
                " flash attention, types of the cache, contexts, a draft, experts. What changes"
                " speed and memory alone is not asked: it answers the same by construction.",
            ),
            translate(
                "LadderDoor",
                "Limits of memory, speed and loss may be changed at any time: nothing is measured"
                " anew. “Details” shows every figure; rest the pointer on one to read how it was"
                " taken.",
            ),
        ),
        keys=(
            (translate("LadderDoor", "Ctrl+C"), translate("LadderDoor", "Copy the chosen row")),
            (
                translate("LadderDoor", "Arrows, Enter"),
                translate("LadderDoor", "In a plot: go to a point, choose it, open it in Compare"),
            ),
            (
                translate("LadderDoor", "← or 1"),
                translate("LadderDoor", "Blind vote: left is better"),
            ),
            (
                translate("LadderDoor", "→ or 2"),
                translate("LadderDoor", "Blind vote: right is better"),
            ),
            (
                translate("LadderDoor", "T or 3"),
                translate("LadderDoor", "Blind vote: equally good"),
            ),
            (translate("LadderDoor", "B or 4"), translate("LadderDoor", "Blind vote: both bad")),
            (translate("LadderDoor", "Enter or N"), translate("LadderDoor", "Next pair")),
        ),
    )
