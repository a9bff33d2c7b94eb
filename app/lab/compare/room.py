"""Whether panes fit in memory, and the sentence when they do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.memory.estimate import estimated_needs
from app.core.words.sentence import say, size, speed
from app.lab.engines.drafts import draft_bytes
from app.lab.engines.opened import context_of
from app.lab.engines.parts import parts_bytes

if TYPE_CHECKING:
    from app.lab.compare.panes import Pane
    from app.lab.engines.plans import Plans


def expected_bytes(pane: Pane) -> int:
    """Needed memory as measured, else as llama.cpp plans it, else as estimated from the header.

    0 while nothing is known of the file, and for what a server runs.
    """
    if pane.candidate.server is not None:
        return 0
    if pane.needed_bytes is not None:
        return pane.needed_bytes
    if pane.model is None:
        return pane.planned_bytes or 0
    engine = pane.candidate.engine
    context = context_of(engine, pane.model)
    more_bytes = parts_bytes(pane.candidate, pane.model)
    more_bytes += draft_bytes(pane.candidate, pane.model, pane.draft_model, context)
    if pane.planned_bytes is not None:
        return pane.planned_bytes + more_bytes
    return estimated_needs(pane.model, context, engine).total_bytes + more_bytes


def plan_of(pane: Pane, plans: Plans) -> int | None:
    """Needed memory by the plan that llama.cpp once made of such a load; None without one."""
    if pane.model is None:
        return None
    engine = pane.candidate.engine
    return plans.needed_bytes(pane.model, context_of(engine, pane.model), engine)


def too_large(
    needed_bytes: int, room_bytes: int, disk_tokens_per_second: float | None = None
) -> PersonError:
    """One engine does not fit even alone; its weights may be read from disk all the same."""
    facts = {"needed_bytes": size(needed_bytes), "room_bytes": size(room_bytes)}
    if disk_tokens_per_second is None:
        return PersonError(say("compare.needs_about_can_used_pc", **facts))
    rate = speed(disk_tokens_per_second)
    return PersonError(say("compare.needs_about_reads_from_disk", **facts, speed=rate))


def check_together(panes: Sequence[Pane], room_bytes: int) -> None:
    """See that panes fit at the same time.

    Raises:
        PersonError: They do not; it has the figures.
    """
    wanted = sum(map(expected_bytes, panes))
    if wanted > room_bytes:
        raise PersonError(
            say(
                "compare.together_need_about_can_used",
                count=len(panes),
                wanted=size(wanted),
                room_bytes=size(room_bytes),
            )
        )
