"""How many questions an engine answers at once: as many as pay here, and as memory has room for.

What a further question in the same passes gains is measured once a file and kept. All files of a
comparison are then asked alike, by the largest and the smallest together, since llama.cpp rounds
otherwise with another number of them: where Q8_0 gains, K-quants may lose. What memory is free now
decides nothing of it, so that the same comes out again; this PC's memory does.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from app.base.files import known_by
from app.core.candidates.settings import CONTEXT_STEP_TOKENS
from app.core.errors import PersonError
from app.core.memory.estimate import kv_cache_bytes
from app.engine.protocol.measuring import MeasurePasses, PassesMeasured
from app.lab.beside.kept import KeptOfFiles, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom

log = logging.getLogger(__name__)

COUNTS = (4, 8, 16, 32)
"""Of questions at once, as they are tried."""
ROUNDS = 4
"""At the end places stay empty, which costs less where each had so many questions before."""
# Fewer at once that are nearly as fast: they need less memory.
_NEARLY = 0.85
# What is gained must be worth another way of rounding.
_LEAST_GAIN = 1.15
# All questions may take so much beyond what one after the other takes.
_MOST_BYTES = 300_000_000
_MOST_SHARE = 4
# Tasks are asked in groups, from look to look; at the end of each, places wait for the longest.
_GROUPS = 4
_ONE_CONTEXT_TOKENS = 512
AROUND_TOKENS = 64
"""What a template usually writes around a question."""
# Longer ones than most others are answered alone.
_PLACE_SHARE = 0.85
# All levels of so small a model are answered before it pays to measure two of them.
_SMALL_BYTES = 64_000_000
# 2: of several texts.
_PASSES = "passes 2"
_LOGIT_BYTES = 4


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How questions are asked at once.

    Attributes:
        places: So many.
        place_tokens: So long may one be with its answer; others are answered alone.
    """

    places: int
    place_tokens: int


class KeptPasses:
    """Remembers below a cache folder what was measured, by file, settings, threads and engine.

    Args:
        cache_folder: The program's.
        engines_folder: Where engines work; None where they do without no variants.
        named: Names files for as long as they are the same; raises ``OSError`` where it cannot.
    """

    def __init__(
        self,
        cache_folder: Path,
        engines_folder: Path | None = None,
        named: Callable[[Iterable[Path]], bytes] = known_by,
    ) -> None:
        self._kept = KeptOfFiles(cache_folder, engines_folder, named)

    def known(self, opened: OpenedCandidate, threads: int) -> PassesMeasured | None:
        """What was measured; None where nothing was.

        Raises:
            OSError: The file is gone.
        """
        found = self._kept.known(self._name_of(opened, threads)).get(_PASSES)
        return decoded(found, PassesMeasured)

    def keep(self, opened: OpenedCandidate, threads: int, passes: PassesMeasured) -> None:
        """Remember it; errors as :meth:`known`."""
        blobs = {_PASSES: msgspec.json.encode(passes)}
        self._kept.keep(self._name_of(opened, threads), blobs)

    def _name_of(self, opened: OpenedCandidate, threads: int) -> str:
        engine = replace(opened.candidate.engine, context_tokens=None, threads=None)
        candidate = replace(opened.candidate, engine=engine)
        return self._kept.name_of(candidate, opened.files, _PASSES, threads)


def at_once_for(
    every: Sequence[OpenedCandidate],
    needs: Sequence[int],
    threads: int,
    room: EngineRoom,
    kept: KeptPasses,
    rounds: int = ROUNDS,
) -> AtOnce | None:
    """How one engine a candidate answers questions; None one after the other.

    May start an engine to measure what that gains.

    Args:
        every: Who is asked. Servers and who has a draft answer one after the other, and then all.
        needs: Of each question :func:`tokens_of`.
        threads: Of an engine.
        room: Where engines are.
        kept: What is known.
        rounds: So many questions each place has at least.
    """
    if not every or len(needs) < rounds * COUNTS[0] or not all(map(grows_beside, every)):
        return None
    largest = largest_of(every)
    tokens = place_tokens(needs)
    each_bytes = place_bytes(largest, tokens)
    try:
        passes = passes_of(every, threads, room, kept)
    except (PersonError, OSError) as error:
        log.warning("asked one after the other: %s", error)
        return None
    _, _, places = chosen(
        passes,
        engines=1,
        threads=threads,
        place_bytes=each_bytes,
        file_bytes=largest.model.tensor_bytes,
        questions=len(needs),
        rounds=rounds,
        groups=1,
    )
    needed = room.estimated_bytes(largest, _ONE_CONTEXT_TOKENS) + beside_bytes(places, each_bytes)
    return AtOnce(places, tokens) if places > 1 and needed <= room.lasting_bytes() else None


def grows_beside(opened: OpenedCandidate) -> bool:
    """Whether it can be asked several questions at once, as far as is known without its engine."""
    return opened.header is not None and opened.candidate.draft is None


def largest_of(every: Sequence[OpenedCandidate]) -> OpenedCandidate:
    """The one that decides for all."""
    return max(every, key=lambda one: one.model.tensor_bytes)


def passes_of(
    every: Sequence[OpenedCandidate], threads: int, room: EngineRoom, kept: KeptPasses
) -> PassesMeasured:
    """What was measured, or is now: of the largest file and of the smallest.

    Their times together, and of what they round the larger. Of a night the smallest may not be
    here: then the largest decides alone.

    Raises:
        OSError: The largest file is gone.
        PersonError: It cannot be measured.
    """
    largest = largest_of(every)
    passes = _measured(largest, threads, room, kept)
    smallest = min(every, key=lambda one: one.model.tensor_bytes)
    if (
        largest.model.tensor_bytes <= _SMALL_BYTES
        or smallest.model.tensor_bytes == largest.model.tensor_bytes
    ):
        return passes
    try:
        other = _measured(smallest, threads, room, kept)
    except (PersonError, OSError) as error:
        log.info("the largest decides alone: %s", error)
        return passes
    beside_ns = {
        count: ns + other.beside_ns[count]
        for count, ns in passes.beside_ns.items()
        if count in other.beside_ns
    }
    beside_kld = {
        count: max(kld, other.beside_kld.get(count, 0.0))
        for count, kld in passes.beside_kld.items()
    }
    return replace(
        passes,
        alone_ns=passes.alone_ns + other.alone_ns,
        beside_ns=beside_ns,
        beside_kld=beside_kld,
    )


def _measured(
    opened: OpenedCandidate, threads: int, room: EngineRoom, kept: KeptPasses
) -> PassesMeasured:
    passes = kept.known(opened, threads)
    if passes is None:
        with room.calls("passes", is_steady=True) as engine:
            room.load(engine, opened, threads, _ONE_CONTEXT_TOKENS)
            passes = engine.call(MeasurePasses(engine.next_id(), list(COUNTS)), PassesMeasured)
        kept.keep(opened, threads, passes)
    return passes


def place_tokens(needs: Sequence[int]) -> int:
    """Room that holds a question with its answer, but for the longest ones.

    Those are answered alone: long texts take most of the time for reading.
    """
    ordered = sorted(needs)
    wanted = ordered[int(_PLACE_SHARE * len(ordered))] if ordered else 0
    return in_steps(wanted + AROUND_TOKENS)


def in_steps(tokens: int) -> int:
    """The size of a place that holds so many tokens."""
    return -(-tokens // CONTEXT_STEP_TOKENS) * CONTEXT_STEP_TOKENS


def tokens_of(text: str, answer_tokens: int) -> int:
    """What a question may take with its answer: a token has hardly ever less than two bytes."""
    return len(text.encode("utf-8", "replace")) // 2 + answer_tokens


def place_bytes(opened: OpenedCandidate, tokens: int) -> int:
    """What one more question of so many tokens at once takes: keys and values, and its logits.

    By formula, whatever llama.cpp planned before: answers follow from it.
    """
    cached = kv_cache_bytes(opened.model, tokens, opened.engine)
    return cached + _LOGIT_BYTES * opened.model.vocabulary_size


def beside_bytes(places: int, place_bytes: int) -> int:
    """What an engine takes for so many at once beyond one: a place more holds what all begin with.

    Args:
        places: So many at once.
        place_bytes: Of each :func:`place_bytes`.
    """
    return (places + 1) * place_bytes if places > 1 else 0


def most_bytes(file_bytes: int) -> int:
    """What several at once may take at most, of a file with such weights."""
    return max(_MOST_BYTES, file_bytes // _MOST_SHARE)


def engines_for(
    places: int, *, engines: int, threads: int, place_bytes: int, file_bytes: int
) -> tuple[int, int]:
    """How many engines answer so many at once each, and their threads; arguments of :func:`chosen`.

    One with all threads where memory has no room for what all would take.
    """
    if engines * beside_bytes(places, place_bytes) <= most_bytes(file_bytes):
        return engines, threads
    return 1, engines * threads


def chosen(
    passes: PassesMeasured,
    together: Callable[[], PassesMeasured] | None = None,
    /,
    *,
    engines: int,
    threads: int,
    place_bytes: int,
    file_bytes: int,
    questions: int,
    rounds: int = ROUNDS,
    groups: int = _GROUPS,
) -> tuple[int, int, int]:
    """Engines, threads of each, and questions that each answers at once.

    Args:
        passes: What was measured with so many threads.
        together: Measures the same with the threads of all engines in one; None where there is one
            engine.
        engines: That share the questions where each answers one at a time.
        threads: Of each of these.
        place_bytes: What one more question at once takes.
        file_bytes: Weights; an engine less is a copy of them less.
        questions: That are asked and have room in a place.
        rounds: So many questions each place has at least.
        groups: The questions come in so many, one after the other. At the end of each, places are
            empty about as long as a question takes.
    """

    def gains_of(beside_ns: Mapping[int, int], sharing: int) -> dict[int, float]:
        """Over one at a time in each engine, where so many engines share the questions."""
        return {
            count: count * passes.alone_ns / ns * turns / (turns + groups)
            for count, ns in beside_ns.items()
            if (turns := questions / (count * sharing)) >= rounds
        }

    gains = gains_of(passes.beside_ns, engines)
    best = max(gains.values(), default=0.0)
    if best < _LEAST_GAIN:
        return engines, threads, 1
    wanted = min(count for count, gain in gains.items() if gain >= _NEARLY * best)
    most = most_bytes(file_bytes)
    if engines * beside_bytes(wanted, place_bytes) <= most:
        return engines, threads, wanted
    # One engine for all then, whose threads wait for each other: does that still gain anything?
    most += (engines - 1) * file_bytes
    gains = gains_of(passes.beside_ns if together is None else together().beside_ns, 1)
    fitting = [
        count for count in gains if count <= wanted and beside_bytes(count, place_bytes) <= most
    ]
    places = max(fitting, key=lambda count: gains[count], default=1)
    if gains.get(places, 0.0) < _LEAST_GAIN:
        return engines, threads, 1
    return 1, engines * threads, places
