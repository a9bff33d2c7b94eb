"""How many questions of tasks are answered at once, in how many engines."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.lab.beside.places import chosen, largest_of, passes_of, place_bytes

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
    the other. Where others were asked so many ``at_once`` already, so are these.
    """
    if plan.places is not None:
        return plan
    here = [one for one in every if one.header is not None]
    if not here:
        return replace(plan, places=1)
    largest = largest_of(here)
    try:
        passes = passes_of([largest] if at_once else here, plan.threads, room, kept)
        engines, threads, places = chosen(
            passes,
            lambda: passes_of(here, plan.engines * plan.threads, room, kept),
            engines=plan.engines,
            threads=plan.threads,
            place_bytes=place_bytes(largest, plan.place_tokens(largest), room),
            file_bytes=largest.model.tensor_bytes,
            questions=len(plan.items),
            at_once=at_once,
        )
    except (PersonError, OSError) as error:
        log.warning("asked one after the other: %s", error)
        return replace(plan, places=1)
    rounding = passes.beside_kld.get(places)
    return replace(plan, engines=engines, threads=threads, places=places, rounding=rounding)
