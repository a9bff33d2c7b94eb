"""Each measurement has its place in the document."""

from __future__ import annotations

from tests.benchmarks.__main__ import ITEMS
from tests.benchmarks.document import LETTERS


def test_no_measurement_is_left_out_of_the_document() -> None:
    assert {item.LETTER for item in ITEMS.values()} <= set(LETTERS)
