"""Candidates of another vocabulary: the same bytes, scored by themselves, for bits per byte."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.quality.compact import from_bytes
from app.core.statistics.looks import StoppedBy
from app.engine.protocol.scoring import MeasureText, TextMeasured
from app.lab.quality.scores import AloneScores, Measured

if TYPE_CHECKING:
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.shelf import EngineShelf
    from app.lab.quality.kept_references import KeptReference
    from app.lab.quality.plan import QualityPlan, QualityRow
    from app.lab.quality.text import Chunk, TextReader


class OtherVocabularies:
    """Measures candidates whose tokens are not the reference's; one thread.

    Only plain text counts, where there is any: what templates write around chats differs between
    kinds of models.

    Args:
        plan: What is measured.
        shelf: The engines.
        reader: Turns text into tokens.
        chunks: Those that the reference has evaluated.
        pieces_of: The bytes of a chunk's tokens, by its number.
    """

    def __init__(
        self,
        plan: QualityPlan,
        shelf: EngineShelf,
        reader: TextReader,
        chunks: Sequence[Chunk],
        pieces_of: Callable[[int], list[bytes]],
    ) -> None:
        self._plan = plan
        self._shelf = shelf
        self._reader = reader
        self._pieces_of = pieces_of
        self._count = len(chunks)
        plain = [number for number, chunk in enumerate(chunks) if chunk.is_plain]
        self._numbers = plain or list(range(len(chunks)))

    def measure(
        self,
        candidate: Measured,
        kept: KeptReference,
        is_late: Callable[[QualityRow], bool],
        on_chunk: Callable[[OpenedCandidate], None],
    ) -> None:
        """Score one candidate; what goes wrong stands in its row."""
        row = candidate.row
        try:
            for number in self._numbers:
                if is_late(row):
                    break
                begin_ns = time.monotonic_ns()
                found = self._score(candidate.opened, kept, number)
                row.scored_ns += time.monotonic_ns() - begin_ns
                if found is not None:
                    candidate.alone.append(found)
                candidate.alone_chunks = number + 1
                on_chunk(candidate.opened)
            else:
                candidate.alone_chunks = self._count
        except PersonError as error:
            row.fail(error)
            self._shelf.drop(candidate.opened)
        row.stopped_by = StoppedBy.TIME if is_late(row) else StoppedBy.TEXT_END

    def _score(
        self, opened: OpenedCandidate, kept: KeptReference, number: int
    ) -> AloneScores | None:
        pieces = self._pieces_of(number)
        wanted = sum(map(len, pieces[self._plan.first_scored + 1 :]))
        tokens = self._reader.plain(opened, _whole_characters(b"".join(pieces)))
        sizes = [len(piece) for piece in self._reader.pieces(opened, tokens)]
        # From the end: a tokenizer may put a space before the text that is not in it.
        place, size = len(tokens), 0
        while place > 1 and size + sizes[place - 1] <= wanted:
            place -= 1
            size += sizes[place]
        if place == len(tokens):
            return None
        engine = self._shelf.take(opened)
        command = MeasureText(engine.next_id(), tokens, place - 1, self._plan.threads)
        ln_p = engine.call(command, TextMeasured).ln_p
        reference = from_bytes(kept.chunk(number).read_bytes()).next_ln_p
        return AloneScores(number, -sum(ln_p), size, len(ln_p), -float(reference.sum()), wanted)


def _whole_characters(data: bytes) -> bytes:
    """Without the halves of characters at both ends: a chunk may begin and end inside one."""
    start = next((at for at in range(min(4, len(data))) if data[at] & 0xC0 != 0x80), 0)
    for end in range(len(data), max(start, len(data) - 4), -1):
        with suppress(UnicodeDecodeError):
            data[start:end].decode("utf-8")
            return data[start:end]
    return data[start:]
