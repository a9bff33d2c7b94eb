"""How far two models say the same: greedy answers to the same prompts, token by token.

What needs no more of an engine than the tokens that it writes. Both answer by themselves; up to
the first difference both have read the same, so each token there is a trial of whether they would
go on alike, and the first that differs is one that failed. Behind it their contexts differ and
nothing counts. Of s tokens that are alike and d answers that part, s / (s + d) is the share of next
words that are alike, the estimate of the greatest likelihood where each answer ends with its first
difference or unparted; its error is taken between answers.

Answers are compared by their bytes: vocabularies may cut the same words in other pieces. What is
counted are the reference's tokens that lie wholly in what is alike.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

from app.core.quality.apart import Parting
from app.core.statistics.chunks import mean_over_chunks

if TYPE_CHECKING:
    from app.core.statistics.describe import Interval

_SHOWN_BYTES = 80


class Said(msgspec.Struct, frozen=True):
    """A greedy answer.

    Attributes:
        prompt: What was asked.
        pieces: The bytes of its tokens, as far as it was wanted.
        ended: The model ended it.
    """

    prompt: str
    pieces: tuple[bytes, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class Along:
    """A candidate's answers along the reference's.

    Attributes:
        same_tokens: So many tokens are alike before anything differs.
        looked_tokens: With the first of each answer that is not.
        share: Of tokens that are alike; None where nothing was said.
        interval: Of that share, 95 %.
        partings: One an answer.
    """

    same_tokens: int
    looked_tokens: int
    share: float | None
    interval: Interval | None
    partings: tuple[Parting, ...]

    @property
    def parted(self) -> int:
        """How many answers differ."""
        return sum(one.parted for one in self.partings)


def along(reference: Sequence[Said], candidate: Sequence[Said]) -> Along:
    """Hold a candidate's answers against the reference's, where both were asked the same."""
    ours = {one.prompt: one for one in candidate}
    partings = tuple(_parting(one, ours[one.prompt]) for one in reference if one.prompt in ours)
    same = [one.same_tokens for one in partings]
    looked = [one.same_tokens + one.parted for one in partings]
    if not sum(looked):
        return Along(0, 0, None, None, partings)
    found = mean_over_chunks(same, looked)
    return Along(sum(same), sum(looked), found.value, found.share_interval(), partings)


def _parting(one: Said, other: Said) -> Parting:
    (base, skipped), (ours, _) = map(_text, (one, other))
    pairs = zip(base, ours, strict=False)
    alike = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(base), len(ours)))
    ends = [end - skipped for end in accumulate(map(len, one.pieces))]
    same = bisect_right(ends, alike)
    # Where one answer is the other's beginning they part only if that one has ended.
    parted = alike < min(len(base), len(ours))
    if len(base) != len(ours) and not parted:
        parted = one.ended if len(base) < len(ours) else other.ended
    begin = ends[same - 1] if same else 0

    def shown(text: bytes) -> str:
        return text[begin : begin + _SHOWN_BYTES].decode("utf-8", "replace")

    before = base[:begin].decode("utf-8", "replace")
    return Parting(one.prompt, same, len(one.pieces), parted, before, shown(base), shown(ours))


def _text(said: Said) -> tuple[bytes, int]:
    """An answer without the space that some begin with, and how many bytes that were."""
    whole = b"".join(said.pieces)
    return whole.lstrip(), len(whole) - len(whole.lstrip())
