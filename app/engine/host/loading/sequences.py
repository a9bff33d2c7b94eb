"""Several texts in one context: each has a place of its own, and all grow by one pass.

A pass over several tokens costs little more than one over a single token, as long as reading the
weights is what takes the time. Each place is a stream of its own in llama.cpp (no ``kv_unified``):
its keys and values lie in order, and attention looks at nothing else. A pass always has a token for
each place, a filler where a place is empty: llama.cpp takes other kernels for other numbers of
tokens, and with the same number the logits of a text are the same to the last bit, whatever stands
in the other places and wherever it stands itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import llama_cpp as lc

from app.core.candidates.settings import CONTEXT_STEP_TOKENS, SLICE_TOKENS
from app.engine.host.loading.native_context import NativeContext, context_params

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.core.candidates.settings import EngineSettings
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag

_FILLER = 0


@dataclass(eq=False, slots=True)
class Place:
    """A text in a context of several.

    Attributes:
        number: Which one.
        row: Of the logits behind its last token, as they were computed last.
        tokens: What it holds, in order.
    """

    model: Model
    handle: lc.llama_context_p
    number: int
    size_tokens: int
    row: int = -1
    tokens: list[int] = field(default_factory=lambda: list[int]())


class Sequences(NativeContext):
    """A context with places for several texts.

    After an error it cannot be used any more.

    Attributes:
        places: The texts.
        slice_tokens: How many tokens of a prompt are read at once.
    """

    def __init__(
        self,
        model: Model,
        abort: AbortFlag,
        *,
        places: int,
        place_tokens: int,
        threads: int,
        engine: EngineSettings,
        has_beginning: bool = False,
    ) -> None:
        """Make one.

        Args:
            model: Its weights; see :func:`takes_sequences`.
            abort: Ends a pass.
            places: How many texts.
            place_tokens: How long each may be.
            threads: Of a pass.
            engine: The KV cache and where it lies, how attention and positions are computed.
            has_beginning: There is room for a text that others begin with, too.

        Raises:
            RefusedError: It does not fit in memory, or llama.cpp refuses the combination.
        """
        streams = places + has_beginning
        size = -(-place_tokens // CONTEXT_STEP_TOKENS) * CONTEXT_STEP_TOKENS
        self.slice_tokens = min(engine.batch_tokens or SLICE_TOKENS, size)
        batch_tokens = max(self.slice_tokens, streams)  # llama.cpp aborts over fewer
        params = context_params(engine, streams * size, threads, batch_tokens, streams)
        params.n_seq_max = streams
        super().__init__(model, abort, params, engine)
        self._reading = lc.llama_batch_init(self.slice_tokens, 0, 1)
        self._pass = lc.llama_batch_init(places, 0, 1)
        self._pass.n_tokens = places
        for row in range(places):
            self._pass.n_seq_id[row] = 1
            self._pass.seq_id[row][0] = row
            self._pass.logits[row] = 1
        texts = [Place(model, self.handle, number, size) for number in range(streams)]
        self.places = texts[:places]
        self._beginning = texts[places] if has_beginning else None

    def free(self) -> None:
        """Give the memory back; the object is dead afterwards."""
        lc.llama_batch_free(self._reading)
        lc.llama_batch_free(self._pass)
        super().free()

    def keep_beginning(self, tokens: list[int]) -> None:
        """Read what texts begin with; errors as :meth:`read`."""
        assert self._beginning is not None
        self.read(self._beginning, tokens)

    def begin(self, place: Place, prompt: list[int]) -> int:
        """Have a place hold nothing, or the beginning that was kept, if the prompt has it.

        Returns:
            How many tokens it holds.
        """
        lc.llama_memory_seq_rm(self._memory, place.number, -1, -1)
        place.tokens.clear()
        kept = self._beginning
        if kept is not None and kept.tokens and prompt[: len(kept.tokens)] == kept.tokens:
            # All of it: llama.cpp aborts over a part, since the streams' buffers are copied.
            lc.llama_memory_seq_cp(self._memory, kept.number, place.number, -1, -1)
            place.tokens.extend(kept.tokens)
        return len(place.tokens)

    def read(self, place: Place, tokens: list[int]) -> None:
        """Compute tokens behind those of a place, no more than a slice; then its logits are there.

        Raises:
            Aborted: The abort flag was set.
            EngineError: llama.cpp failed.
        """
        batch = self._reading
        batch.n_tokens = len(tokens)
        for row, token in enumerate(tokens):
            batch.token[row] = token
            batch.pos[row] = len(place.tokens) + row
            batch.n_seq_id[row] = 1
            batch.seq_id[row][0] = place.number
            batch.logits[row] = row == len(tokens) - 1
        self._compute(batch)
        place.tokens.extend(tokens)
        place.row = -1

    def step(self, tokens: Mapping[int, int]) -> None:
        """Compute a token for each of some places, by their numbers; errors as :meth:`read`."""
        batch = self._pass
        for place in self.places:
            token = tokens.get(place.number)
            if token is None:
                lc.llama_memory_seq_rm(self._memory, place.number, -1, -1)
                place.tokens.clear()
            else:
                place.tokens.append(token)
            batch.token[place.number] = _FILLER if token is None else token
            batch.pos[place.number] = max(0, len(place.tokens) - 1)
            place.row = place.number
        self._compute(batch)


def takes_sequences(model: Model) -> bool:
    """Whether texts of a model can grow side by side: a recurrent state has no such streams."""
    return not model.is_recurrent
