"""Adapters of candidates: whether they fit their models, and what memory they take. Any thread."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from app.core.candidates.candidate import Candidate
from app.core.models.adapter_facts import AdapterFacts, adapter_facts, check_fits
from app.library.model_files import read_shards


def read_adapter(path: Path) -> AdapterFacts:
    """What an adapter's file says.

    Raises:
        PersonError: It cannot be read, or is no adapter.
    """
    return adapter_facts(read_shards(path)[0].header, path.name)


def check_adapters(candidate: Candidate) -> None:
    """See that a candidate's adapters are there and fit its model.

    Raises:
        PersonError: One does not; the sentence says why.
    """
    if not candidate.adapters:
        return
    path = Path(candidate.path)
    headers = [shard.header for shard in read_shards(path)]
    for each in candidate.adapters:
        adapter = Path(each.path)
        check_fits(read_adapter(adapter), adapter.name, headers, path.name)


def adapter_bytes(candidate: Candidate) -> int:
    """What its adapters take of an engine's memory: they are read whole, and kept as they are."""
    total = 0
    for each in candidate.adapters:
        with contextlib.suppress(OSError, ValueError):
            total += os.stat(each.path).st_size
    return total
