"""The sentences about settings that were tried: how much faster, how much memory, what is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.candidates.changes import CACHE, CONTEXT, THREADS
from app.core.ladder.tried import Loss, Tried
from app.core.ladder.turns import is_same_speed, is_told_by_turn
from app.core.words.sentence import English, chained, size, worded

if TYPE_CHECKING:
    from app.core.ladder.row import Row

SAME_MEMORY = 0.02
"""Two needs of memory that differ by less, as a share, are the same."""
_WHOLE_FROM = 0.1
"""From such a share on percents are told without decimals."""


def sentence_of_tried(found: Tried, row: Row, base: Row, threads: int) -> str:
    """All that is known of a row's settings.

    Args:
        found: What they bring.
        row: The row.
        base: That it is held against.
        threads: Of rows that name no number.
    """
    speed = _speed(found, base, threads)
    others = (_memory(found, row, base), _loss(found, row))
    failed = worded("verdict.not_all_could_measured", reason=row.error) if row.error else None
    told = (*others, speed, failed) if found.names == CACHE else (speed, *others, failed)
    parts = [part for part in told if part is not None] or [worded("tuned.nothing_known")]
    return worded(
        "verdict.of_version", name=found.what, parted=chained("program.list_comma", parts)
    )


def _speed(found: Tried, base: Row, threads: int) -> English | None:
    if found.names == CONTEXT:
        return None  # tests of speed make a context of their own size
    if found.is_busy:
        return worded("tuned.busy")
    if found.drafted is not None:
        return worded("tuned.drafted", times=f"{found.drafted.speedup:.2f}")
    if (ratio := found.turn) is None:
        return None
    than = worded("tuned.than", name=base.name)
    if found.names == THREADS:
        than = worded("tuned.than_threads", n=base.candidate.engine.threads or threads)
    if not ratio.is_faster and not ratio.is_slower:
        low, high = (_signed(end - 1) for end in (ratio.low, ratio.high))
        if is_same_speed(ratio):
            return worded("tuned.as_fast", low=low, high=high)
        return worded("tuned.speed_open", low=low, high=high)
    percent = percent_of(abs(ratio.times - 1))
    swing = percent_of((ratio.high - ratio.low) / 2, whole=abs(ratio.times - 1) >= _WHOLE_FROM)
    if ratio.is_faster:
        return worded("tuned.faster", percent=percent, swing=swing, than=than)
    return worded("tuned.slower", percent=percent, swing=swing, than=than)


def _memory(found: Tried, row: Row, base: Row) -> English | None:
    saved, whole = found.saved_bytes, base.needed_bytes
    if saved is None or not whole or row.memory is None or base.memory is None:
        return None
    if abs(saved) < SAME_MEMORY * whole:
        return worded("tuned.as_much_memory") if found.names == CONTEXT else None
    if found.names == CONTEXT:
        more, tokens = size(abs(saved)), base.memory.context_tokens
        if saved > 0:
            return worded("tuned.context_less", more=more, tokens=tokens)
        return worded("tuned.context_more", more=more, tokens=tokens)
    tokens = row.memory.context_tokens
    if saved > 0:
        return worded("tuned.saves", saved=size(saved), tokens=tokens)
    return worded("tuned.needs_more", more=size(-saved), tokens=tokens)


def _loss(found: Tried, row: Row) -> English | None:
    match found.loss:
        case Loss.NONE:
            asked = sum(kind.counts.total for kind in row.kinds)
            return worded("tuned.loses_nothing", n=asked)
        case Loss.LOSES:
            return worded("tuned.loses")
        case Loss.UNKNOWN:
            return worded("tuned.loss_open")
        case Loss.SAME | Loss.UNASKED:
            return None


def most_unseen(tried: Sequence[Tried]) -> float | None:
    """How large a difference, as a share, may be at most where none was found; None for no row.

    The end of an interval that is furthest from no difference: what lies beyond it is ruled out.
    """
    turns = [one.turn for one in tried if one.turn is not None and is_told_by_turn(one.names)]
    ends = [max(1 - one.low, one.high - 1) for one in turns if one.low <= 1 <= one.high]
    return max(ends, default=None)


def percent_of(share: float, *, whole: bool = False) -> str:
    """A share in percent, in as many digits as it is worth.

    Args:
        share: From 0 on.
        whole: Without decimals, as what stands beside it has none.
    """
    percent = 100 * share
    short = share >= _WHOLE_FROM or (whole and percent >= 1)
    return f"{percent:.0f}" if short else f"{percent:.1f}"


def _signed(share: float) -> str:
    return f"{'+' if share >= 0 else '−'}{percent_of(abs(share))}"
