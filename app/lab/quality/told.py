"""Holds candidates against a reference by the likeliest tokens that each tells of a text.

What is left where whole distributions cannot be had, because one of the two is on a server. The
text goes there in pieces, and each model cuts a piece into its own tokens: where these are not the
reference's there is no divergence, and each stands by its bits for a byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.core.errors import PersonError
from app.core.ladder.results import QualityStep, Spent
from app.core.quality.bits import bits_per_byte
from app.core.quality.own_texts import as_plain_text
from app.core.quality.summary import summarize
from app.core.quality.texts import CHUNK_TOKENS, FIRST_SCORED, chunk_order
from app.core.quality.truncated import LIKELIEST, Told, score_told
from app.core.statistics.looks import StoppedBy
from app.core.words.sentence import say, worded
from app.engine.api import Ability
from app.engine.protocol.scoring import LikelyText, TextLikely
from app.lab.engines.opened import OpenedCandidate, opened
from app.lab.engines.shelf import EngineShelf
from app.lab.quality.document import part_figures
from app.lab.quality.plan import QualityPart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.core.candidates.candidate import Candidate
    from app.core.models.model_file import ModelFile
    from app.core.quality.own_texts import TextPart
    from app.engine.protocol.answering import LikelyToken
    from app.lab.engines.room import EngineRoom
    from app.lab.quality.texts import MeasuredText

CHUNKS = 16
FLOOR_CHUNKS = 4
"""So many are read twice by the reference: what its own answers swing by."""
# About 256 tokens of most languages.
_CHUNK_CHARACTERS = 1000
_LEAST_CHARACTERS = 500
_LEAST_CHUNKS = 2
_NONE = -1


class Reading:
    """What a model told of the pieces of a text.

    Attributes:
        told: Of each piece, from the first position on that counts.
        numbers: All tokens of each piece; they say whether two vocabularies are the same.
        sizes_bytes: How much of each piece the counted tokens stand for.
        likeliest: How many of the likeliest were told.
    """

    def __init__(self, likeliest: int) -> None:
        self.told: list[Told] = []
        self.numbers: list[list[int]] = []
        self.sizes_bytes: list[int] = []
        self.likeliest = likeliest

    def first(self, count: int) -> Reading:
        """Of the first pieces alone."""
        found = Reading(self.likeliest)
        found.told, found.numbers = self.told[:count], self.numbers[:count]
        found.sizes_bytes = self.sizes_bytes[:count]
        return found

    def take(self, text: str, read: TextLikely) -> None:
        """Note what was told of the next piece.

        Raises:
            PersonError: It tells too little of it.
        """
        every = [read.first, *(each.token for each in read.said)]
        numbers = [_number(each) for each in every]
        if len(every) < FIRST_SCORED + 2 or not all(each.likely for each in read.said):
            raise PersonError(say("lab.server_tells_too_little_of_text"))
        self.likeliest = min(self.likeliest, read.most)
        pieces = [len(each.piece) for each in every]
        counted = sum(pieces[FIRST_SCORED + 1 :])
        # Of halves of letters some servers tell a mark that has another length.
        whole = len(text.encode("utf-8", "replace"))
        self.sizes_bytes.append(round(whole * counted / max(1, sum(pieces))))
        self.numbers.append(numbers)
        said = read.said
        width = max(len(each.likely) for each in said)
        likely = np.full((len(said), width), _NONE, np.int64)
        ln_p = np.zeros((len(said), width))
        for row, each in enumerate(said):
            likely[row, : len(each.likely)] = [_number(one) for one in each.likely]
            ln_p[row, : len(each.likely)] = [one.log_probability for one in each.likely]
        own = np.array([each.token.log_probability for each in said])
        told = Told(np.array(numbers[1:], np.int64), own, likely, ln_p)
        self.told.append(told.beyond(FIRST_SCORED))


def _number(token: LikelyToken) -> int:
    if token.number is None:
        raise PersonError(say("lab.server_tells_no_numbers_of_tokens"))
    return token.number


def pieces_of(text: MeasuredText, most: int = CHUNKS) -> list[str]:
    """Pieces of a text that are sent to servers: never of the person's own chats.

    Raises:
        PersonError: There is too little.
    """
    every = [piece for part in text.parts if not part.is_own for piece in _cut(part)]
    if len(every) < _LEAST_CHUNKS:
        raise PersonError(say("lab.text_too_short_for_servers"))
    return [every[place] for place in chunk_order(len(every))[:most]]


def _cut(part: TextPart) -> Iterator[str]:
    """A part in pieces, each of whole words."""
    left = part.text or "\n\n".join(map(as_plain_text, part.chats))
    while len(left) >= _LEAST_CHARACTERS:
        space = left.rfind(" ", _LEAST_CHARACTERS, _CHUNK_CHARACTERS)
        end = space if space > 0 else _CHUNK_CHARACTERS
        yield left[:end]
        left = left[end:].lstrip()


def read_pieces(
    shelf: EngineShelf,
    candidate: OpenedCandidate,
    pieces: Sequence[str],
    threads: int,
    on_share: Callable[[float], None],
) -> Reading:
    """Have a model read all pieces.

    Raises:
        PersonError: Its engine failed, or tells too little.
    """
    reading = Reading(LIKELIEST)
    for number, piece in enumerate(pieces):
        engine = shelf.take(candidate)
        command = LikelyText(engine.next_id(), piece, LIKELIEST, threads=threads)
        reading.take(piece, engine.call(command, TextLikely))
        on_share((number + 1) / len(pieces))
    return reading


class ByLikeliest:
    """What candidates lose by the likeliest tokens. One thread.

    Args:
        reference: What they are held against; it reads the text once.
        text: Own chats of it are not sent.
        room: Where the engines are.
        threads: Of engines of this PC.
        open_model: Reads the header of a candidate's file.
    """

    def __init__(
        self,
        reference: Candidate,
        text: MeasuredText,
        room: EngineRoom,
        threads: Callable[[], int],
        open_model: Callable[[Path], ModelFile],
    ) -> None:
        self._reference = reference
        self._text = text
        self._room = room
        self._threads = threads
        self._open_model = open_model
        self._base: Reading | None = None

    def step(self, candidate: Candidate, on_share: Callable[[float], None]) -> QualityStep:
        """What a candidate loses; of the reference, how it swings.

        Raises:
            PersonError: An engine failed or tells nothing of texts, or the text is too short.
        """
        pieces, begin_ns = pieces_of(self._text), time.monotonic_ns()
        if self._base is None:
            _, self._base = self._read(self._reference, pieces, lambda share: on_share(share / 2))
        base, mine = self._base, pieces
        if candidate == self._reference:
            base, mine = base.first(FLOOR_CHUNKS), pieces[:FLOOR_CHUNKS]
        engine, found = self._read(candidate, mine, on_share)
        return told_step(engine, base, found, begin_ns, far=candidate.server is not None)

    def _read(
        self, candidate: Candidate, pieces: Sequence[str], on_share: Callable[[float], None]
    ) -> tuple[str, Reading]:
        threads = self._threads()
        ready = opened(candidate.spoken, self._open_model)
        with EngineShelf("told", self._room, threads, CHUNK_TOKENS, makes_contexts=True) as shelf:
            server = candidate.server
            if server and Ability.TEXT_PROBABILITIES not in shelf.take(ready).abilities:
                raise PersonError(say("lab.unable_told", host=server.host))
            reading = read_pieces(shelf, ready, pieces, threads, on_share)
            return shelf.engine, reading


def told_step(
    engine: str, reference: Reading, candidate: Reading, began_ns: int, *, far: bool
) -> QualityStep:
    """A candidate's reading held against the reference's.

    Args:
        engine: What the candidate's calls itself.
        reference: What the reference told.
        candidate: What the candidate told of the same pieces.
        began_ns: When it was begun to be read.
        far: A server has read it.
    """
    other = reference.numbers != candidate.numbers
    bits = bits_per_byte(
        [-float(told.ln_p.sum()) for told in candidate.told],
        candidate.sizes_bytes,
        [-float(told.ln_p.sum()) for told in reference.told],
        reference.sizes_bytes,
    )
    most = min(reference.likeliest, candidate.likeliest)
    scores = [
        score_told(base.likeliest(most), ours.likeliest(most))
        for base, ours in zip(reference.told, candidate.told, strict=True)
        if not other
    ]
    figures = summarize(scores) if scores else None
    histogram = figures.histogram if figures is not None else None
    spent = sum(map(len, candidate.numbers))
    return QualityStep(
        engine,
        part_figures(QualityPart(len(candidate.told), figures, bits)),
        (histogram.below, *histogram.counts, histogram.above) if histogram is not None else (),
        (),
        time.monotonic_ns() - began_ns,
        StoppedBy.TEXT_END.value,
        refused=worded("lab.another_vocabulary_than_reference") if other else None,
        likeliest=most,
        spent=Spent(spent, 0) if far else None,
    )
