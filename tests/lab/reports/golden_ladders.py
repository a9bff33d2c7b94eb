"""Two ladders whose reports are kept, letter by letter.

``demo`` is one of the demo model's levels as it was measured once and kept in the store;
``by_hand`` has what that one has not: blind votes, another vocabulary, a crash, answers that part,
a noise floor that a version reaches, names with markup.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from app.core.statistics.anytime import win_rate
from app.core.verdict import Limits
from app.core.words.sentence import English
from app.lab.ladder.kept import About, about_of, plan_of, restored
from app.lab.ladder.rows import LadderResult
from app.store.ladders import StoredLadder
from tests.lab import ladder_cases as cases

FOLDER = Path(__file__).parent / "golden"
LIMITS = Limits(4000 * cases.MB, 5.0)


class Case(msgspec.Struct, frozen=True):
    """A ladder with what its reports say besides."""

    result: LadderResult
    about: About
    limits: Limits
    votes: dict[tuple[str, str], Any] = {}


def demo() -> Case:
    """The demo model's levels."""
    kept = msgspec.json.decode((FOLDER / "demo.ladder.json").read_bytes(), type=StoredLadder)
    plan, about = plan_of(kept), about_of(kept)
    assert plan is not None
    assert about is not None
    result = restored(kept, plan)
    result.taken = cases.TAKEN
    return Case(result, about, Limits(70 * cases.MB, 5.0))


def by_hand() -> Case:
    """What no demo has."""
    result = cases.result()
    reference, q8, q2, crashed = result.rows
    deep = (*result.reference.speed, cases.speed("pp512", 700.0, 2048))
    cases.change(result, reference, quality=cases.quality(0.0009, 0.95), speed=deep)
    quality = cases.quality(None, 0.8)
    bits = {
        "bits_per_byte": 1.234, "reference_bits_per_byte": 1.0, "bits_per_byte_difference": 0.234,
        "bits_per_byte_difference_low": 0.2, "bits_per_byte_difference_high": 0.27, "chunks": 9,
        "bits_per_byte_difference_se_chunks": 0.01, "same_top": None,
    }  # fmt: skip
    cases.change(
        result,
        q2,
        quality=msgspec.structs.replace(
            quality, figures=quality.figures | bits, refused="Another vocabulary.", histogram=()
        ),
    )
    close = cases.quality(0.001, 0.9)
    cases.change(
        result,
        q8,
        quality=msgspec.structs.replace(
            close,
            figures=close.figures | {"median_kld": 2e-5, "kld_p90": 0.004, "kld_p99": 0.02},
            continuations=(
                cases.parting(),
                cases.parting(is_own=True, prompt="My <secret>?", before="A secret"),
                cases.parting(parted=False),
            ),
            worst=(*close.worst, replace(close.worst[0], is_own=True)),
        ),
    )
    cases.change(result, crashed, error=English("The engine ended: a|b <c> in /m/<script>.gguf."))
    result.remarks.append("Not *kept* for another time: _why_?")
    return Case(
        result, About(list(cases.ITEMS), 6, "aa" * 32), LIMITS, {(q8, reference): win_rate(12, 5)}
    )


CASES = {"demo": demo, "by_hand": by_hand}
