"""Mode comparable on real engines, held against llama-perplexity's own figures.

These were recorded once with ``tests.lab.record_perplexity``; version and command stand beside
them.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from app.core.candidates.candidate import candidate_of
from app.lab.demo.demo import demo_base
from app.lab.quality.document import part_figures
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.measure import Quality
from app.lab.quality.plan import QualityResult, comparable_plan
from app.lab.quality.texts import MeasuredText
from tests.helpers.rooms import roomy
from tests.lab.record_perplexity import CTX_TOKENS, LEVELS, RECORDED, make_levels, texts

RECORD: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def levels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_levels(tmp_path_factory.mktemp("levels"))


def measured(levels: dict[str, Path], data: bytes, folder: Path) -> QualityResult:
    plan = comparable_plan(MeasuredText.plain("a text", data), 1, CTX_TOKENS)
    quality = Quality(
        plan, roomy(folder / "state"), KeptReferences(folder / "references"),
        lambda _done, _total, _name: None,
    )  # fmt: skip
    return quality.run(candidate_of(demo_base()), [candidate_of(levels[level]) for level in LEVELS])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["prose", "questions"])
def test_the_tools_figures_come_out(name: str, levels: dict[str, Path], tmp_path: Path) -> None:
    data = texts()[name]
    recorded = RECORD["texts"][name]
    assert hashlib.sha256(data).hexdigest() == recorded["sha256"], "record it anew"
    result = measured(levels, data, tmp_path)
    for level, row in zip(LEVELS, result.rows, strict=True):
        theirs, ours = recorded["levels"][level], part_figures(row.shown)
        assert row.error is None
        assert ours["ppl"] == pytest.approx(theirs["ppl"], rel=1e-3), level
        assert ours["reference_ppl"] == pytest.approx(theirs["reference_ppl"], rel=1e-3), level
        assert ours["mean_kld"] == pytest.approx(theirs["mean_kld"], rel=0.01, abs=2e-5), level
        assert ours["ln_ppl_ratio"] == pytest.approx(theirs["ln_ppl_ratio"], abs=2e-3), level
        same_top = ours["same_top"]
        assert same_top is not None
        assert 100 * same_top == pytest.approx(theirs["same_top_percent"], abs=0.2), level
        # The errors by the tool's own formulas, and some of its percentiles.
        assert ours["mean_kld_se"] == pytest.approx(theirs["mean_kld_se"], rel=0.02, abs=2e-6)
        assert ours["ppl_se"] == pytest.approx(theirs["ppl_se"], rel=0.01)
        assert ours["ln_ppl_ratio_se"] == pytest.approx(
            theirs["ln_ppl_ratio_se"], rel=0.02, abs=1e-5
        )
        assert ours["median_kld"] == pytest.approx(theirs["median_kld"], rel=0.02, abs=2e-5)
        assert ours["kld_p90"] == pytest.approx(theirs["kld_p90"], rel=0.02, abs=2e-5)
