"""What one candidate's scores of all chunks come to: figures, bits for a byte, worst places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core.quality.apart import WorstToken
from app.core.quality.bits import BitsPerByte, bits_per_byte
from app.core.quality.summary import summarize, worst_positions
from app.core.statistics.chunks import mean_over_chunks
from app.lab.quality.plan import QualityPart, QualityRow

if TYPE_CHECKING:
    from app.core.quality.positions import PositionScores
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.quality.text import Chunk

_WORST = 12
_SHOWN_TOKENS = 12
_MOST_NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class AloneScores:
    """A chunk scored by a model of another vocabulary.

    Attributes:
        chunk: Which of the chunks.
        nats: Its summed −ln p of the tokens in the scored part.
        size_bytes: The bytes that these stand for.
        positions: How many they are.
        reference_nats: The reference's, over nearly the same bytes.
        reference_size_bytes: Which bytes these are.
    """

    chunk: int
    nats: float
    size_bytes: int
    positions: int
    reference_nats: float
    reference_size_bytes: int


@dataclass(slots=True)
class Measured:
    """A candidate while it is measured.

    Attributes:
        opened: What it is.
        row: What becomes known of it.
        scores: Of each chunk, in order; of one with the reference's vocabulary.
        alone: Of one with another.
        alone_chunks: It was asked about so many chunks; of some it may know nothing.
    """

    opened: OpenedCandidate
    row: QualityRow
    scores: list[PositionScores] = field(default_factory=lambda: list["PositionScores"]())
    alone: list[AloneScores] = field(default_factory=lambda: list[AloneScores]())
    alone_chunks: int = 0


def finish(
    candidate: Measured,
    chunks: Sequence[Chunk],
    pieces: Sequence[Sequence[bytes]],
    first: int,
    counts_of: Callable[[int], Sequence[int]],
) -> None:
    """Fill in the row of a candidate that was held against the reference.

    Args:
        candidate: With its scores.
        chunks: As many as were scored, at least.
        pieces: For each of them the bytes of each token.
        first: The first position that counts.
        counts_of: Of how many chunks figures are made, where there are so many.
    """
    row, scores = candidate.row, candidate.scores
    sizes = [sum(map(len, piece[first + 1 :])) for piece in pieces[: len(scores)]]
    row.parts = [
        QualityPart(count, summarize(scores[:count]), _bits(scores[:count], sizes, chunks))
        for count in counts_of(len(scores))
        if any(map(len, scores[:count]))
    ]
    for worst in worst_positions(scores, _WORST):
        piece = pieces[worst.chunk]
        places = counted_places(chunks[worst.chunk], first + 1)
        shown = whole_characters(piece, places[worst.position])
        row.worst.append(
            WorstToken(
                text_of(piece[max(0, shown.start - _SHOWN_TOKENS) : shown.start]),
                text_of(piece[shown.start : shown.stop]),
                worst.kld,
                worst.reference_p,
                worst.candidate_p,
                chunks[worst.chunk].is_own,
            )
        )


def counted_places(chunk: Chunk, first: int) -> Sequence[int]:
    """Where among a chunk's tokens those stand that count, from ``first`` on."""
    places = range(first, len(chunk.tokens))
    if chunk.counts is None:
        return places
    return [place for place in places if chunk.counts[place]]


def finish_alone(candidate: Measured, counts_of: Callable[[int], Sequence[int]]) -> None:
    """Fill in the row of a candidate with another vocabulary."""
    parts = [
        (count, [one for one in candidate.alone if one.chunk < count])
        for count in counts_of(candidate.alone_chunks)
    ]
    candidate.row.parts = [_alone_part(count, found) for count, found in parts if found]


def _alone_part(count: int, found: Sequence[AloneScores]) -> QualityPart:
    bits = bits_per_byte(
        [one.nats for one in found],
        [one.size_bytes for one in found],
        [one.reference_nats for one in found],
        [one.reference_size_bytes for one in found],
    )
    positions = [one.positions for one in found]
    ppl = None
    if any(positions):
        ppl = mean_over_chunks([one.nats for one in found], positions).exponential()
    return QualityPart(count, bits=bits, ppl=ppl, positions=sum(positions))


def _bits(
    scores: Sequence[PositionScores], sizes: Sequence[int], chunks: Sequence[Chunk]
) -> BitsPerByte | None:
    """Over plain text: what templates write around chats differs between kinds of models."""
    rows = [
        (-float(one.candidate_ln_p.sum()), size, -float(one.reference_ln_p.sum()))
        for one, size, chunk in zip(scores, sizes, chunks, strict=False)
        if chunk.is_plain
    ]
    bytes_each = [size for _, size, _ in rows]
    return bits_per_byte(
        [ours for ours, _, _ in rows], bytes_each, [base for _, _, base in rows], bytes_each
    )


def whole_characters(pieces: Sequence[bytes], place: int) -> range:
    """The token at a place with its neighbours, as far as a character is cut between them."""
    start, stop = place, place + 1
    while start > 0 and place - start < _MOST_NEIGHBOURS and _is_cut(pieces[start][:1]):
        start -= 1
    while stop < len(pieces) and stop - place <= _MOST_NEIGHBOURS and _is_cut(pieces[stop][:1]):
        stop += 1
    return range(start, stop)


def _is_cut(first: bytes) -> bool:
    """Whether a token begins inside a character."""
    return bool(first) and first[0] & 0xC0 == 0x80


def text_of(pieces: Sequence[bytes]) -> str:
    """Tokens as a text; what is no character any more becomes a mark."""
    return b"".join(pieces).decode("utf-8", errors="replace")
