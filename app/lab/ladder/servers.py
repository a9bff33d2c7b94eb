"""What only ladders with servers measure: what these say of themselves, and what they tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, SamplingSettings
from app.core.errors import PersonError
from app.core.ladder.results import (
    AlongStep,
    QualityStep,
    ServerFacts,
    TasksStep,
)
from app.core.servers.facts import Served, ServerModelFacts
from app.core.words.sentence import say
from app.engine.api import Ability
from app.engine.protocol.answering import Finished
from app.lab.engines.opened import opened
from app.lab.engines.shelf import EngineShelf
from app.lab.quality.answering import greedy_answers
from app.lab.quality.told import ByLikeliest

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.lab.ladder.plan import LadderPlan, Step
    from app.lab.ladder.steps import Tools

_ANYTHING = "Hello"


class ServerSteps:
    """Measures these steps of one ladder. One thread.

    Args:
        plan: What is measured.
        tools: With what.
        threads: Of engines of this PC.
    """

    def __init__(self, plan: LadderPlan, tools: Tools, threads: Callable[[], int]) -> None:
        self._plan = plan
        self._tools = tools
        self._threads = threads
        self._likeliest: ByLikeliest | None = None
        self._servers: dict[str, ServerFacts] = {}

    def server(self, candidate: Candidate) -> ServerFacts:
        """What a server says of itself and its model; asked once, with one token of an answer.

        Raises:
            PersonError: It cannot be reached, or does not answer.
        """
        key = candidate.key()
        if key not in self._servers:
            ready = opened(candidate, self._tools.open_model)
            with self._tools.room.calls("server", candidate) as engine:
                told = self._tools.room.load(engine, ready, self._plan.threads).served
                sampling = SamplingSettings(max_tokens=1, thinking=False)
                command = ready.manner.question(engine.next_id(), _ANYTHING, sampling)
                served = engine.call(command, Finished).figures.served or Served()
                about = self._tools.about_server(candidate)
                self._servers[key] = ServerFacts(
                    about.kind if about is not None else None,
                    engine.hello.engine if engine.hello is not None else "",
                    tuple(sorted(engine.abilities)),
                    told or ServerModelFacts(candidate.name),
                    served.model,
                    served.fingerprint,
                    served.ignored,
                    about.price_in if about is not None else None,
                    about.price_out if about is not None else None,
                )
        return self._servers[key]

    def abilities(self, key: str) -> frozenset[Ability]:
        """What the server of a candidate is able to do, as it was asked."""
        return frozenset(map(Ability, self._servers[key].abilities))

    def check_unchanged(self, step: Step, found: object) -> None:
        """See to it that a server's step is of the model that the ladder began with.

        Raises:
            PersonError: Another one has answered.
        """
        served = self._servers.get(step.files[0])
        if served is None or not isinstance(found, AlongStep | TasksStep):
            return
        if served.is_another(found.answerers):
            raise PersonError(say("lab.server_changed", name=served.told.id))

    def along(self, candidate: Candidate, on_share: Callable[[float], None]) -> AlongStep:
        """A candidate's greedy answers, of which it tells the tokens.

        Raises:
            PersonError: It cannot be asked.
        """
        ready = opened(candidate.spoken, self._tools.open_model)
        with EngineShelf(
            "answers", self._tools.room, self._threads(), DEFAULT_CONTEXT_TOKENS
        ) as shelf:
            return greedy_answers(shelf, ready, self._tools.prompts, on_share)

    def told(self, candidate: Candidate, on_share: Callable[[float], None]) -> QualityStep:
        """What a candidate loses by the likeliest tokens; of the reference, how it swings.

        Raises:
            PersonError: An engine failed, or the text is too short.
        """
        if self._likeliest is None:
            tools, reference = self._tools, self._plan.candidate(self._plan.reference)
            self._likeliest = ByLikeliest(
                reference, tools.text, tools.room, self._threads, tools.open_model
            )
        return self._likeliest.step(candidate, on_share)
