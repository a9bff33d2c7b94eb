"""Sets a ladder up on this PC: its questions and text, its tools, the store that keeps it."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.files import known_by
from app.base.gate import Gate
from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.core.words.sentence import say, worded
from app.lab.demo.demo import demo_base, is_taught
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.ladder.costs import costs_told
from app.lab.ladder.kept import About
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import Further, LadderPlan, Profile
from app.lab.ladder.steps import Tools
from app.lab.ladder.tasks import LadderTasks
from app.lab.ladder.tuning import tuned_plan
from app.lab.predict.fit import Fitter
from app.lab.quality.answering import PROMPTS
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.kept_texts import KeptTexts
from app.lab.quality.plan import QualityMode
from app.lab.quality.texts import NO_TEXT, MeasuredText, TextSource, measured_text, suited
from app.lab.servers.book import ServerBook
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.prompts import mixed_prompts
from app.lab.tasks.sets import TaskProfile, TaskSet, own_set, usual_set
from app.lab.verdict.view import LadderView, view_of
from app.lab.votes.rates import stored_rates
from app.lab.works.nights.setting import night_of
from app.library.model_files import open_model_file
from app.monitor.awake import Awake
from app.monitor.machine import physical_core_count
from app.store.database import open_database
from app.store.ladders import LadderStore, StoredLadder
from app.store.window.lock import OwnerLock, StoreInUse

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.ladder.night import Night
    from app.core.models.model_file import ModelFile
    from app.core.tasks.items import TaskItem
    from app.core.verdict import Limits
    from app.core.words.sentence import English
    from app.lab.ladder.progress import LadderProgress, Usual
    from app.lab.ladder.rows import LadderResult
    from app.store.paths import Paths

_FITTING_SECONDS = 2.0
_LONG_FACTORS = "rope_factors_long"


@dataclass(frozen=True, slots=True)
class LadderOrder:
    """What a person wants measured.

    Attributes:
        reference: What the others are measured against.
        candidates: In the order of the rows.
        limits: Of the person.
        threads: Of every engine; None for all cores.
        text: A file to measure quality on; None for what ``source`` says.
        items: A file of questions; None for those that suit the models.
        kinds: Of the bundled questions, those of these kinds alone; empty for all.
        thinking: Models that have a switch for it think before they answer.
        quality: Whether quality is measured at all.
        fresh: Take nothing that is known already: answers, distributions, finished steps.
        plan: How it was measured before, to be measured so again.
        source: What quality is measured on, where no file is named.
        quality_mode: How quality is measured; the comparable way needs a file.
        further: What a measured ladder goes on with; what it has stays.
        stops: Asking a candidate stops where it is decided.
        tunes: Speeds of settings are repeated more often where they are too close to call.
        night: Where the files come from, and until when; None where they are here, or where
            ``plan`` says it.
    """

    reference: Candidate
    candidates: Sequence[Candidate]
    limits: Limits
    profile: Profile = Profile.QUICK
    threads: int | None = None
    text: Path | None = None
    items: Path | None = None
    quality: bool = True
    fresh: bool = False
    plan: LadderPlan | None = None
    source: TextSource = TextSource.USUAL
    quality_mode: QualityMode = QualityMode.QUICK
    kinds: tuple[str, ...] = ()
    thinking: bool = False
    further: Further | None = None
    stops: bool = True
    tunes: bool = False
    night: Night | None = None


@contextlib.contextmanager
def ladder_keeper(paths: Paths, tell: Callable[[str], None]) -> Generator[LadderStore | None]:
    """The store, where it can be had; else None, and ``tell`` is told why."""
    with contextlib.ExitStack() as stack:
        lock = OwnerLock(paths.lock)
        store: LadderStore | None = None
        try:
            lock.acquire()
            stack.callback(lock.release)
            connection = open_database(paths.database, tell=tell)
            stack.callback(connection.close)
            store = LadderStore(connection)
        except StoreInUse:
            tell(worded("lab.window_owns_store"))
        except PersonError as error:
            tell(worded("lab.ladder_not_kept", reason=error.said))
        yield store


class LadderRun:
    """One ladder from the order to the document.

    Args:
        order: What to measure.
        paths: This program's folders.
        open_model: Reads the header of one of the files.
    """

    def __init__(
        self,
        order: LadderOrder,
        paths: Paths,
        open_model: Callable[[Path], ModelFile] = open_model_file,
    ) -> None:
        self._order = order
        self._paths = paths
        self._night = night_of(order.night or (order.plan.night if order.plan else None), paths)
        self._open_model = open_model if self._night is None else self._night.files.open_model
        if self._night is not None:
            with contextlib.closing(self._night.files):  # opened again when the first file comes
                self._night.prepare(order.reference.key())
        self._models = self._readable()
        self._set = self._questions()
        self._text = self._read_text()
        self.plan = self._planned()

    def measure(
        self,
        keeper: LadderStore | None,
        on_progress: Callable[[LadderProgress], None],
        on_result: Callable[[LadderResult], None] = lambda _: None,
        gate: Gate | None = None,
    ) -> LadderView:
        """Measure, and return what may be said.

        Raises:
            Stopped: The person ended it.
            PersonError: The reference cannot be read.
        """
        return self.view(self.run(keeper, on_progress, on_result, gate))

    def run(
        self,
        keeper: LadderStore | None,
        on_progress: Callable[[LadderProgress], None],
        on_result: Callable[[LadderResult], None] = lambda _: None,
        gate: Gate | None = None,
        usual: Usual | None = None,
    ) -> LadderResult:
        """Measure; the same errors as :meth:`measure`.

        ``usual`` tells how long steps take on this PC, where that is known.
        """
        with contextlib.ExitStack() as stack:
            cache = self._paths.cache
            if self._order.fresh:
                temporary = tempfile.TemporaryDirectory(dir=cache, prefix="fresh-")
                cache = Path(stack.enter_context(temporary))
                keeper = None
            tools, visits = self._tools(cache), None
            awake = stack.enter_context(Awake(str(say("lab.measuring"))))
            gate = gate or Gate()
            gate.rest = awake.rested
            if self._night is not None:
                stack.callback(self._night.files.close)
                on_progress = _warning(on_progress, awake)
                gate = self._night.gate(gate)
                visits = self._night.visits(self.plan.reference, gate, self._best)
            ladder = Ladder(self.plan, tools, keeper, on_progress, on_result, gate, usual, visits)
            return ladder.run()

    def _best(self, result: LadderResult) -> str | None:
        return self.view(result).recommendation.file

    def extend(self, keeper: LadderStore, number: int) -> None:
        """Let the ladder of this number go on with what the order wants further.

        Raises:
            PersonError: A file, or what is stored, cannot be read.
        """
        assert self._order.further is not None
        ladder = Ladder(self.plan, self._tools(self._paths.cache), keeper)
        ladder.extend(number, self._order.further)

    def begin(self, keeper: LadderStore) -> StoredLadder | None:
        """Keep what is to be measured, and measure nothing yet; None where it cannot be kept.

        Raises:
            PersonError: The reference cannot be read.
        """
        return Ladder(self.plan, self._tools(self._paths.cache), keeper).begin()

    @property
    def items(self) -> tuple[TaskItem, ...]:
        """The questions."""
        return tuple(self._set.items)

    @property
    def text(self) -> bytes:
        """What quality is measured on; empty for nothing."""
        return self._text.raw or self._text.data

    def costs(self) -> list[English]:
        """What this will use of servers, a sentence each; empty where all is done here."""
        return costs_told(
            self.plan, self.items, self._prompts(), ServerBook.of_this_pc(self._paths).about
        )

    def _prompts(self) -> tuple[str, ...]:
        return mixed_prompts(list(self._models.values()), PROMPTS)

    def view(self, result: LadderResult) -> LadderView:
        """A ladder that is complete or not."""
        text = self.text
        sha256 = hashlib.sha256(text).hexdigest() if text else None
        about = About(list(self.items), len(text), sha256)
        votes = stored_rates(self._paths.database, result)
        kept = ServerBook.of_this_pc(self._paths).about
        return view_of(result, about, self._order.limits, votes=votes, kept=kept)

    def _readable(self) -> dict[str, ModelFile]:
        """The files whose headers can be read; the ladder says what is wrong with the others."""
        order, coming = self._order, () if self._night is None else self._night.night.eyes
        first = opened(order.reference, self._open_model, coming).header
        models = {order.reference.key(): first} if first is not None else {}
        for candidate in order.candidates:
            with contextlib.suppress(PersonError):
                header = opened(candidate, self._open_model, coming).header
                if header is not None:
                    models[candidate.key()] = header
        return models

    def _questions(self) -> TaskSet:
        order = self._order
        if order.items:
            chosen = own_set(order.items)
        else:
            taught = is_taught((order.reference, *order.candidates))
            sees = order.reference.projector is not None
            chosen = usual_set(list(self._models.values()), taught=taught, sees=sees)
        plan = order.plan
        if order.items is None:
            chosen = chosen.of_kinds(plan.kinds if plan is not None else order.kinds)
        more = plan.more if plan is not None else None
        taken = chosen.take(TaskProfile(order.profile.value), more)
        stops = plan.stops if plan is not None else order.stops
        return taken.in_turns() if stops else taken

    def _read_text(self) -> MeasuredText:
        order, database = self._order, self._paths.database
        if not order.quality:
            return NO_TEXT
        kept = KeptTexts(self._paths.cache / "texts")
        if order.plan is not None:
            return kept.read(order.plan.text_name, order.plan.text_sha256, database)
        if order.quality_mode is QualityMode.COMPARABLE and order.text is None:
            raise PersonError(say("lab.comparable_mode_measures_text_file"))
        usual = suited(order.source, self._models.values())
        source = usual if order.text is None else TextSource.FILE
        text = measured_text(source, database, order.text)
        kept.keep(text)
        return text

    def _planned(self) -> LadderPlan:
        order = self._order
        night = self._night.night if self._night is not None else None
        if order.plan is not None:
            return msgspec.structs.replace(order.plan, night=night)
        plan = LadderPlan(
            order.reference.key(),
            (),
            order.threads or physical_core_count(),
            order.profile,
            text_name=self._text.name,
            items_name=str(order.items.absolute()) if order.items else self._set.name,
            text_sha256=self._text.sha256 if self._text.parts else "",
            quality_mode=order.quality_mode,
            kinds=() if order.items else order.kinds,
            thinking=order.thinking,
            stop_tolerance=order.limits.tolerance if order.stops else None,
            contexts_alike=self._contexts_alike(),
            night=night,
        ).of(order.reference, order.candidates)
        if order.tunes:
            return tuned_plan(plan)
        if order.profile is Profile.FULL:
            return msgspec.structs.replace(plan, deep_repetitions=plan.repetitions)
        return plan

    def _contexts_alike(self) -> bool:
        """Whether rows differ in their contexts, and what is said does not depend on that.

        Models with two sets of factors for their positions take those for long ones in any context
        that is larger than the one they were first trained for, however little is in it.
        """
        every = (self._order.reference, *self._order.candidates)
        if not any(each.engine.context_tokens for each in every):
            return False
        return not any(
            _LONG_FACTORS in name for model in self._models.values() for name, _ in model.shapes
        )

    def _tools(self, cache: Path) -> Tools:
        paths = self._paths
        speeds = speed_store(paths)
        threads = self.plan.threads

        room = EngineRoom.of_this_pc(paths)

        named = known_by if self._night is None else self._night.files.named
        tasks = LadderTasks(
            self._set,
            list(self._models.values()),
            threads,
            room,
            KeptAnswers(cache, paths.state, named),
            self._open_model,
            thinking=self.plan.thinking,
            at_once=self.plan.at_once,
        )
        try:
            references = KeptReferences(
                cache / "references", engines_folder=paths.state, named=named
            )
        except OSError as error:
            raise PersonError(
                say("lab.folder_cannot_written", cache=cache, reason=error.strerror or error)
            ) from error
        return Tools(
            room=room,
            references=references,
            fitter=lambda: Fitter(room, speeds, threads, _FITTING_SECONDS),
            speeds=speeds,
            open_model=self._open_model,
            text=self._text,
            items=tuple(self._set.items),
            prompts=self._prompts(),
            about_server=ServerBook.of_this_pc(paths).about,
            ask=tasks.ask,
            anchor=None if self._night is None else candidate_of(demo_base()),
            leaves=self._night is not None and not self._night.schedule(self.plan.reference).stays,
        )


def _warning(
    on_progress: Callable[[LadderProgress], None], awake: Awake
) -> Callable[[LadderProgress], None]:
    """Says with all progress that the PC may fall asleep, while nothing keeps it from that."""

    def tell(progress: LadderProgress) -> None:
        warning = None if awake.is_held else say("night.may_sleep")
        on_progress(replace(progress, warning=warning))

    return tell
