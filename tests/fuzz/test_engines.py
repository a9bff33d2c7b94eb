"""A part of ``python -m tests.fuzz engines``: the same each time, new ones with EXPLORE=1."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from tests.fuzz.engines import EngineFuzz, smallest_demo

pytestmark = pytest.mark.slow
SEED = secrets.randbits(32) if os.environ.get("EXPLORE") else 2026
COUNT = 10


def test_every_mutant_ends_in_an_answer_or_a_sentence(tmp_path: Path) -> None:
    found = EngineFuzz(tmp_path, smallest_demo(tmp_path), SEED).run(COUNT)
    assert not found.faults, (SEED, found.faults[:3])
    assert found.outcomes.total() == COUNT
