"""What a ladder will use of servers, before it begins: about, from the lengths of what is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.core.ladder.results import Spent, cost_of
from app.core.words.figures import number
from app.core.words.sentence import English, worded
from app.lab.quality.answering import ANSWER_TOKENS
from app.lab.quality.told import CHUNKS

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.servers.server import Server
    from app.core.tasks.items import TaskItem
    from app.lab.ladder.plan import LadderPlan

# Of most languages; what templates write around a question; a piece of text.
_BYTES_A_TOKEN, _TEMPLATE_TOKENS, _PIECE_TOKENS = 4, 20, 256
_ANSWER_TOKENS, _THINKING_TOKENS = 60, 600
_LITTLE = 0.1


def expected_spent(plan: LadderPlan, items: Sequence[TaskItem], prompts: Sequence[str]) -> Spent:
    """Tokens that one server reads and writes if everything is asked of it."""
    asked = [*prompts, *(item.prompt for item in items)]
    read = sum(len(each.encode("utf-8", "replace")) // _BYTES_A_TOKEN for each in asked)
    read += _TEMPLATE_TOKENS * len(asked)
    read += CHUNKS * _PIECE_TOKENS if plan.text_name else 0
    each = _ANSWER_TOKENS + (_THINKING_TOKENS if plan.thinking else 0)
    return Spent(read, ANSWER_TOKENS * len(prompts) + each * len(items))


def costs_told(
    plan: LadderPlan,
    items: Sequence[TaskItem],
    prompts: Sequence[str],
    about: Callable[[Candidate], Server | None],
) -> list[English]:
    """A sentence for each server: the most that it may read and write, and what that costs."""
    spent = expected_spent(plan, items, prompts)
    found: list[English] = []
    for key in plan.keys:
        candidate = plan.candidate(key)
        if candidate.server is None:
            continue
        kept = about(candidate)
        host = candidate.server.host
        read, written = number(spent.read_tokens), number(spent.written_tokens)
        price = cost_of(spent, kept.price_in, kept.price_out) if kept is not None else None
        found.append(
            worded("lab.server_will_use", host=host, read=read, written=written)
            if price is None
            else worded(
                "lab.server_will_cost", host=host, read=read, written=written, cost=money(price)
            )
        )
    return found


def money(amount: float) -> str:
    """In the person's own currency; more digits where it is little."""
    return number(amount, 2 if amount >= _LITTLE else 4)
