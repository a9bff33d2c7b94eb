"""Asks one file all questions, with one engine or with several that share them."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.chats.chat import StopReason
from app.core.errors import DiskTrouble, PersonError
from app.core.words.sentence import English, worded
from app.engine.api import EngineEvent, Exited
from app.engine.local.pool import EnginePool
from app.engine.protocol.answering import AnswerMany, Finished, Generate, ManyAnswered, Text
from app.engine.protocol.loading import Hello, Load, Loaded, Reopen, Reopened
from app.engine.protocol.running import Failed, FailureKind
from app.lab.engines.calls import check_end
from app.lab.engines.lent import LentEngine
from app.lab.engines.loading import reopen_command
from app.lab.tasks.asked import AskedEngine
from app.lab.tasks.groups import Groups
from app.lab.tasks.plan import FileAnswers, TaskAnswer, TaskPlan
from app.lab.tasks.questions import Questions
from app.lab.tasks.sharing import take_share
from app.lab.tasks.work import Work

if TYPE_CHECKING:
    from app.core.stopping import Stopping
    from app.core.tasks.items import TaskItem
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom
    from app.lab.tasks.kept import KeptAnswers

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.5
_KEEP_SECONDS = 1.0
_TELL_SECONDS = 0.5
_MOST_TRIES = 2
_MOST_RESTARTS = 3
# An engine is worth its start from so many questions on.
_LEAST_ITEMS_EACH = 8


class FileAsker:
    """Asks one candidate; the calling thread waits for all answers.

    An engine that ends is replaced if it had answered anything, and its question is put once more
    when the others are answered: what can be asked is asked.

    Args:
        opened: The candidate.
        plan: What is asked, and how.
        room: Where the engines are.
        kept: Answers that are known; new ones are added about once a second. Of a server's none
            are: another model may stand behind its address.
        on_answer: Told how many questions are answered, now and then while answers come, too; may
            raise to end it all, what was answered is kept.
        stopping: Asking ends where it is decided; None to ask all.
        ready: Engines that have the candidate loaded, to be used first and given back.

    Attributes:
        trouble: The disk could not be written for a question; None where it could.
    """

    def __init__(
        self,
        opened: OpenedCandidate,
        plan: TaskPlan,
        room: EngineRoom,
        kept: KeptAnswers,
        on_answer: Callable[[int], None],
        stopping: Stopping | None = None,
        ready: Sequence[EngineCalls] = (),
    ) -> None:
        self._opened = opened
        self._questions = Questions(opened, plan, room.folder)
        self._context_tokens = plan.context_tokens(opened)
        self._plan = plan
        self._places = plan.places or 1
        self._needed_bytes: int | None = None
        self._alone: set[str] = set()
        if opened.header is not None:  # how a server brings them together is its own matter
            self._needed_bytes = plan.needed_bytes(opened, room)
            self._alone = {item.key for item in plan.items if not plan.goes_beside(item)}
        self._groups = Groups(plan.items, plan.items_of(opened), stopping)
        self._room = room
        self._kept = kept
        self._on_answer = on_answer
        self._events: SimpleQueue[tuple[str, EngineEvent]] = SimpleQueue()
        self._pool = EnginePool(
            lambda name, event: self._events.put((name, event)),
            room.engines_of(opened.candidate),
            room.budget_bytes,
            is_steady=True,
        )
        self._ready = deque(each for each in ready if each.hello is not None)
        self._engines: dict[str, AskedEngine] = {}
        self._todo: deque[TaskItem] = deque()
        self._tries: dict[str, int] = {}
        self._result = FileAnswers()
        self._work = Work((), {})
        self._told_seconds = 0.0
        self._new: dict[str, TaskAnswer] = {}
        self._errors: list[English] = []
        self._started = 0
        self._restarts = 0
        self._first_ns: int | None = None
        self._kept_seconds = 0.0
        self.trouble: DiskTrouble | None = None

    def run(self) -> FileAnswers:
        """Ask what is not known.

        Raises:
            OSError: The file is gone.
            PersonError: An engine cannot be started.
        """
        result = self._result
        result.answers, result.engine = self._kept.known(self._opened, self._plan)
        self._work = Work(self._plan.items_of(self._opened), result.answers)
        result.places = self._places
        self._take_group()
        self._tell()
        if not self._todo:
            result.decided = self._groups.decided
            return result
        try:
            self._start()
            while self._engines:
                try:
                    # In pieces, so that Ctrl+C is heard on every system.
                    name, event = self._events.get(timeout=_POLL_SECONDS)
                except Empty:
                    check_end()
                    continue
                key = self._pool.source(name)
                if key is not None:
                    self._take(key, self._engines[key], event)
        finally:
            self._keep()
            self._pool.close_all()
        result.decided = self._groups.decided
        result.error = self._why_incomplete()
        return result

    @property
    def share(self) -> float:
        """How much of all questions is done, 0 to 1, by what is read and said."""
        return self._work.share

    # --- engines --------------------------------------------------------------------------

    def _start(self) -> None:
        self._started += 1
        needed_bytes = self._needed_bytes
        key = f"tasks-{self._opened.candidate.name.removesuffix('.gguf')}-{self._started}"
        ready = self._ready.popleft() if self._ready else None
        if ready is None or ready.hello is None:
            self._engines[key] = AskedEngine(self._pool.start(key, needed_bytes))
            return
        name = f"{key}#lent"
        lent = LentEngine(ready, name, lambda name, event: self._events.put((name, event)))
        self._pool.put(key, lent, needed_bytes)
        engine = self._engines[key] = AskedEngine(lent)
        self._load(engine, ready.hello)

    def _dismiss(self, key: str) -> None:
        del self._engines[key]
        self._pool.close(key)

    def _load(self, engine: AskedEngine, hello: Hello) -> None:
        if self._started == 1:
            self._result.engine = hello.engine
            # A server is asked one question after the other: how busy it is belongs to its owner.
            at_once = self._opened.header is None
            at_once = at_once or hello.has_gpu
            most = min(self._plan.engines, self._worthwhile())
            wanted = 1 if at_once else min(most, self._fitting(engine))
            for _ in range(wanted - 1):
                self._start()
        how = (self._plan.threads, self._context_tokens)
        load: Load | Reopen
        if isinstance(engine.client, LentEngine):
            load = reopen_command(engine.client.next_id(), self._opened.candidate, *how)
        else:
            load = self._room.load_command(engine.client.next_id(), self._opened, *how)
        engine.load_id = load.id
        engine.client.send(load)

    def _worthwhile(self) -> int:
        left = sum(item.key not in self._result.answers for item in self._groups.asked)
        return -(-left // (_LEAST_ITEMS_EACH * self._places))

    def _fitting(self, first: AskedEngine) -> int:
        """How many engines have room now, that one included; no answer depends on it."""
        copies = self._opened.model.tensor_bytes  # rearranged for the processor
        lent = isinstance(first.client, LentEngine) + len(self._ready)
        has = copies * lent
        fitting = (self._room.budget_bytes() + has) // ((self._needed_bytes or 0) + copies)
        if fitting < self._plan.engines:
            log.info("room for %d of %d engines", max(1, fitting), self._plan.engines)
        return max(1, fitting)

    # --- events ---------------------------------------------------------------------------

    def _take(self, key: str, engine: AskedEngine, event: EngineEvent) -> None:
        match event:
            case Hello():
                self._load(engine, event)
            case Loaded() | Reopened():
                self._first_ns = self._first_ns or time.monotonic_ns()
                engine.is_ready = True
                self._go_on()
            case Text():
                engine.hear(event)
                if (item := engine.items.get(event.id)) is not None:
                    self._work.say(item.key, event.tokens)
                    if time.monotonic() - self._told_seconds >= _TELL_SECONDS:
                        self._tell()
            case Finished() if event.id in engine.items:
                self._note(engine, event)
                self._go_on()
            case ManyAnswered():
                engine.rest()
                self._go_on()
            case Failed():
                self._errors.append(event.sentence)
                self._failed(key, engine, event)
                self._go_on()
            case Exited():
                self._ended(key, engine, event)
            case _:
                pass

    def _failed(self, key: str, engine: AskedEngine, event: Failed) -> None:
        if event.id == engine.load_id:
            self._dismiss(key)
        elif event.kind is FailureKind.NUMBERS:
            self._todo.clear()
            self._groups.end()  # the others would come to the same
            self._dismiss(key)
        elif not engine.many_id:
            # The engine lives: this question cannot be asked, the next one may.
            self._work.drop(engine.items.values())
            engine.items.clear()
        elif event.id in engine.items:
            self._work.drop([engine.items.pop(event.id)])
        else:
            # Not several at once: those that are left are asked one after the other.
            self._one_by_one(engine)

    def _go_on(self) -> None:
        """Ask engines that wait; once all of a group are answered, the next group, if any."""
        for engine in self._engines.values():
            if engine.is_ready and not engine.is_busy:
                self._ask_next(engine)
        if self._todo or any(engine.is_busy for engine in self._engines.values()):
            return
        self._take_group()
        if self._todo:
            self._go_on()
            return
        for key in list(self._engines):
            self._dismiss(key)

    def _take_group(self) -> None:
        """Take the next questions, if any: where several are asked at once, first those."""
        group = self._groups.next(self._result.answers)
        if self._places > 1:
            group.sort(key=lambda item: item.key in self._alone)
        self._todo.extend(group)

    def _ask_next(self, engine: AskedEngine) -> None:
        engine.parts.clear()
        while self._todo and not engine.is_busy:
            if self._places > 1:
                self._ask_many(engine)
            else:
                self._ask_one(engine)

    def _ask_one(self, engine: AskedEngine) -> None:
        item = self._todo.popleft()
        try:
            question = self._questions.command(item, engine.client.next_id())
            engine.client.send(question)
        except PersonError as error:  # too long for a message
            self._leave(item, error)
        else:
            engine.items[question.id] = item

    def _ask_many(self, engine: AskedEngine) -> None:
        """Ask an engine its share.

        Also a last one, in a place as those before it; those that are to be answered alone are, one
        after the other, so that an engine reads a text once for all questions about it.
        """
        idle = sum(not each.is_busy for each in self._engines.values())
        sizes = {"engines": len(self._engines), "idle": idle, "places": self._places}
        items = take_share(self._todo, self._alone, **sizes)
        questions: list[Generate] = []
        for item in items:
            try:
                question = self._questions.command(item, engine.client.next_id())
            except PersonError as error:
                self._leave(item, error)
            else:
                questions.append(replace(question, template=None))
                engine.items[question.id] = item
        if not questions:
            return
        engine.many_id = engine.client.next_id()
        place_tokens, template = self._plan.place_tokens(self._opened), self._questions.template
        places = 1 if items[0].key in self._alone else self._places
        many = AnswerMany(engine.many_id, questions, places, place_tokens, template)
        try:
            engine.client.send(many)
        except PersonError as error:  # a very long one
            self._errors.append(error.sentence)
            self._work.drop(engine.items.values())
            engine.rest()

    def _leave(self, item: TaskItem, error: PersonError) -> None:
        """A question cannot be asked."""
        self._errors.append(error.sentence)
        self._work.drop([item])
        self.trouble = error if isinstance(error, DiskTrouble) else self.trouble

    def _one_by_one(self, engine: AskedEngine) -> None:
        self._places = self._result.places = 1
        self._todo.extendleft(reversed(engine.items.values()))
        engine.rest()

    def _note(self, engine: AskedEngine, event: Finished) -> None:
        item, answer = engine.end(event)
        figures = event.figures
        self._result.figures.append(figures)
        read = figures.prompt_tokens - figures.reused_tokens
        self._work.end(item.key, read, figures.generated_tokens)
        self._result.answers[item.key] = answer
        self._result.asked += 1
        if self._first_ns is not None:
            self._result.asked_ns = time.monotonic_ns() - self._first_ns
        as_planned = self._places == (self._plan.places or 1)
        if as_planned and event.stop_reason is not StopReason.CONTEXT:
            # How much fits depends on the other questions, which decide the context's size; and one
            # after the other llama.cpp rounds otherwise than several at once.
            self._new[item.key] = answer
        if time.monotonic() - self._kept_seconds >= _KEEP_SECONDS:
            self._keep()
        self._tell()

    def _tell(self) -> None:
        self._told_seconds = time.monotonic()
        self._on_answer(len(self._result.answers))

    def _ended(self, key: str, engine: AskedEngine, event: Exited) -> None:
        del self._engines[key]
        self._pool.forget(key)
        log.warning("engine %s ended: %s", key, event.outcome.sentence)
        self._errors.append(event.outcome.sentence)
        if engine.many_id:
            # Which of them it was, asking one after the other will tell.
            self._places = self._result.places = 1
        for item in engine.items.values():
            self._tries[item.key] = self._tries.get(item.key, 0) + 1
            if self._tries[item.key] < _MOST_TRIES:
                self._todo.append(item)
            else:
                self._work.drop([item])
        worked = engine.answered or isinstance(engine.client, LentEngine)
        if self._todo and worked and self._restarts < _MOST_RESTARTS:
            self._restarts += 1
            self._start()
        self._go_on()

    # --- the end --------------------------------------------------------------------------

    def _keep(self) -> None:
        self._kept_seconds = time.monotonic()
        if self._new:
            self._kept.keep(self._opened, self._plan, self._new, self._result.engine)
            self._new.clear()

    def _why_incomplete(self) -> English | None:
        result, asked = self._result, self._groups.asked
        count = len(asked)
        missing = sum(item.key not in result.answers for item in asked)
        if not missing:
            return None
        reason = self._errors[-1] if self._errors else worded("lab.engine_ended")
        if missing == count:
            return reason
        return worded("lab.questions_could_not_asked", missing=missing, count=count, reason=reason)
