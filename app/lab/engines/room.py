"""The room that engines have on this PC: where they work, and what memory there is for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

from app.core.errors import PersonError
from app.core.memory.estimate import estimated_needs, lasting_budget_bytes, memory_budget_bytes
from app.core.words.sentence import say
from app.engine.local.client import LocalEngines
from app.engine.protocol.loading import Load, Loaded
from app.lab.engines.calls import EngineCalls
from app.lab.engines.drafts import draft_bytes
from app.lab.engines.elsewhere import EnginesElsewhere
from app.lab.engines.loading import load_command
from app.lab.engines.parts import parts_bytes
from app.lab.engines.plans import Plans
from app.lab.servers.book import ServerBook
from app.monitor.machine import available_memory_bytes, total_memory_bytes
from app.store.glance import memory_reserve_bytes

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate, ServerModel
    from app.engine.api import Engines
    from app.lab.engines.opened import OpenedCandidate
    from app.store.paths import Paths


def no_servers(server: ServerModel) -> NoReturn:
    """Where nobody knows of servers.

    Raises:
        PersonError: Always.
    """
    raise PersonError(say("compare.no_servers_here", server=server.host))


class EngineRoom:
    """Where experiments start engines. Any thread.

    Args:
        folder: Working folder of the engines.
        available_bytes: Memory that is free now; the PC's when left out.
        plans: Loads that llama.cpp planned before; None where none are known.
        engines: Where they come from; None for processes on this PC.
        reserve_bytes: What the person wants to be left free; None where they said nothing.
        elsewhere: Engines of a server's model.
        total_bytes: Memory of this PC; the PC's when left out.

    Attributes:
        engines: Where those of this PC come from.
        plans: Loads that llama.cpp planned before.
        elsewhere: Engines of a server's model.
    """

    def __init__(
        self,
        folder: Path,
        available_bytes: Callable[[], int] = available_memory_bytes,
        plans: Plans | None = None,
        engines: Engines | None = None,
        reserve_bytes: Callable[[], int | None] = lambda: None,
        elsewhere: Callable[[ServerModel], Engines] = no_servers,
        total_bytes: Callable[[], int] = total_memory_bytes,
    ) -> None:
        self.folder = folder
        self.engines: Engines = LocalEngines(folder) if engines is None else engines
        self._available_bytes = available_bytes
        self._reserve_bytes = reserve_bytes
        self._total_bytes = total_bytes
        self.plans = plans
        self.elsewhere = elsewhere

    @classmethod
    def of_this_pc(cls, paths: Paths, plans: Plans | None = None) -> Self:
        """The program's own; without ``plans`` it finds those that are kept."""
        return cls(
            paths.state,
            plans=plans or Plans.of_this_pc(paths),
            reserve_bytes=lambda: memory_reserve_bytes(paths.settings),
            elsewhere=EnginesElsewhere(ServerBook.of_this_pc(paths)),
        )

    def engines_of(self, candidate: Candidate) -> Engines:
        """Where engines of a candidate come from: this PC, or its server.

        Raises:
            PersonError: Nothing may be sent to its server, or that is not known.
        """
        server = candidate.server
        return self.engines if server is None else self.elsewhere(server)

    def calls(
        self, name: str, candidate: Candidate | None = None, *, is_steady: bool = False
    ) -> EngineCalls:
        """An engine to be started and talked to by calls; see :class:`EngineCalls`.

        Args:
            name: Names it in logs.
            candidate: What it is for; None for what is done on this PC.
            is_steady: What it says is measured, not its speed.

        Raises:
            PersonError: As for :meth:`engines_of`.
        """
        engines = self.engines if candidate is None else self.engines_of(candidate)
        return EngineCalls(name, engines, is_steady=is_steady)

    def budget_bytes(self) -> int:
        """What engines may take of the memory that is free now."""
        return memory_budget_bytes(self._available_bytes(), self._reserve_bytes())

    def lasting_bytes(self) -> int:
        """What this PC has for engines, whatever is free now: for what has to come out alike."""
        return lasting_budget_bytes(self._total_bytes())

    def needed_bytes(self, opened: OpenedCandidate, context_tokens: int) -> int:
        """What a candidate's engine is expected to need with a context of this size.

        As llama.cpp plans it where that is known, else by the formula over the file's header;
        nothing for what runs on a server.
        """
        if opened.candidate.server is not None:
            return 0
        how = (opened.model, context_tokens, opened.engine)
        planned = self.plans.needed_bytes(*how) if self.plans else None
        if planned is None:
            planned = estimated_needs(*how).total_bytes
        candidate = opened.candidate
        drafted = draft_bytes(candidate, opened.model, opened.draft, context_tokens, self.plans)
        return planned + parts_bytes(candidate, opened.model) + drafted

    def estimated_bytes(self, opened: OpenedCandidate, context_tokens: int) -> int:
        """The same by formula alone: what llama.cpp planned may come to be known later."""
        needs = estimated_needs(opened.model, context_tokens, opened.engine)
        return needs.total_bytes + parts_bytes(opened.candidate, opened.model)

    def holds(self, candidates: Iterable[OpenedCandidate], context_tokens: int) -> bool:
        """Whether engines of all these fit beside those that run."""
        needed = sum(self.needed_bytes(opened, context_tokens) for opened in candidates)
        return needed <= self.budget_bytes()

    def load_command(
        self,
        command_id: int,
        opened: OpenedCandidate,
        threads: int,
        context_tokens: int | None = None,
    ) -> Load:
        """The command to load a candidate; see :func:`app.lab.engines.loading.load_command`."""
        return load_command(
            command_id,
            opened.candidate,
            threads,
            self._available_bytes(),
            context_tokens,
        )

    def load(
        self,
        engine: EngineCalls,
        opened: OpenedCandidate,
        threads: int,
        context_tokens: int | None = None,
    ) -> Loaded:
        """Have an engine load a candidate, and wait until it has.

        Raises:
            EngineFailed: It cannot be loaded, or the engine ended.
        """
        command = self.load_command(engine.next_id(), opened, threads, context_tokens)
        return engine.call(command, Loaded)
