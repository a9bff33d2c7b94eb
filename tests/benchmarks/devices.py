"""(t) What an engine needs with settings of its own, beside what is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.candidates.notation import with_settings
from app.lab.engines.room import EngineRoom
from app.store.paths import Paths
from tests.benchmarks.adapters import LEAST_MB, MOST_OFF, memory_figure
from tests.benchmarks.random_model import ensure_random_model

if TYPE_CHECKING:
    from tests.benchmarks.figures import Figure, Run

SETTINGS = (
    "kv=q8_0",
    "kv=q8_0/q4_0",
    "kv=f32",
    "flash=off",
    "kv-on=cpu",
    "batch=64",
    "ubatch=32",
    "batch=1024,ubatch=1024",
    "mmap=off",
    "mlock=on",
    "rope=linear,rope-scale=2",
)
LETTER = "t"
HOW = f"""The random-weight model (0.43 B, Q4_K_M), as a ladder measures what it needs: over a long
prompt, beside what `fit` says. It may be off by {MOST_OFF:.0%} or {LEAST_MB} MB, whichever is
more."""


def measure(run: Run) -> list[Figure]:
    """Load with each of them."""
    paths = Paths.below(run.home / "settings")
    paths.create()
    room, model = EngineRoom(paths.state), candidate_of(ensure_random_model())
    return [
        memory_figure(LETTER, each, paths, room, with_settings(model, each)) for each in SETTINGS
    ]
