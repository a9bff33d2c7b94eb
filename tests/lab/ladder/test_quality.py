"""Figures of one column are of one text, in whichever order a ladder's rows come."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.core.ladder.results import QualityPart, QualityStep, StepKind
from app.core.quality.common import checkpoints
from app.core.words.sentence import English
from app.lab.ladder.kept import place
from app.lab.ladder.plan import Step
from app.lab.ladder.quality import longest_of
from app.lab.quality.document import part_figures
from app.lab.reports.document import ladder_document
from app.lab.reports.html import html_text
from app.lab.reports.reported import reported
from app.lab.reports.text import csv_text, markdown_text
from app.lab.works.ladders.differences import differences
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult

FILES = ("/m/sky-F16.gguf", "/m/sky-Q8_0.gguf", "/m/sky-Q2_K.gguf")
COUNTS = dict(zip(FILES[1:], (16, 48), strict=True))
# The later chunks of the text are harder for every model.
REFERENCE_BITS = {count: 1.0 + count / 100 for count in range(49)}


def step_of(chunks: int, kld: float, more_bits: float, **other: Any) -> QualityStep:
    parts: list[QualityPart] = []
    for count in checkpoints(chunks):
        mean, base = kld * (1 + count / 100), REFERENCE_BITS[count]
        figures = part_figures(None) | {
            "positions": 200 * count, "chunks": count, "mean_kld": mean,
            "mean_kld_low": mean * 0.9, "mean_kld_high": mean * 1.1, "same_top": 0.9,
            "same_top_low": 0.85, "same_top_high": 0.95, "bits_per_byte": base + more_bits,
            "reference_bits_per_byte": base, "bits_per_byte_difference": more_bits,
            "bits_per_byte_difference_low": more_bits - 0.01,
            "bits_per_byte_difference_high": more_bits + 0.01,
        }  # fmt: skip
        parts.append(QualityPart(count, figures, (count,)))
    last = parts[-1]
    return QualityStep(
        "engine", last.figures, last.histogram, (), 1, "precise", parts=tuple(parts), **other
    )


def measured(*files: str, **steps: QualityStep) -> LadderResult:
    result = cases.result()
    for file in result.rows:
        cases.change(result, file, quality=None)
    usual = {FILES[1]: step_of(16, 0.001, -0.02), FILES[2]: step_of(48, 0.1, 0.05)}
    for file in files or FILES[1:]:
        step = steps.get(file.partition("-")[2].partition(".")[0]) or usual[file]
        place(result, Step(StepKind.QUALITY, (file,)), step)
    return result


@pytest.mark.parametrize("order", list(itertools.permutations(FILES[1:])))
def test_rows_are_shown_on_the_chunks_that_all_have_read(order: tuple[str, ...]) -> None:
    view = cases.view(measured(*order))
    document = ladder_document(view)
    reference, near, far, _ = document["candidates"]
    assert near["chunks"] == far["chunks"] == 16
    assert far["histogram"] == [16]
    assert far["longest"]["chunks"] == 48
    assert near["longest"] is None
    # On its own 48 chunks the far one would need more, the near one less: of one text, 0.07 apart.
    assert reference["bits_per_byte"] == REFERENCE_BITS[16]
    assert near["bits_per_byte"] < reference["bits_per_byte"] < far["bits_per_byte"]
    assert far["bits_per_byte"] - near["bits_per_byte"] == pytest.approx(0.07)
    for text in (html_text(view), markdown_text(view)):
        assert "the same 16 chunks of text for all" in text
        assert "1.480" not in text
    lines = csv_text(view).splitlines()
    place_of = lines[0].split(",").index("chunks")
    assert [line.split(",")[place_of] for line in lines[2:4]] == ["16", "16"]


def test_a_kept_ladder_is_shown_alike() -> None:
    step = step_of(48, 0.1, 0.05)
    again = msgspec.json.decode(msgspec.json.encode(step), type=QualityStep)
    assert again == step
    result = measured(Q2_K=again)
    shown = result.rows[FILES[2]].quality
    assert shown is not None
    assert shown.figures["chunks"] == 16
    longest = longest_of(shown)
    assert longest is not None
    assert longest["chunks"] == 48


def test_who_failed_early_has_no_figures_beside_the_others() -> None:
    result = measured(Q8_0=step_of(4, 0.001, 0.0, error=English("The engine ended.")))
    _, failed, far, _ = cases.document(result)["candidates"]
    assert failed["mean_kld"] is None
    assert failed["bits_per_byte"] is None
    assert failed["longest"]["chunks"] == 4
    assert far["chunks"] == 48


def test_who_is_too_slow_for_the_text_says_so() -> None:
    document = cases.document(measured(Q8_0=step_of(3, 0.001, 0.0)))
    assert document["candidates"][1]["mean_kld"] is None
    assert any(
        remark.startswith("Q8_0 has read 3 chunks of the text only")
        for remark in document["remarks"]
    )


def test_steps_of_an_earlier_version_say_that_texts_differ() -> None:
    old = msgspec.structs.replace(step_of(48, 0.1, 0.05), parts=())
    view = cases.view(measured(Q2_K=old))
    document = ladder_document(view)
    assert [row["chunks"] for row in document["candidates"][1:3]] == [16, 48]
    assert any("Q2_K was measured by an earlier version" in one for one in document["remarks"])
    assert "chunks of text for all" not in html_text(view)


def test_a_repetition_is_held_against_as_much_text() -> None:
    before = cases.document(measured())
    old = msgspec.structs.replace(step_of(48, 0.1, 0.05), parts=())
    before["candidates"][2] |= old.figures
    found = differences(reported(before), reported(cases.document(measured())))
    assert not [one for one in found if one.figure in ("mean_kld", "same_top")]
