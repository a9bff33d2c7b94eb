"""Which settings of a model are worth trying on this PC: a small set, one change a row.

The rows are measured as any ladder's are, and judged by ``core.ladder.tuned``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import FlashAttention, KvType
from app.core.errors import PersonError
from app.core.memory.estimate import cached_elements
from app.core.words.sentence import English, say, size, worded
from app.lab.engines.drafts import fitting_drafts
from app.lab.engines.opened import OpenedCandidate, opened
from app.library.model_files import open_model_file
from app.library.vocabulary import same_vocabulary
from app.monitor.cores import thread_counts
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    from app.core.ladder.tuned import Tuned
    from app.core.models.family import LibraryModel
    from app.core.models.model_file import ModelFile
    from app.lab.engines.room import EngineRoom
    from app.lab.ladder.plan import LadderPlan

TUNING_REPETITIONS = 5
"""Of each test of speed, in a filled context, too: all settings are judged by both."""
FURTHER_ROUNDS = (5, 10)
"""So many more of those that are too close to call, after the first and after the second look: 20
repetitions are the most. A look at fewer than five would decide little: with six settings and three
looks Student's factor is 4.3 for five repetitions at both depths, and up to 19 for three."""
_SMALLER_CACHES = (KvType.Q8_0, KvType.Q4_0)
_CACHE_BLOCK = 32
"""Quantized caches store numbers by so many: what a head keeps must be a multiple."""
_MOST_CONTEXT = 131_072
_FEWER_EXPERTS = 0.75


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is to be tried.

    Attributes:
        base: The model as it is set now: the others are held against it.
        candidates: That, and the same with one thing set otherwise each.
        left_out: Why something is not tried, a sentence each.
    """

    base: Candidate
    candidates: tuple[Candidate, ...]
    left_out: tuple[English, ...] = ()


def tuning_of(
    base: Candidate,
    room: EngineRoom,
    models: Iterable[LibraryModel] = (),
    open_model: Callable[[Path], ModelFile] = open_model_file,
    threads: Sequence[int] | None = None,
) -> Tuning:
    """What to try of a model. Reads headers: not on the main thread.

    Args:
        base: The model, with the settings that it is to keep: its context above all.
        room: What memory there is, and what engines need of it.
        models: Of this PC, for a draft.
        open_model: Reads the header of a file.
        threads: That may be the fastest here, the physical cores' number among them; found out
            when left out.

    Raises:
        PersonError: The model cannot be read, runs on a server, or does not fit.
    """
    if base.server is not None:
        raise PersonError(say("tuned.on_server", server=base.server.host))
    first = opened(base, open_model)
    needed, free = room.needed_bytes(first, first.context_tokens()), room.budget_bytes()
    if needed > free:
        raise PersonError(say("tuned.no_room", needed=size(needed), free=size(free)))
    rows = [
        *_threads(base, threads or thread_counts()),
        *_attention(base),
        *_caches(first),
        *_contexts(first, room, free),
        *_experts(first),
    ]
    drafts, left_out = _drafts(first, models)
    every = tuple(dict.fromkeys((base, *rows, *drafts)))
    if len(every) < 2:
        raise PersonError(say("tuned.nothing_to_try"))
    return Tuning(base, every, tuple(left_out))


def tuned_plan(plan: LadderPlan) -> LadderPlan:
    """The same, with speeds that are repeated until what is said is certain, or 20 times."""
    return replace(
        plan,
        repetitions=TUNING_REPETITIONS,
        deep_repetitions=TUNING_REPETITIONS,
        further_rounds=FURTHER_ROUNDS,
    )


def together_of(tuned: Tuned | None, base: Candidate) -> tuple[Candidate, ...]:
    """What to measure once more, together: the model as it is, each of the best, and all of them.

    Empty where the best was measured as it is.

    Args:
        tuned: What a ladder of settings tells; None where it was another one.
        base: The row that the others were held against.
    """
    if tuned is None or tuned.measured is not None:
        return ()
    return (base, *(one.candidate for one in tuned.tried if one.is_taken), tuned.best)


def _set(base: Candidate, **values: object) -> Candidate:
    return replace(base, engine=replace(base.engine, **values))


def _threads(base: Candidate, counts: Sequence[int]) -> list[Candidate]:
    now = base.engine.threads or physical_core_count()
    return [_set(base, threads=count) for count in counts if count != now]


def _attention(base: Candidate) -> list[Candidate]:
    engine = base.engine
    if engine.flash_attention is FlashAttention.OFF:
        return [_set(base, flash_attention=FlashAttention.ON)]
    whole = (KvType.F32, KvType.F16, KvType.BF16)
    if engine.kv_types[1] not in whole:
        return []  # llama.cpp quantizes values for flash attention alone
    return [_set(base, flash_attention=FlashAttention.OFF)]


def _caches(first: OpenedCandidate) -> list[Candidate]:
    base, shape = first.candidate, first.model.attention
    if base.engine.kv_types != (KvType.F16, KvType.F16):
        return []  # chosen already
    if base.engine.flash_attention is FlashAttention.OFF:
        return []
    keeps = any(cached_elements(first.model, first.context_tokens()))
    if not keeps or shape.key_length % _CACHE_BLOCK or shape.value_length % _CACHE_BLOCK:
        return []
    return [_set(base, kv_type=kv_type) for kv_type in _SMALLER_CACHES]


def _contexts(first: OpenedCandidate, room: EngineRoom, free_bytes: int) -> list[Candidate]:
    """The largest that fits, where it is larger than the person's."""
    now = first.context_tokens()
    most = min(first.model.context_length or now, _MOST_CONTEXT)
    found: list[Candidate] = []
    wanted = 2 * now
    while wanted <= most and room.needed_bytes(first, wanted) <= free_bytes:
        found = [_set(first.candidate, context_tokens=wanted)]
        wanted *= 2
    return found


def _experts(first: OpenedCandidate) -> list[Candidate]:
    used = first.model.expert_used_count
    fewer = int(used * _FEWER_EXPERTS)
    if first.model.expert_count < 2 or not 0 < fewer < used:
        return []
    return [_set(first.candidate, experts=fewer)]


def _drafts(
    first: OpenedCandidate, models: Iterable[LibraryModel]
) -> tuple[list[Candidate], list[English]]:
    base = first.candidate
    if base.draft is not None:
        return [replace(base, draft=None)], []
    for each in fitting_drafts(models, first.model):
        if each.path != first.path and same_vocabulary(each.path, first.path):
            return [replace(base, draft=Draft(str(each.path)))], []
    return [], [worded("tuned.no_draft")]
