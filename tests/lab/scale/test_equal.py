"""Two models of this PC to hold against each other at equal memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lab.scale.chart import points_of_chart
from app.lab.scale.equal import likely_pair, sized
from app.lab.scale.shipped import shipped_models
from tests.helpers.scale_models import library_of

if TYPE_CHECKING:
    from pathlib import Path

PLENTY_BYTES = 10**12


def test_the_first_two_offered_need_the_same_memory(tmp_path: Path) -> None:
    models = library_of(
        tmp_path,
        (
            ("Llama 3.1 8B", 8_030_261_248, "Q4_K_M"),
            ("Llama 3.2 1B", 1_235_814_400, "Q2_K"),
            ("Qwen3 4B", 4_020_000_000, "Q8_0"),
        ),
    )
    by_path = {model.path: model for model in models}
    points, _ = points_of_chart(models, shipped_models(), {})
    here = [point for point in points if point.is_here]
    likely = likely_pair(here, by_path, PLENTY_BYTES)
    assert set(likely) == {"Llama 3.1 8B", "Qwen3 4B"}
    assert [one.needed_bytes > 0 for point in here for one in sized(point, by_path)] == [True] * 3
    apart = [point for point in here if point.name != "Qwen3 4B"]
    assert len(likely_pair(apart, by_path, PLENTY_BYTES)) == 2  # any two
    assert likely_pair(apart[:1], by_path, PLENTY_BYTES) == (apart[0].name,)
    assert likely_pair((), by_path, PLENTY_BYTES) == ()
