"""How another program runs a version as it was measured."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from app.core.candidates.settings import COMPARE_GREEDY
from app.core.chats.elsewhere import Elsewhere, llama_server_command

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.ladder.plan import LadderPlan


def elsewhere_of(plan: LadderPlan, row: Row) -> Elsewhere | None:
    """Its path and the command that serves it; None where its template is one of this program's."""
    candidate = row.candidate
    if candidate.template_id is not None:
        return None
    known = row.memory.context_tokens if row.memory is not None and not row.memory.error else None
    context = candidate.engine.context_tokens or known or plan.context_tokens
    threads = candidate.engine.threads or plan.threads
    command = llama_server_command(
        candidate,
        COMPARE_GREEDY,
        context,
        threads,
        os.name,
        architecture=row.facts.architecture if row.facts is not None else "",
    )
    return Elsewhere(row.file, command)
