"""Adapters of candidates: whether they fit their models, and what memory they take. Any thread."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from app.core.candidates.candidate import Candidate
from app.core.errors import PersonError
from app.core.models.adapter_facts import AdapterFacts, adapter_facts, check_fits
from app.core.models.adapter_form import QUANTIZED_BITS, in_blocks
from app.core.models.bases import fits, fitting_adapters
from app.core.models.family import LibraryModel
from app.core.models.model_file import ModelFile
from app.lab.demo.demo import demo_adapter
from app.library.model_files import inspect_file, read_shards


def read_adapter(path: Path) -> AdapterFacts:
    """What an adapter's file says.

    Raises:
        PersonError: It cannot be read, or is no adapter.
    """
    return adapter_facts(read_shards(path)[0].header, path.name)


def adapters_for(model: ModelFile, library: Iterable[LibraryModel]) -> list[Path]:
    """The adapters of this PC that a model can run with, the demo's own among them."""
    found = [each.path for each in fitting_adapters(library, model)]
    own = demo_adapter()
    return [own, *found] if fits(inspect_file(own), model) else found


def as_adapted(model: ModelFile, candidate: Candidate) -> ModelFile:
    """A model's facts with a candidate's adapters: the template that one brings is what counts.

    Raises:
        PersonError: One cannot be read.
    """
    files = (inspect_file(each.path) for each in reversed(candidate.adapters))
    brought = next((file.chat_template for file in files if file.chat_template), None)
    return replace(model, chat_template=brought) if brought else model


def check_adapters(candidate: Candidate) -> None:
    """See that a candidate's adapters are there and fit its model.

    Raises:
        PersonError: One does not; the sentence says why.
    """
    if not candidate.adapters:
        return
    path = candidate.file
    headers = [shard.header for shard in read_shards(path)]
    for each in candidate.adapters:
        adapter = Path(each.path)
        check_fits(read_adapter(adapter), adapter.name, headers, path.name)


def adapter_bytes(candidate: Candidate, model: ModelFile) -> int:
    """What its adapters take of an engine's memory: read whole, in the form for its model."""
    total = 0
    for each in candidate.adapters:
        with contextlib.suppress(OSError, ValueError, PersonError):
            header = read_shards(each.path)[0].header
            halves = in_blocks(header) if model.bits_per_weight < QUANTIZED_BITS else []
            total += sum(half.n_bytes for half in halves) or os.stat(each.path).st_size
    return total
