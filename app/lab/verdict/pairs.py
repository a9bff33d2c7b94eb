"""Blind votes between two candidates of a ladder, neither of which is its reference."""

from __future__ import annotations

import itertools
import logging
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.votes.tally import tally
from app.lab.votes.rates import ballots_between
from app.store.votes import reading_votes

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.statistics.anytime import WinRate
    from app.lab.ladder.rows import LadderResult

log = logging.getLogger(__name__)


def pair_rates(database: Path, result: LadderResult) -> dict[tuple[str, str], WinRate]:
    """Win rates of the first of two files against the second, out of the window's store.

    Pairs without a vote that prefers one are left out, and so is everything where the store
    cannot be read. Any thread.
    """
    try:
        with reading_votes(database) as store:
            ballots = [] if store is None else store.ballots()
    except PersonError as error:
        log.warning("%s %s", error.sentence, error.detail)
        return {}
    standing = [ballot for ballot in ballots if ballot.undone_ns is None]
    known = {
        key: row.facts.sha256
        for key, row in result.rows.items()
        if row.facts is not None and row.candidate.is_plain
    }
    rates: dict[tuple[str, str], WinRate] = {}
    for one, other in itertools.permutations(known, 2):
        found = ballots_between(standing, known[one], known[other])
        counted = tally(outcome for _, outcome in found)
        if counted.decided:
            rates[one, other] = counted.rate
    return rates
