"""(zl) How much of a KL divergence the likeliest tokens tell, which is all that servers tell."""

from __future__ import annotations

import numpy as np

from app.core.quality.truncated import LIKELIEST, score_told, told_of
from app.lab.demo.demo import DEMO_LEVELS, DemoFiles, demo_base
from app.store.paths import Paths
from tests.benchmarks.demo_levels import ensure_demo_levels
from tests.benchmarks.figures import Figure, Run, tell
from tests.core.quality.oracles import score_positions
from tests.core.quality.record import CHUNKS, UNSCORED, evaluate

LEAST_SHARE, MOST_NATS = 0.85, 1.0
KS = (1, 5, LIKELIEST, 100)
QUICK_CHUNKS = 12
LETTER = "zl"
HOW = f"""The demo model's levels and F16 evaluate the same {CHUNKS} chunks of 256 tokens, from
the 32nd on; at each position the divergence is taken over the whole vocabulary (1,536 tokens), and
by the k likeliest tokens of both with the rest as one. Told is the truncated mean as a share of the
full one: it is never more than all of it."""


def measure(run: Run) -> list[Figure]:
    """Evaluate and compare level by level."""
    ensure_demo_levels(run)
    files = DemoFiles.below(Paths.below(run.home).demo)
    chunks = run.count(CHUNKS, QUICK_CHUNKS)
    tokens, base = evaluate(str(demo_base()), None, chunks)
    following = np.asarray(tokens).reshape(chunks, -1)[:, UNSCORED + 1 :]
    base = base[:, UNSCORED:-1]
    figures: list[Figure] = []
    for level in DEMO_LEVELS[1:]:
        _, ours = evaluate(str(files.path(level)), tokens, chunks)
        full, short = 0.0, dict.fromkeys(KS, 0.0)
        for chunk in range(chunks):
            three = base[chunk], ours[chunk, UNSCORED:-1], following[chunk]
            full += float(score_positions(*three).kld.sum())
            for k in KS:
                pair = told_of(three[0], three[2], k), told_of(three[1], three[2], k)
                short[k] += float(score_told(*pair).kld.sum())
        count = following.size
        shares = [short[k] / full for k in KS]
        said = ", ".join(f"k = {k}: {100 * one:.1f} %" for k, one in zip(KS, shares, strict=True))
        tell(f"  {level}: {full / count:.5f} nats; {said}")
        # A model that has lost everything puts its words where the likeliest 20 are not.
        is_enough = full > MOST_NATS * count or shares[KS.index(LIKELIEST)] >= LEAST_SHARE
        is_met = is_enough and max(shares) < 1 + 1e-3
        name = f"{level}, of {full / count:.4g} nats told"
        goal = (
            f"≥ {100 * LEAST_SHARE:.0f} % by {LIKELIEST} up to {MOST_NATS:g} nat, never above 100 %"
        )
        figures.append(Figure(LETTER, name, goal, said, is_met))
    return figures
