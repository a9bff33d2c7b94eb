"""Whether a draft is worth it on this PC: the same answers with it and without, in pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.drafts import Drafted
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.core.words.sentence import Sentence, say, size
from app.engine.protocol.answering import Finished
from app.engine.protocol.reading import ChatRendered, RenderChat
from app.lab.engines.calls import EngineCalls, interruptible
from app.lab.engines.opened import opened
from app.library.model_files import open_model_file
from app.resources import resource_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.candidates.candidate import Candidate
    from app.core.chats.chat import AnswerFigures
    from app.lab.engines.asking import Manner
    from app.lab.engines.room import EngineRoom

QUESTION_TOKENS = 1024
"""Room for any of the questions and its answer."""
_WORTH_TOKENS = 192
# From which it is told how many letters a token takes.
_TRIED_LETTERS = 4000
_LIST = (
    "apples, bread, butter, candles, carrots, cheese, coffee, eggs, flour, garlic, honey, lemons, "
    "matches, milk, oats, onions, pears, pepper, potatoes, rice, salt, soap, sugar, tea, tomatoes"
)
_CODE = """def mean(values):
    total = 0
    for value in values:
        total = total + value
    return total / len(values)


def spread(values):
    middle = mean(values)
    total = 0
    for value in values:
        total = total + (value - middle) ** 2
    return total / len(values)"""
_REPEATING = (
    f"Copy this list and put each item on a line of its own: {_LIST}",
    f"Write this program again and rename “total” to “result”:\n\n{_CODE}",
    f"Correct the spelling and give back the whole text: The littel river runns past the old mill "
    f"and the childern count the boats. In the evening the boats come home. {_LIST}",
)
_FREE = (
    "Why is the sky blue?",
    "Tell me a story about a lamp in a tower.",
    "What should one know before one buys a used bicycle?",
)


class DraftedPairs:
    """Answers questions with a loaded draft and without it, in turns; one thread.

    Half of the questions ask for what stands in them, which any draft foresees; half do not.

    Args:
        manner: How the candidate is asked.
        depth_tokens: About so many stand before each question.
    """

    def __init__(self, manner: Manner, depth_tokens: int = 0) -> None:
        self._manner = manner
        self._depth_tokens = depth_tokens
        self._before = ""
        self._number = 0
        self._plain_ns = {_REPEATING: 0, _FREE: 0}
        self._drafted_ns = {_REPEATING: 0, _FREE: 0}
        self._drafted = self._accepted = 0

    def repeat(self, engine: EngineCalls, tokens: int) -> float:
        """Answer one question of each kind both ways.

        Args:
            engine: With the candidate loaded.
            tokens: Of both answers together, at most.

        Returns:
            Tokens per second with the draft.

        Raises:
            PersonError: The engine failed, or ended.
        """
        if not self._number:
            self._before = self._text_before(engine)
            self._answer(engine, _FREE[0], 2)
        generated = took_ns = 0
        for kind in (_REPEATING, _FREE):
            question = kind[self._number % len(kind)]
            length = max(2, tokens // 2)
            # Who goes first takes turns: a PC slows down while it is at work.
            for undrafted in (False, True) if self._number % 2 else (True, False):
                figures = self._answer(engine, question, length, undrafted=undrafted)
                times = self._plain_ns if undrafted else self._drafted_ns
                pieces = max(1, figures.generated_tokens - 1)
                # By the token: rounding may end one of two answers sooner.
                times[kind] += figures.generation_ns * length // pieces
                if not undrafted:
                    generated += pieces
                    took_ns += figures.generation_ns
                    self._drafted += figures.drafted_tokens
                    self._accepted += figures.accepted_tokens
        self._number += 1
        return generated * 1e9 / max(1, took_ns)

    @property
    def drafted(self) -> Drafted:
        """What the draft brought so far."""
        plain, drafted = self._plain_ns, self._drafted_ns
        return Drafted(
            drafted=self._drafted,
            accepted=self._accepted,
            repeating=plain[_REPEATING] / max(1, drafted[_REPEATING]),
            free=plain[_FREE] / max(1, drafted[_FREE]),
            speedup=sum(plain.values()) / max(1, sum(drafted.values())),
        )

    def _answer(
        self, engine: EngineCalls, question: str, tokens: int, *, undrafted: bool = False
    ) -> AnswerFigures:
        sampling = SamplingSettings(max_tokens=tokens)
        command = self._manner.question(engine.next_id(), self._before + question, sampling)
        # What stands before is the same for all, and read once.
        command = replace(command, undrafted=undrafted, clear=not self._before)
        return engine.call(command, Finished).figures

    def _text_before(self, engine: EngineCalls) -> str:
        """A text of about as many tokens as are to stand before each question."""
        if not self._depth_tokens:
            return ""
        text = resource_path("texts", "calibration.txt").read_text("utf-8")
        told = RenderChat(
            engine.next_id(),
            [Message(Role.USER, text[:_TRIED_LETTERS])],
            template=self._manner.chosen,
        )
        letters = _TRIED_LETTERS * self._depth_tokens // len(engine.call(told, ChatRendered).tokens)
        return (text * (letters // len(text) + 1))[:letters] + "\n\n"


def whether_worth(
    candidate: Candidate, room: EngineRoom, threads: int, go_on: Callable[[], None]
) -> Sentence:
    """Whether its draft is worth it on this PC, from a few pairs of answers.

    Args:
        candidate: With a draft.
        room: Where its engine is started, beside whatever runs.
        threads: Where its settings name none.
        go_on: Asked now and then; raises where nobody wants to know any more.

    Raises:
        PersonError: It cannot be loaded, or there is no memory for it.
    """
    ready = opened(candidate, open_model_file)
    needed, free = room.needed_bytes(ready, QUESTION_TOKENS), room.budget_bytes()
    if needed > free:
        facts = {"needed_bytes": size(needed), "room_bytes": size(free)}
        raise PersonError(say("compare.needs_about_can_used_pc", **facts))
    pairs = DraftedPairs(ready.manner)
    with interruptible(go_on), room.calls(f"draft-{ready.path.stem}") as engine:
        room.load(engine, ready, threads, QUESTION_TOKENS)
        for _ in _FREE:
            pairs.repeat(engine, _WORTH_TOKENS)
    return pairs.drafted.said
