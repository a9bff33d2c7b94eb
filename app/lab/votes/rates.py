"""What votes say of two candidates, and of all rows of a ladder."""

from __future__ import annotations

import itertools
import logging
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.votes.choices import Outcome, outcome_of
from app.core.votes.pairs import VotedCandidate, VotedFile
from app.core.votes.tally import tally
from app.store.votes import Ballot, reading_votes

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.core.statistics.anytime import WinRate
    from app.lab.ladder.rows import LadderResult

log = logging.getLogger(__name__)


def by_contents(
    ballots: Iterable[Ballot],
) -> dict[tuple[object, object], list[tuple[Ballot, Outcome]]]:
    """Votes by the contents of two candidates, as they are seen from the first.

    Each stands under both orders of its two, whichever was the reference.
    """
    found: dict[tuple[object, object], list[tuple[Ballot, Outcome]]] = defaultdict(list)
    for ballot in ballots:
        outcome = outcome_of(ballot.choice, candidate_left=ballot.candidate_left)
        candidate, reference = ballot.candidate.content, ballot.reference.content
        found[candidate, reference].append((ballot, outcome))
        if candidate != reference:
            found[reference, candidate].append((ballot, outcome.mirrored))
    return dict(found)


def stored_rates(database: Path, result: LadderResult) -> dict[tuple[str, str], WinRate]:
    """Win rates of the first of two rows against the second, by keys, out of the window's store.

    Pairs without a vote that prefers one are left out, and so is everything where the store
    cannot be read: a ladder is told all the same. Any thread.
    """
    try:
        with reading_votes(database) as store:
            ballots = [] if store is None else store.ballots()
    except PersonError as error:
        log.warning("%s %s", error.sentence, error.detail)
        return {}
    cast = by_contents(ballot for ballot in ballots if ballot.undone_ns is None)
    known = {key: content for key, row in result.rows.items() if (content := _content(row))}
    rates: dict[tuple[str, str], WinRate] = {}
    for one, other in itertools.permutations(known, 2):
        counted = tally(outcome for _, outcome in cast.get((known[one], known[other]), ()))
        if counted.decided and known[one] != known[other]:
            rates[one, other] = counted.rate
    return rates


def _content(row: Row) -> tuple[object, ...] | None:
    """What its votes are filed under; None where its file is not known."""
    if (server := row.candidate.server) is not None:
        file = VotedFile.of_server(server)
    elif row.facts is not None:
        file = VotedFile(row.file, sha256=row.facts.sha256)
    else:
        return None
    return VotedCandidate(row.candidate, file).content
