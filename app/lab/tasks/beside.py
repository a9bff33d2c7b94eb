"""How many questions of tasks are answered at once, in how many engines."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.lab.beside.places import chosen, engines_for, largest_of, passes_of, place_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.lab.beside.places import KeptPasses
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom
    from app.lab.tasks.plan import TaskPlan

log = logging.getLogger(__name__)


def with_places(
    plan: TaskPlan,
    every: Sequence[OpenedCandidate],
    room: EngineRoom,
    kept: KeptPasses,
    at_once: int | None = None,
) -> TaskPlan:
    """A plan that knows how many questions are answered at once, all files alike.

    Starts an engine where that was not measured before. What cannot be measured is asked one after
    the other. Where others were asked so many ``at_once`` already, so are these: also one, by a
    plan that has found another number, since several turned out to be impossible.
    """
    if plan.places is not None:
        return replace(plan, places=1, rounding=None) if at_once == 1 else plan
    here = [one for one in every if one.header is not None]
    if not here or at_once == 1:
        return replace(plan, places=1)
    largest = largest_of(here)
    sizes = {
        "engines": plan.engines,
        "threads": plan.threads,
        "place_bytes": place_bytes(largest, max(map(plan.place_tokens, here))),
        "file_bytes": largest.model.tensor_bytes,
    }
    try:
        if at_once is not None:
            engines, threads = engines_for(at_once, **sizes)
            places = at_once
        else:
            engines, threads, places = chosen(
                passes_of(here, plan.threads, room, kept),
                lambda: passes_of(here, plan.engines * plan.threads, room, kept),
                questions=sum(map(plan.goes_beside, plan.items)),
                **sizes,
            )
    except (PersonError, OSError) as error:
        log.warning("asked one after the other: %s", error)
        return replace(plan, places=1)
    plan = replace(plan, engines=engines, threads=threads, places=places)
    return replace(plan, rounding=_rounding(plan, here, room, kept))


def _rounding(
    plan: TaskPlan, here: Sequence[OpenedCandidate], room: EngineRoom, kept: KeptPasses
) -> float | None:
    """What that changes, as measured with the threads that answer; None where it is not known."""
    if plan.places == 1:
        return None
    try:
        passes = passes_of(here, plan.threads, room, kept)
    except (PersonError, OSError) as error:
        log.info("what several at once round is not known: %s", error)
        return None
    return passes.beside_kld.get(plan.places or 1)
