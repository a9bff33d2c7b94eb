"""How many questions an engine answers at once: as many as pay here, and as memory has room for.

What a further question in the same passes gains is measured once, of the largest file, and kept
with the answers. All files are then asked alike, since llama.cpp rounds otherwise with another
number of them.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.engine.protocol.measuring import MeasurePasses, PassesMeasured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom
    from app.lab.tasks.kept import KeptAnswers
    from app.lab.tasks.plan import TaskPlan

log = logging.getLogger(__name__)

COUNTS = (4, 8, 16, 32)
"""Of questions at once, as they are tried."""
# Fewer at once that are nearly as fast: they need less memory.
_NEARLY = 0.85
# At the end places stay empty, which costs less where each had several questions before.
_ROUNDS = 4
# What is gained must be worth another way of rounding.
_LEAST_GAIN = 1.15
# Keys and values of all questions may take so much beyond what one after the other takes.
_MOST_BYTES = 300_000_000
_MOST_SHARE = 4
_ONE_CONTEXT_TOKENS = 512


def with_places(
    plan: TaskPlan,
    every: Sequence[OpenedCandidate],
    room: EngineRoom,
    kept: KeptAnswers,
    at_once: int | None = None,
) -> TaskPlan:
    """A plan that knows how many questions are answered at once, by the largest of the files.

    Starts an engine where that was not measured before. What cannot be measured is asked one after
    the other. Where others were asked so many ``at_once`` already, so are these.
    """
    if plan.places is not None:
        return plan
    here = [one for one in every if one.header is not None]
    if not here:
        return replace(plan, places=1)
    largest = max(here, key=lambda one: one.model.tensor_bytes)
    try:
        passes = kept.passes(largest, plan)
        if passes is None:
            passes = _measured(plan, largest, room)
            kept.keep_passes(largest, plan, passes)
    except (PersonError, OSError) as error:
        log.warning("asked one after the other: %s", error)
        return replace(plan, places=1)
    engines, threads, places = chosen(
        passes,
        engines=plan.engines,
        threads=plan.threads,
        place_bytes=_place_bytes(plan, largest, room),
        file_bytes=largest.model.tensor_bytes,
        questions=len(plan.items),
        at_once=at_once,
    )
    rounding = passes.beside_kld.get(places)
    return replace(plan, engines=engines, threads=threads, places=places, rounding=rounding)


def chosen(
    passes: PassesMeasured,
    *,
    engines: int,
    threads: int,
    place_bytes: int,
    file_bytes: int,
    questions: int,
    at_once: int | None = None,
) -> tuple[int, int, int]:
    """Engines, threads of each, and questions that each answers at once.

    Args:
        passes: What was measured with so many threads.
        engines: That share the questions where each answers one at a time.
        threads: Of each of these.
        place_bytes: What one more question at once takes.
        file_bytes: Weights; an engine less is a copy of them less.
        questions: That are asked.
        at_once: So many are to be answered at once; None for as many as pay here.
    """
    if at_once is not None:
        fits = engines * at_once * place_bytes <= max(_MOST_BYTES, file_bytes // _MOST_SHARE)
        return (engines, threads, at_once) if fits else (1, engines * threads, at_once)
    gains = {
        count: count * passes.alone_ns / ns
        for count, ns in passes.beside_ns.items()
        if count * _ROUNDS * engines <= questions
    }
    best = max(gains.values(), default=0.0)
    if best < _LEAST_GAIN:
        return engines, threads, 1
    wanted = min(count for count, gain in gains.items() if gain >= _NEARLY * best)
    most = max(_MOST_BYTES, file_bytes // _MOST_SHARE)
    if engines * wanted * place_bytes <= most:
        return engines, threads, wanted
    most += (engines - 1) * file_bytes
    fitting = [count for count in gains if count <= wanted and count * place_bytes <= most]
    places = max(fitting, key=lambda count: gains[count], default=1)
    if gains.get(places, 0.0) < _LEAST_GAIN:
        return engines, threads, 1
    return 1, engines * threads, places


def _measured(plan: TaskPlan, largest: OpenedCandidate, room: EngineRoom) -> PassesMeasured:
    with room.calls("passes", is_steady=True) as engine:
        room.load(engine, largest, plan.threads, _ONE_CONTEXT_TOKENS)
        return engine.call(MeasurePasses(engine.next_id(), list(COUNTS)), PassesMeasured)


def _place_bytes(plan: TaskPlan, largest: OpenedCandidate, room: EngineRoom) -> int:
    one, two = (room.needed_bytes(largest, n * _ONE_CONTEXT_TOKENS) for n in (1, 2))
    return max(0, two - one) * plan.place_tokens(largest) // _ONE_CONTEXT_TOKENS
