"""An engine's check of itself: does it compute rightly on this PC, type by type?

Every type is checked by an engine process; one that dies or hangs over a type is replaced, and the
next type goes on. What was found is remembered for the engine's libraries and the processor. Of the
CPU variants of a package those that fail are left out, one after the other.
"""

from __future__ import annotations

import logging
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from app.core.engines.instruction_sets import sets_in_use
from app.core.engines.self_check import CHECKED_TYPES, F16, F32, EngineCheck, Finding, TypeFinding
from app.core.words.sentence import say
from app.engine.api import EngineEvent, Exited
from app.engine.local.client import EngineClient
from app.engine.outcome import EngineOutcome
from app.engine.protocol.loading import Hello
from app.engine.protocol.measuring import CheckType, TypeChecked
from app.engine.protocol.running import Failed
from app.engine.variants import leave_out, left_out
from app.lab.demo.demo import demo_base
from app.lab.engines.calls import EngineFailed, check_end
from app.lab.engines.hello import gpus_of
from app.lab.engines.identity import engine_identity
from app.lab.engines.loading import memory_limit_bytes
from app.monitor.machine import available_memory_bytes
from app.monitor.process import processor_seconds
from app.store.paths import Paths
from app.store.small.remembered import EngineCheckStore

log = logging.getLogger(__name__)

# A type takes less than a tenth of a second of the processor; on a PC that is busy with other
# things it waits for that much longer.
_PROCESSOR_SECONDS = 20.0
_PATIENCE_SECONDS = 900.0
_POLL_SECONDS = 0.2
# Whoever sends these means the process, not what it computes.
_FROM_OUTSIDE = frozenset(
    getattr(signal, name)
    for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")
    if hasattr(signal, name)
)
# Raise it when the same engine shall be checked anew.
_FORMAT = 1


class SelfChecks:
    """What is known of this PC's engine, and how it becomes known.

    Args:
        paths: The program's folders.
        build: Names the engine that works in a folder.
    """

    def __init__(self, paths: Paths, build: Callable[[Path], str] | None = None) -> None:
        self._folder = paths.state
        self._build = build or engine_build
        self._store = EngineCheckStore(paths.cache / "engine-checks.sqlite3")

    def known(self) -> EngineCheck | None:
        """What was found of the engine as it is now; None where it was not checked yet."""
        build = self._build(self._folder)
        return self._store.get(build) if build else None

    def check(
        self,
        *,
        in_background: bool = False,
        turn: Callable[[], None] = check_end,
        told: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> EngineCheck:
        """Check the engine; while a CPU variant fails and there is another one, take that.

        Args:
            in_background: Everything else on this PC goes first.
            turn: Called before each type; it may wait, or raise to end the check.
            told: How many types are done, of how many.

        Returns:
            What was found of the engine that is used from now on.

        Raises:
            EngineFailed: No engine starts here, or it was ended from outside.
        """
        before = left_out(self._folder)
        tried: list[EngineCheck] = []
        while True:
            build = self._build(self._folder)
            check = check_engine(
                self._folder, demo_base(), in_background=in_background, turn=turn, told=told
            )
            if build:
                self._store.keep(build, check)
            tried.append(check)
            log.info("engine checked: %s", _summary(check))
            if check.is_right or not self._take_another(before, tried):
                return self.known() or check

    def do_without(self, variant: str) -> None:
        """Let engines do without a CPU variant from now on."""
        leave_out(self._folder, (*left_out(self._folder), variant))

    def _take_another(self, before: Sequence[str], tried: list[EngineCheck]) -> bool:
        """Leave the last variant out; tells whether another one is to be checked then.

        Args:
            before: What was left out before the first one was tried.
            tried: What was found of one after the other.
        """
        variants = [check.variant for check in tried]
        if not variants[-1]:
            return False
        if variants[-1] not in (*before, *variants[:-1]):
            leave_out(self._folder, (*before, *variants))
            return True
        # llama.cpp came back to one that was left out: there is no other. The least bad one, then.
        best = min(range(len(tried)), key=lambda place: len(tried[place].faults))
        leave_out(self._folder, (*before, *variants[:best]))
        return False


def engine_build(folder: Path) -> str:
    """Names the engine in this folder and how it is checked; empty where there is none."""
    identity = engine_identity(folder)
    return repr((_FORMAT, identity)) if identity else ""


def check_engine(
    folder: Path,
    source: Path,
    *,
    in_background: bool = False,
    turn: Callable[[], None] = check_end,
    told: Callable[[int, int], None] = lambda _done, _of: None,
    enough_seconds: float = _PROCESSOR_SECONDS,
) -> EngineCheck:
    """Check every tensor type; see :meth:`SelfChecks.check`, which remembers.

    Args:
        folder: The engines' working folder.
        source: The demo model's F16 file.
        in_background: As there.
        turn: As there.
        told: As there.
        enough_seconds: A type that takes more of the processor is stuck.

    Raises:
        EngineFailed: No engine starts here, or it was ended from outside.
    """
    begin_ns = time.perf_counter_ns()
    findings: list[TypeFinding] = []
    with tempfile.TemporaryDirectory(prefix="shrinkscope-check-") as place:
        checker = _Checker(folder, source, Path(place), enough_seconds, in_background=in_background)
        try:
            for type_id in CHECKED_TYPES:
                turn()
                findings.append(checker.find(type_id, findings))
                told(len(findings), len(CHECKED_TYPES))
        finally:
            checker.close()
    hello = checker.hello
    return EngineCheck(
        engine=hello.engine if hello else "",
        variant=hello.variant if hello else "",
        instruction_sets=sets_in_use(hello.system_info) if hello else (),
        findings=tuple(findings),
        checked_at=int(time.time()),
        elapsed_ns=time.perf_counter_ns() - begin_ns,
        has_gpu=hello is not None and bool(gpus_of(hello)),
    )


class _Checker:
    """One engine after the other, as types end them."""

    def __init__(
        self,
        folder: Path,
        source: Path,
        place: Path,
        enough_seconds: float,
        *,
        in_background: bool,
    ) -> None:
        self._folder = folder
        self._source = source
        self._place = place
        self._enough_seconds = enough_seconds
        self._in_background = in_background
        self._events: SimpleQueue[EngineEvent] = SimpleQueue()
        self._client: EngineClient | None = None
        self.hello: Hello | None = None

    def find(self, type_id: int, before: list[TypeFinding]) -> TypeFinding:
        """Check one type, in the light of what was found before.

        Raises:
            EngineFailed: No engine starts here, or it was ended from outside.
        """
        right = [found.type_id for found in before if found.finding is Finding.RIGHT]
        number = next((number for number in (F16, F32) if number in right), None)
        if number is None and type_id not in (F16, F32):
            return TypeFinding(type_id, Finding.NOT_CHECKED, detail="plain numbers are wrong")
        client = self._engine()
        command = CheckType(
            id=client.next_id(),
            source=str(self._source),
            folder=str(self._place),
            type_id=type_id,
            number_type_id=F16 if number is None else number,
            in_background=self._in_background,
            memory_limit_bytes=memory_limit_bytes(available_memory_bytes()),
        )
        client.send(command)
        event = self._next((TypeChecked, Failed, Exited))
        match event:
            case TypeChecked(difference=difference, bound=bound):
                right_enough = difference is not None and difference <= bound
                finding = Finding.RIGHT if right_enough else Finding.WRONG
                return TypeFinding(type_id, finding, difference=difference, bound=bound)
            case Failed(said=said, detail=detail):
                return TypeFinding(type_id, Finding.NOT_CHECKED, detail=f"{said} {detail}")
            case Exited(outcome):
                return self._died(type_id, outcome)
            case _:
                self.close()
                return TypeFinding(type_id, Finding.STUCK)

    def _died(self, type_id: int, outcome: EngineOutcome) -> TypeFinding:
        self.close()
        if -outcome.status in _FROM_OUTSIDE:
            raise EngineFailed(outcome.said, outcome.log_tail)
        number = -outcome.status if outcome.status < 0 else None
        return TypeFinding(type_id, Finding.DIED, number, detail=str(outcome.sentence))

    def close(self) -> None:
        """End the engine that runs, if one does."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
            client.join()

    def _engine(self) -> EngineClient:
        if self._client is not None:
            return self._client
        self._events = SimpleQueue()
        client = EngineClient("self-check", lambda _key, e: self._events.put(e), self._folder)
        client.start()
        self._client = client
        event = self._next((Hello, Exited))
        if isinstance(event, Hello):
            self.hello = event
            return client
        self.close()
        if isinstance(event, Exited):
            raise EngineFailed(event.outcome.said, event.outcome.log_tail)
        raise EngineFailed(say("lab.engine_said_nothing_itself"))

    def _next(self, kinds: tuple[type[EngineEvent], ...]) -> EngineEvent | None:
        """The next event of these kinds; None where the engine computes and computes.

        Raises:
            EngineFailed: It does not get to answer at all.
        """
        begin = time.monotonic()
        used_before = self._used()
        while time.monotonic() - begin < _PATIENCE_SECONDS:
            try:
                event = self._events.get(timeout=_POLL_SECONDS)
            except Empty:
                check_end()
                if self._used() - used_before > self._enough_seconds:
                    return None
                continue
            if isinstance(event, kinds):
                return event
        raise EngineFailed(say("lab.engine_does_not_answer"))

    def _used(self) -> float:
        pid = self._client.pid if self._client is not None else None
        return (processor_seconds(pid) if pid is not None else None) or 0.0


def _summary(check: EngineCheck) -> str:
    faults = [f"{found.name} {found.finding}" for found in check.faults]
    right = sum(found.finding is Finding.RIGHT for found in check.findings)
    return f"{check.variant or 'one variant'}, {right} types right, faults: {faults or 'none'}"
