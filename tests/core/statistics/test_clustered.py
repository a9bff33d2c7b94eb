"""Exact tests and wider intervals for answers that hang together.

McNemar's test is the one without sorts. Tests app.core.statistics.clustered.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics.clustered import Clusters, sign_flip_exact, widening
from app.core.statistics.paired import PairedCounts, paired_difference_interval

counts = st.integers(0, 3)
groups = st.lists(st.builds(PairedCounts, counts, counts, counts, counts), max_size=7)


def flips(lost: int, gained: int) -> float:
    """McNemar's exact test."""
    return sign_flip_exact(PairedCounts(0, lost, gained, 0))


@pytest.mark.parametrize(
    ("lost", "gained", "p_value"),
    [
        # Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13:91 (2013), table 1
        (1, 7, 0.0703),
        # Cavo et al. and Ezra et al. in their book: by hand 2 P(B <= 6 | 22), 2 P(B <= 2 | 27)
        (6, 16, 2 * sum(math.comb(22, k) for k in range(7)) / 2**22),
        (25, 2, 2 * (1 + 27 + 351) / 2**27),
        (0, 0, 1.0),
        (4, 4, 1.0),
        (0, 5, 0.0625),
    ],
)
def test_published_exact_mcnemar(lost: int, gained: int, p_value: float) -> None:
    assert flips(lost, gained) == pytest.approx(p_value, abs=5e-5)
    assert flips(gained, lost) == flips(lost, gained)


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_by_brute_force(lost: int, gained: int) -> None:
    both = lost + gained
    chances = [math.comb(both, k) / 2**both for k in range(both + 1)]
    as_extreme = math.fsum(c for k, c in enumerate(chances) if c <= chances[lost] * (1 + 1e-9))
    assert flips(lost, gained) == pytest.approx(min(as_extreme, 1.0), rel=1e-9)


def test_mcnemar_of_very_many_flips() -> None:
    assert flips(700, 700) == 1.0
    near = flips(499, 500), flips(500, 501)
    assert near[0] == pytest.approx(near[1], rel=1e-3)
    # The normal approximation with continuity correction is good to a percent here.
    z = (100 - 1) / math.sqrt(4100)
    assert flips(2000, 2100) == pytest.approx(math.erfc(z / math.sqrt(2)), rel=0.01)
    assert 0 <= flips(0, 3000) < 1e-300


def test_mcnemar_claims_seldom_between_equals() -> None:
    rng = np.random.default_rng(3)
    drawn = rng.binomial(40, 0.5, size=4000)
    claims = sum(flips(int(k), 40 - int(k)) <= 0.05 for k in drawn)
    assert claims / len(drawn) <= 0.05


@given(groups)
def test_signs_by_brute_force(parts: list[PairedCounts]) -> None:
    alone = PairedCounts(2, 1, 2, 1)
    total = PairedCounts.sum_of([*parts, alone])
    net = [part.gained - part.lost for part in parts] + [-1, 1, 1]
    signs = list(itertools.product((-1, 1), repeat=len(net)))
    as_far = [
        abs(sum(s * d for s, d in zip(one, net, strict=True))) >= abs(sum(net)) for one in signs
    ]
    assert sign_flip_exact(total, parts) == pytest.approx(sum(as_far) / len(signs))


@given(groups)
def test_sorts_of_one_question_change_nothing(parts: list[PairedCounts]) -> None:
    total = PairedCounts.sum_of(parts)
    each = [
        one
        for part in parts
        for one in (
            [PairedCounts(1, 0, 0, 0)] * part.both
            + [PairedCounts(0, 1, 0, 0)] * part.lost
            + [PairedCounts(0, 0, 1, 0)] * part.gained
            + [PairedCounts(0, 0, 0, 1)] * part.neither
        )
    ]
    assert sign_flip_exact(total, each) == sign_flip_exact(total)
    if total.total:
        assert widening(total, each) == pytest.approx(widening(total, []), abs=0.5)


def test_what_is_lost_at_one_sort_is_one_loss() -> None:
    # Twelve questions lost: all of one sort, or one of each sort.
    together = [PairedCounts(0, 12, 0, 0), *[PairedCounts(10, 0, 0, 2)] * 11]
    apart = [PairedCounts(9, 1, 0, 2)] * 12
    one, other = PairedCounts.sum_of(together), PairedCounts.sum_of(apart)
    assert sign_flip_exact(one, together) == 1.0
    assert sign_flip_exact(other, apart) == 2 / 2**12
    assert widening(one, together) > 3
    assert widening(other, apart) == 1.0


def test_texts_count_where_they_make_it_less_certain() -> None:
    # Half of 48 questions are lost: one of each sort, and all about two of four texts.
    sorts = (PairedCounts(1, 1, 0, 0),) * 24
    texts = (*[PairedCounts(0, 12, 0, 0)] * 2, *[PairedCounts(12, 0, 0, 0)] * 2)
    total = PairedCounts.sum_of(sorts)
    plain, both, turned = Clusters(sorts), Clusters(sorts, texts), Clusters(texts, sorts)
    assert plain.p_value(total) == 2 / 2**24
    assert both.p_value(total) == turned.p_value(total) == 2 / 2**2
    assert plain.widening(total, 0.95) == 1.0
    assert both.widening(total, 0.95) == turned.widening(total, 0.95) > 3
    # Four texts come to 1 in 8 at best, whatever is lost; six to 1 in 32.
    assert plain.least_questions(total, 0.05) == 48
    assert both.least_questions(total, 0.05) == 72
    assert both.least_questions(total, 0.125) == 48
    # Added up to others, which have no texts, they still count.
    assert Clusters.of_all([plain, both]) == Clusters(sorts * 2, (*sorts, *texts))
    assert Clusters.of_all([plain, plain]) == Clusters(sorts * 2)


@pytest.mark.parametrize(
    ("sorts", "each", "flipped", "spread"),
    [(24, 20, 0.10, 0.0), (24, 10, 0.10, 0.05), (24, 20, 0.15, 0.10), (8, 30, 0.15, 0.10)],
)
def test_the_interval_holds_over_sorts_that_differ(
    sorts: int, each: int, flipped: float, spread: float
) -> None:
    rng = np.random.default_rng(7)
    runs, true = 700, -0.03
    missed = narrow = rejected = 0
    for _ in range(runs):
        differences = np.clip(rng.normal(true, spread, sorts), -0.5, 0.25)
        share = np.maximum(flipped, np.abs(differences))
        lost, gained = (share - differences) / 2, (share + differences) / 2
        rows = np.stack([0.75 - lost, lost, gained, 0.25 - gained], axis=1)
        parts = [PairedCounts(*map(int, row)) for row in rng.multinomial(each, np.maximum(rows, 0))]
        total = PairedCounts.sum_of(parts)
        wide = paired_difference_interval(total, widening=widening(total, parts))
        plain = paired_difference_interval(total)
        missed += not wide.low <= true <= wide.high
        narrow += not plain.low <= true <= plain.high
        # Held against its own truth by moving it there: of sorts that lose as often as they gain.
        turned = [
            part if rng.random() < 0.5 else PairedCounts(part.both, part.gained, part.lost, 0)
            for part in parts
        ]
        rejected += sign_flip_exact(PairedCounts.sum_of(turned), turned) <= 0.05
    assert missed / runs <= 0.07
    assert rejected / runs <= 0.07
    if spread >= 0.10:
        assert narrow / runs > 0.10  # what independent questions would claim
