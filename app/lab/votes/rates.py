"""What votes say of two files, and of all files of a ladder."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.votes.choices import outcome_of
from app.core.votes.tally import tally
from app.store.votes import reading_votes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from app.core.statistics.anytime import WinRate
    from app.core.votes.choices import Outcome
    from app.lab.ladder.rows import LadderResult
    from app.store.votes import Ballot

log = logging.getLogger(__name__)


def ballots_between(
    ballots: Iterable[Ballot], candidate: object, reference: object
) -> list[tuple[Ballot, Outcome]]:
    """Votes on two contents, whichever was which, as they are seen from the candidate."""
    found: list[tuple[Ballot, Outcome]] = []
    for ballot in ballots:
        outcome = outcome_of(ballot.choice, candidate_left=ballot.candidate_left)
        files = (ballot.candidate.content, ballot.reference.content)
        if files == (candidate, reference):
            found.append((ballot, outcome))
        elif files == (reference, candidate):
            found.append((ballot, outcome.mirrored))
    return found


def stored_rates(database: Path, result: LadderResult) -> dict[str, WinRate]:
    """Win rates of a ladder's files against its reference, out of the window's store. Any thread.

    Files without a vote that prefers one are left out, and so is everything where the store
    cannot be read: a ladder is told all the same.
    """
    reference = result.reference.facts
    if reference is None or not result.reference.candidate.is_plain:
        return {}
    try:
        with reading_votes(database) as store:
            ballots = [] if store is None else store.ballots()
    except PersonError as error:
        log.warning("%s %s", error.sentence, error.detail)
        return {}
    standing = [ballot for ballot in ballots if ballot.undone_ns is None]
    rates: dict[str, WinRate] = {}
    for key, row in result.rows.items():
        # Votes are on files as they are; answers with other settings are other answers.
        if row.facts is None or not row.candidate.is_plain or row.facts.sha256 == reference.sha256:
            continue
        found = ballots_between(standing, row.facts.sha256, reference.sha256)
        counted = tally(outcome for _, outcome in found)
        if counted.decided:
            rates[key] = counted.rate
    return rates
