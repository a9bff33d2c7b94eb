"""Votes for the world: one JSON document, or a table a row a vote."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from app.base.files import write_whole
from app.base.rights import usual_rights
from app.core.candidates.candidate import LocalFile
from app.core.candidates.notation import words_of
from app.core.candidates.passed_on import ids_without_folders
from app.core.errors import PersonError
from app.core.text.clean import json_text
from app.core.text.csv_cells import csv_cell
from app.core.text.shared_names import names_without_folders
from app.core.votes.choices import Outcome, outcome_of
from app.core.votes.pairs import Role, VoteAnswer, VotedCandidate, VotePair
from app.core.votes.tally import Tally, tally
from app.core.words.sentence import say

FORMAT_VERSION = 1


def votes_document(pairs: Sequence[VotePair]) -> dict[str, Any]:
    """Standings and votes; pairs that are not voted on are only counted: they stay blind.

    Args:
        pairs: All pairs, the oldest first.
    """
    voted = [pair for pair in pairs if pair.vote is not None]
    waiting = sum(pair.vote is None and pair.retired_ns is None for pair in pairs)
    return {
        "format": FORMAT_VERSION,
        "standings": standings(pairs),
        "votes": [_vote(pair) for pair in voted],
        "not_voted": waiting,
    }


def standings(pairs: Sequence[VotePair]) -> list[dict[str, Any]]:
    """What is known of each two candidates, whichever was which."""
    found: dict[tuple[object, object], _Counted] = {}
    for pair in pairs:
        if pair.vote is None:
            continue
        both: tuple[object, object] = (pair.candidate.content, pair.reference.content)
        turned: tuple[object, object] = (both[1], both[0])
        mirrored = both not in found and turned in found
        counted = found.setdefault(turned if mirrored else both, _Counted(pair))
        if pair.outcome is None:
            counted.taken_back += 1
        else:
            counted.outcomes.append(pair.outcome.mirrored if mirrored else pair.outcome)
    return [
        {
            "candidate": _voted(counted.first.candidate),
            "reference": _voted(counted.first.reference),
            **_figures(tally(counted.outcomes)),
            "taken_back": counted.taken_back,
        }
        for counted in found.values()
    ]


@dataclass(slots=True)
class _Counted:
    first: VotePair
    outcomes: list[Outcome] = field(default_factory=lambda: list[Outcome]())
    taken_back: int = 0


def votes_json(pairs: Sequence[VotePair]) -> bytes:
    """The document as text, with files by their names alone."""
    return json_text(votes_document(_shareable(pairs))).encode() + b"\n"


def votes_csv(pairs: Sequence[VotePair]) -> bytes:
    """A row a vote, for spreadsheets: UTF-8 with a mark at the start, files by their names."""
    rows = [_flat(_vote(pair)) for pair in _shareable(pairs) if pair.vote is not None]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["time"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _shareable(pairs: Sequence[VotePair]) -> list[VotePair]:
    """The pairs without this PC's folders: an export is made to be passed on."""
    every = [pair.voted(role) for pair in pairs for role in Role]
    here = (each.file.path for each in every if each.candidate.server is None)
    far = (server.model for each in every if (server := each.candidate.server) is not None)
    names = names_without_folders(here) | ids_without_folders(far)

    def named(voted: VotedCandidate) -> VotedCandidate:
        if (server := voted.candidate.server) is not None:
            shared = server.shared
            source = replace(shared, model=names.get(server.model, shared.model))
            name = source.words
        else:
            name = names[voted.file.path]
            source = LocalFile(name)
        candidate = replace(voted.candidate, source=source)
        return replace(voted, candidate=candidate, file=replace(voted.file, path=name))

    return [
        replace(pair, reference=named(pair.reference), candidate=named(pair.candidate))
        for pair in pairs
    ]


_WRITERS = {".csv": votes_csv, ".json": votes_json}
EXPORT_ENDINGS = tuple(_WRITERS)


def write_votes(pairs: Sequence[VotePair], target: Path) -> None:
    """Write every vote by the file's ending; the file appears when it is complete.

    Raises:
        PersonError: It cannot be written, or ends otherwise.
    """
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise PersonError(say("lab.ends_neither_csv_nor_json", name=target.name))
    try:
        data = writer(pairs)
        with usual_rights():
            write_whole(target, data)
    except OSError as error:
        raise PersonError(
            say("lab.path_cannot_be_written", path=target, reason=error.strerror or error)
        ) from error


def _figures(counted: Tally) -> dict[str, Any]:
    rate = counted.rate
    known = counted.decided > 0
    return {
        "finding": counted.finding.value,
        "candidate_better": counted.better,
        "reference_better": counted.worse,
        "ties": counted.ties,
        "both_bad": counted.both_bad,
        "identical": counted.identical,
        "win_rate": counted.better / counted.decided if known else None,
        "win_rate_low": rate.interval.low if known else None,
        "win_rate_high": rate.interval.high if known else None,
        "p_value": rate.p_value if known else None,
        "more_pairs": counted.more_pairs,
    }


def _vote(pair: VotePair) -> dict[str, Any]:
    vote = pair.vote
    assert vote is not None
    settings = pair.settings
    return {
        "time": _time(vote.cast_ns),
        "choice": vote.choice.value,
        "candidate_side": "left" if pair.candidate_left else "right",
        "outcome": outcome_of(vote.choice, candidate_left=pair.candidate_left).value,
        "taken_back": None if vote.undone_ns is None else _time(vote.undone_ns),
        "prompt": pair.prompt,
        "pictures": [picture.digest for picture in settings.pictures],
        "candidate": _voted(pair.candidate) | _answer(pair.answer(Role.CANDIDATE)),
        "reference": _voted(pair.reference) | _answer(pair.answer(Role.REFERENCE)),
        "settings": msgspec.to_builtins(settings.sampling)
        | {
            "system_prompt": settings.system_prompt,
            "context_tokens": settings.context_tokens,
            "threads": settings.threads,
        },
        "seed": pair.seed,
        "number": pair.number,
        "engine": pair.engine,
    }


def _voted(voted: VotedCandidate) -> dict[str, Any]:
    file, is_here = voted.file, voted.candidate.server is None
    return {
        "file": file.path if is_here else voted.candidate.place,
        "candidate": words_of(voted.candidate),
        "level": file.level,
        "file_bytes": file.file_bytes,
        "sha256": list(file.sha256),
    }


def _answer(answer: VoteAnswer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    return {
        "answer": answer.text,
        "thinking": answer.thinking,
        "stop_reason": answer.stop_reason.value,
        "generated_tokens": answer.figures.generated_tokens,
        "prompt_tokens": answer.figures.prompt_tokens,
        "prompt_sha256": answer.prompt_digest,
    }


def _time(moment_ns: int) -> str:
    return datetime.fromtimestamp(moment_ns / 1e9, UTC).isoformat(timespec="milliseconds")


def _flat(document: dict[str, Any], within: str = "") -> dict[str, object]:
    """One row: nested values under joined names."""
    row: dict[str, object] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            row |= _flat(cast("dict[str, Any]", value), f"{within}{name}_")
        elif isinstance(value, list):
            row[f"{within}{name}"] = csv_cell(" ".join(map(str, cast("list[object]", value))))
        else:
            row[f"{within}{name}"] = csv_cell(value)
    return row
