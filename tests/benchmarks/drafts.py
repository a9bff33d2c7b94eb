"""(za) What a draft brings: answers with it and without, and the memory that is foreseen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from msgspec.structs import replace

from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.engine.protocol.answering import Finished, Generate
from app.lab.demo.demo import demo_base
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.ladder.memory import measure_memory
from app.library.model_files import open_model_file
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, ratio_figure, tell
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import ensure_random_model
from tests.helpers.deep_models import write_deep

if TYPE_CHECKING:
    from app.core.chats.chat import AnswerFigures
    from app.lab.engines.calls import EngineCalls

MORE_LAYERS = 120
ANSWER_TOKENS = 160
CONTEXT_TOKENS = 1024
FITTING_GOAL, TEXT_GOAL = 1.3, 0.95
MOST_OFF, LEAST_MB = 0.05, 40
LETTER = "za"
HOW = f"""The demo model made deeper by {MORE_LAYERS} layers that change nothing (0.1 B, F16), with
the demo model itself as its draft: a pair that agrees, as a student that was taught well does. The
same greedy answer of {ANSWER_TOKENS} tokens at most is given with the draft and without by one
engine with one thread, in turns and random order within a pair; ratios are of the time without over
that with it, by the wall clock and by the processor's. The text itself as draft (`ngram`) is tried
on answers that it does not foresee, and on those of a random-weight model (0.43 B, F16), which goes
in circles. Memory is what a ladder measures over a context of {CONTEXT_TOKENS:,} tokens beside what
was foreseen; it may be off by {MOST_OFF:.0%} or {LEAST_MB} MB, whichever is more."""
QUESTIONS = (
    "What is 47 + 38?",
    "Tell me about a river and an old mill.",
    "Spell the word elephant.",
    "Which month comes after May?",
    "What does quantization do?",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer took: seconds by both clocks, a token."""

    wall: float
    processor: float


def measure(run: Run) -> list[Figure]:
    """Make the deep model; answer with drafts and without."""
    deep = write_deep(run.home / "deep.gguf", demo_base(), MORE_LAYERS)
    room = EngineRoom(Paths.below(run.home).state)
    fitting = _drafted(deep, str(demo_base()))
    figures = _ratios(run, room, "a fitting draft model", fitting, FITTING_GOAL)
    figures += _ratios(run, room, "the text as draft, unforeseen", _drafted(deep), TEXT_GOAL)
    circles = _drafted(ensure_random_model("F16"))
    figures += _ratios(run, room, "the text as draft, in circles", circles, None)
    figures.append(_memory(room, fitting))
    return figures


def _drafted(model: Path, draft: str = "") -> Candidate:
    return replace(candidate_of(model), draft=Draft(draft))


def _ratios(
    run: Run, room: EngineRoom, name: str, candidate: Candidate, goal: float | None
) -> list[Figure]:
    """With a draft over without."""
    counted = [0, 0]
    with room.calls("drafts") as engine:
        room.load(engine, opened(candidate, open_model_file), 1, CONTEXT_TOKENS)

        def answer(question: str, *, undrafted: bool) -> Taken:
            process = psutil.Process(engine.pid)
            before = sum(process.cpu_times()[:2])
            figures = _figures(engine, question, undrafted=undrafted)
            processor = sum(process.cpu_times()[:2]) - before
            counted[0] += figures.drafted_tokens
            counted[1] += figures.accepted_tokens
            tokens = max(1, figures.generated_tokens - 1)
            return Taken(figures.generation_ns / tokens / 1e9, processor / tokens)

        pairs: list[tuple[Taken, Taken]] = []
        _figures(engine, QUESTIONS[0], undrafted=True)  # its memory is warm
        for number in range(run.pairs):
            question = QUESTIONS[number % len(QUESTIONS)]
            pairs += alternate(
                f"{name}, {number + 1} of {run.pairs}",
                1,
                lambda asked=question: answer(asked, undrafted=False),
                lambda asked=question: answer(asked, undrafted=True),
            )
    share = f", {counted[1] / counted[0]:.0%} accepted" if counted[0] else ", none proposed"
    found: list[Figure] = []
    for clock in ("wall", "processor"):
        ratios = [getattr(theirs, clock) / getattr(ours, clock) for ours, theirs in pairs]
        tell(f"  {name}, {clock}: " + " ".join(f"{ratio:.2f}" for ratio in ratios))
        what = f"{name}, {clock} time without over with{share}"
        if goal is None:
            ratios.sort()
            found.append(fact(LETTER, what, f"{ratios[len(ratios) // 2]:.2f}"))
        else:
            found.append(ratio_figure(LETTER, what, ratios, goal))
    return found


def _figures(engine: EngineCalls, question: str, *, undrafted: bool) -> AnswerFigures:
    command = Generate(
        engine.next_id(),
        [Message(Role.USER, question)],
        SamplingSettings(max_tokens=ANSWER_TOKENS),
        clear=True,
        undrafted=undrafted,
    )
    return engine.call(command, Finished).figures


def _memory(room: EngineRoom, candidate: Candidate) -> Figure:
    ready = opened(candidate, open_model_file)
    foreseen = room.needed_bytes(ready, CONTEXT_TOKENS)
    found, _ = measure_memory(ready, CONTEXT_TOKENS, 1, room, foreseen)
    if found.needed_bytes is None:
        return Figure(LETTER, "memory with a draft, off by", "", "not told by this system", None)
    most_mb = max(MOST_OFF * found.needed_bytes / 1e6, LEAST_MB)
    off_mb = abs(foreseen - found.needed_bytes) / 1e6
    remark = f"foreseen {foreseen / 1e6:.0f}, needed {found.needed_bytes / 1e6:.0f} MB"
    name = "memory with a draft model, off by"
    return limit_figure(LETTER, name, off_mb, round(most_mb), "MB", remark)
