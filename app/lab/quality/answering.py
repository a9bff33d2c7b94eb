"""Has a candidate answer prompts greedily and tell the tokens of its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import AnswerFigures, Message, Role, StopReason
from app.core.ladder.results import AlongStep, Answerers, Clocked, Spent
from app.core.quality.along import Said
from app.engine.protocol.answering import Finished, Text

if TYPE_CHECKING:
    from app.engine.api import EngineEvent
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.shelf import EngineShelf

PROMPTS = 12
"""How many are asked."""
ANSWER_TOKENS = 64
"""How long an answer may be; thinking has room of its own."""


def greedy_answers(
    shelf: EngineShelf,
    candidate: OpenedCandidate,
    prompts: Sequence[str],
    on_share: Callable[[float], None],
) -> AlongStep:
    """Ask a candidate all prompts, each by itself.

    Args:
        shelf: Where its engine is.
        candidate: Its engine tells the tokens that it writes.
        prompts: What is asked.
        on_share: Told the share that is done.

    Raises:
        PersonError: It cannot be asked.
    """
    manner = candidate.manner
    sampling = SamplingSettings(
        max_tokens=ANSWER_TOKENS + manner.thinking_tokens(False), thinking=False
    )
    found: list[Said] = []
    figures: list[AnswerFigures] = []
    for number, prompt in enumerate(prompts):
        pieces: list[bytes] = []

        def listen(event: EngineEvent, pieces: list[bytes] = pieces) -> None:
            if isinstance(event, Text):
                pieces += [each.token.piece for each in event.said]

        engine = shelf.take(candidate)
        messages = [Message(Role.USER, prompt)]
        command = manner.generate(engine.next_id(), messages, sampling, clear=True, likely=1)
        end = engine.call(command, Finished, listen)
        kept = tuple(pieces[:ANSWER_TOKENS])
        ended = end.stop_reason is StopReason.END and len(kept) == len(pieces)
        found.append(Said(prompt, kept, ended))
        figures.append(end.figures)
        on_share((number + 1) / len(prompts))
    far = candidate.candidate.server is not None
    return AlongStep(
        shelf.engine,
        tuple(found),
        clocked=Clocked.of(figures) if far else None,
        spent=Spent.of(figures) if far else None,
        answerers=Answerers.of(figures),
    )
