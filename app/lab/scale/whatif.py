"""The same candidate on other devices: whether it fits, and between which speeds it would be."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.devices.carried import Carried, OwnShare, carried, own_share
from app.core.errors import PersonError
from app.core.memory.token_work import TokenWork, token_work
from app.core.models.experts import as_run
from app.lab.engines.drafts import draft_bytes, read_draft
from app.lab.engines.opened import context_of
from app.lab.engines.parts import check_parts, parts_bytes
from app.library.model_files import open_model_file, read_shards

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.devices.device import Device
    from app.core.memory.estimate import Needs
    from app.core.models.model_file import ModelFile
    from app.lab.predict.fit import Fitter


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is known of a candidate that other devices are asked about.

    Attributes:
        needs: By llama.cpp's own plan, with its context.
        work: What a token takes of whoever holds all of it.
        own: What this PC reaches of its bandwidth for the same formats.
        has_draft: Something proposes its tokens, which counts for memory alone.
    """

    model: ModelFile
    context_tokens: int
    needs: Needs
    work: TokenWork
    own: OwnShare
    has_draft: bool = False

    def on(self, devices: Sequence[Device]) -> list[Carried]:
        """The candidate on each of these devices."""
        layers, context = self.model.block_count, self.context_tokens
        return [
            carried(device, self.needs, self.work, layers, context, self.own) for device in devices
        ]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question.

    Attributes:
        candidate: A file of this PC with its settings.
        context_tokens: Size of the context where the candidate says nothing.
    """

    candidate: Candidate
    context_tokens: int | None = None


def what_ifs(
    asked: Sequence[Asked], fitter: Fitter
) -> Iterator[tuple[Asked, WhatIf | PersonError]]:
    """Answer one after the other; what one fails with keeps no other back. See :func:`what_if`."""
    for each in asked:
        try:
            yield each, what_if(each.candidate, fitter, each.context_tokens)
        except PersonError as error:
            yield each, error


def what_if(candidate: Candidate, fitter: Fitter, context_tokens: int | None = None) -> WhatIf:
    """Have a candidate planned; measures what is not known of this PC, as far as there is time.

    Not on the main thread.

    Args:
        candidate: A file of this PC with its settings.
        fitter: Plans and measures.
        context_tokens: Size of the context where the candidate says nothing.

    Raises:
        PersonError: A server runs it, or a file of it is missing, broken or no language model.
    """
    begin_s = time.monotonic()
    check_parts(candidate)
    path, engine = candidate.file, candidate.engine
    own, draft = open_model_file(path), read_draft(candidate)
    context = engine.context_tokens or context_tokens
    more_bytes = parts_bytes(candidate, own)
    more_bytes += draft_bytes(candidate, own, draft, context_of(engine, own, context))
    fit = fitter.memory(path, context, engine, more_bytes)
    tensors = [tensor for shard in read_shards(path) for tensor in shard.header.tensors]
    model = as_run(own, engine)
    work = token_work(tensors, model, engine)
    # The processor's share, also where a GPU of this PC takes the layers.
    rates = fitter.rates(work, begin_s)
    drafts = candidate.draft is not None
    return WhatIf(model, fit.context_tokens, fit.needs, work, own_share(work, rates), drafts)
