"""What counts of experts say."""

from __future__ import annotations

from app.core.shrink.usage import ExpertUsage, LayerUsage


def test_few_may_do_half_of_the_work() -> None:
    lively = LayerUsage(0, (10, 50, 30, 10))
    lazy = LayerUsage(2, (0, 0, 100, 0))
    assert (lively.half, lively.busiest, lively.idle) == (1, 1, 0)
    assert (lazy.half, lazy.busiest, lazy.idle) == (1, 2, 3)
    assert lively.shares == (0.1, 0.5, 0.3, 0.1)
    assert LayerUsage(0, (25, 25, 25, 25)).half == 2
    usage = ExpertUsage("a text", 100, 1, (lively, lazy))
    assert (usage.experts, usage.idle, usage.half) == (4, 3, 1.0)
