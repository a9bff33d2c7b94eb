"""Blind votes in the database: pairs of answers, and what was chosen."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.votes.choices import Choice
from app.core.votes.pairs import (
    Role,
    Vote,
    VoteAnswer,
    VotedCandidate,
    VotedFile,
    VotePair,
    VoteSettings,
)
from app.core.votes.prompts import as_asked
from app.core.words.sentence import say
from app.store.database import reading, said, transaction
from app.store.rows import pictures_from, storable
from app.store.tolerant import NotReadable, from_json, look_up, to_json

if TYPE_CHECKING:
    import sqlite3

log = logging.getLogger(__name__)

_CANNOT_STORE = say("store.vote_cannot_stored")
_CANNOT_STORE_ANSWER = say("store.answers_vote_cannot_stored")
_CANNOT_READ = say("store.votes_cannot_read")

# A vote that is deleted goes with its pair, whose answers were seen.
_NOT_DELETED = """
    pair.id NOT IN (
        SELECT pair_id FROM entry JOIN blind_vote ON blind_vote.id = entry.number
        WHERE kind = 'vote' AND deleted_ns IS NOT NULL
    )
"""
_FILE_COLUMNS = "id, path, level, file_bytes, modified_ns, sha256"
_PAIRS = f"""
    SELECT pair.id, prompt, reference_id, reference_settings, candidate_id, candidate_settings,
        settings, seed, number, candidate_left, engine, reference_answer, candidate_answer,
        error, created_ns, retired_ns, vote.id, vote.choice, vote.cast_ns, vote.undone_ns
    FROM blind_pair AS pair LEFT JOIN blind_vote AS vote ON vote.pair_id = pair.id
    WHERE {_NOT_DELETED}
"""
_OPEN = "AND retired_ns IS NULL AND vote.id IS NULL"
_BALLOTS = f"""
    SELECT vote.id, pair.id, reference_id, reference_settings, candidate_id, candidate_settings,
        choice, candidate_left, cast_ns, undone_ns
    FROM blind_vote AS vote JOIN blind_pair AS pair ON pair.id = vote.pair_id
    WHERE {_NOT_DELETED} ORDER BY vote.id
"""
_ADD_PAIR = """
    INSERT INTO blind_pair (prompt, reference_id, reference_settings, candidate_id,
        candidate_settings, settings, seed, number, candidate_left, engine, created_ns)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A store of a version before: nothing was set.
_AS_IT_IS_NOW = """
    CREATE TEMP VIEW blind_pair AS
    SELECT *, NULL AS reference_settings, NULL AS candidate_settings FROM main.blind_pair
"""
_ASKED = """
    SELECT prompt, json_extract(settings, '$.pictures'), reference_id, reference_settings,
        candidate_id, candidate_settings
    FROM blind_pair AS pair WHERE retired_ns IS NULL
    OR EXISTS (SELECT 1 FROM blind_vote WHERE pair_id = pair.id) ORDER BY id
"""


for _kind in (VoteSettings, Candidate, VoteAnswer):
    look_up(_kind)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote without what was read.

    Attributes:
        id: Of the vote.
        pair_id: What was voted on.
        reference: One of the two.
        candidate: The other.
        choice: What was chosen.
        candidate_left: On which side the candidate stood.
        cast_ns: When, since 1970.
        undone_ns: When it was taken back; None while it stands.
    """

    id: int
    pair_id: int
    reference: VotedCandidate
    candidate: VotedCandidate
    choice: Choice
    candidate_left: bool
    cast_ns: int
    undone_ns: int | None


class VoteStore:
    """Reads and writes them. Lives on the thread that opened the connection.

    Every method raises ``StoreFailed`` when the database cannot do it. What a method has written is
    on the disk when it returns.
    """

    def __init__(
        self, connection: sqlite3.Connection, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._connection = connection
        self._clock_ns = clock_ns

    # --- reading --------------------------------------------------------------------------

    def files(self) -> list[VotedFile]:
        """Every file that was ever voted on or is to be."""
        return list(self._files().values())

    def open_pairs(self) -> list[VotePair]:
        """Pairs that wait for answers, for a vote, or for another try; the oldest first."""
        return self._pairs(f"{_PAIRS} {_OPEN} ORDER BY pair.id")

    def all_pairs(self) -> list[VotePair]:
        """Every pair, the oldest first."""
        return self._pairs(f"{_PAIRS} ORDER BY pair.id")

    def pair(self, number: int) -> VotePair:
        """One pair.

        Raises:
            KeyError: There is none of this number.
        """
        found = self._pairs(f"{_PAIRS} AND pair.id = ?", (number,))
        if not found:
            raise KeyError(number)
        return found[0]

    def of_vote(self, number: int) -> VotePair:
        """The pair on which a vote was cast.

        Raises:
            KeyError: There is none of this number.
        """
        with said(_CANNOT_READ):
            row = self._connection.execute(
                "SELECT pair_id FROM blind_vote WHERE id = ?", (number,)
            ).fetchone()
        if row is None:
            raise KeyError(number)
        return self.pair(row[0])

    def ballots(self) -> list[Ballot]:
        """Every vote, the oldest first."""
        files = self._files()
        with said(_CANNOT_READ):
            rows = self._connection.execute(_BALLOTS).fetchall()
        found: list[Ballot] = []
        for number, pair_id, one, set_one, other, set_other, value, left, *times in rows:
            choice = _choice(value, number)
            if choice is None:
                continue
            try:
                both = _voted(files[one], set_one), _voted(files[other], set_other)
            except NotReadable:
                log.warning("vote %d cannot be read", number, exc_info=True)
                continue
            found.append(Ballot(number, pair_id, *both, choice, bool(left), *times))
        return found

    def asked(self) -> list[tuple[str, VotedCandidate, VotedCandidate]]:
        """What was asked (``as_asked``) whose answers were seen, or will be, and of which two."""
        files = self._files()
        with said(_CANNOT_READ):
            rows = self._connection.execute(_ASKED).fetchall()
        found: list[tuple[str, VotedCandidate, VotedCandidate]] = []
        for prompt, shown, one, set_one, other, set_other in rows:
            with contextlib.suppress(NotReadable):
                both = _voted(files[one], set_one), _voted(files[other], set_other)
                found.append((as_asked(prompt, pictures_from(shown)), *both))
        return found

    # --- writing --------------------------------------------------------------------------

    def add(self, pairs: Iterable[VotePair]) -> list[VotePair]:
        """Store new pairs; they come back with numbers and times."""
        added: list[VotePair] = []
        with said(_CANNOT_STORE_ANSWER), transaction(self._connection, durable=True):
            for pair in pairs:
                cursor = self._connection.execute(
                    _ADD_PAIR,
                    (
                        storable(pair.prompt),
                        self._file_id(pair.reference.file),
                        _settings_of(pair.reference.candidate),
                        self._file_id(pair.candidate.file),
                        _settings_of(pair.candidate.candidate),
                        to_json(pair.settings),
                        pair.seed,
                        pair.number,
                        pair.candidate_left,
                        pair.engine,
                        self._clock_ns(),
                    ),
                )
                added.append(self.pair(cast("int", cursor.lastrowid)))
        return added

    def know_file(self, file: VotedFile) -> None:
        """Store what was found out about a file: its level, its content."""
        with said(_CANNOT_STORE_ANSWER), transaction(self._connection, durable=True):
            number = self._file_id(file)
            self._connection.execute(
                "UPDATE blind_file SET level = ?, sha256 = ? WHERE id = ?",
                (storable(file.level), " ".join(file.sha256), number),
            )

    def save_answer(self, number: int, role: Role, answer: VoteAnswer, engine: str) -> None:
        """Store one answer of a pair."""
        column = f"{role.value}_answer"
        with said(_CANNOT_STORE_ANSWER), transaction(self._connection, durable=True):
            self._connection.execute(
                f"UPDATE blind_pair SET {column} = ?, engine = ? WHERE id = ?",
                (to_json(answer), storable(engine), number),
            )

    def set_error(self, number: int, sentence: str | None) -> None:
        """Store why a pair has no answer; None lets it be asked anew."""
        with said(_CANNOT_STORE_ANSWER), transaction(self._connection, durable=True):
            self._connection.execute(
                "UPDATE blind_pair SET error = ? WHERE id = ?",
                (None if sentence is None else storable(sentence), number),
            )

    def retire(self, numbers: Sequence[int]) -> None:
        """Set pairs aside for good; they stay stored."""
        with said(_CANNOT_STORE), transaction(self._connection, durable=True):
            for number in numbers:
                self._retire(number)

    def cast(self, number: int, choice: Choice) -> Vote:
        """Store a vote.

        Raises:
            StoreFailed: It cannot be stored, or the pair has one already.
        """
        now_ns = self._clock_ns()
        with said(_CANNOT_STORE), transaction(self._connection, durable=True):
            cursor = self._connection.execute(
                "INSERT INTO blind_vote (pair_id, choice, cast_ns) VALUES (?, ?, ?)",
                (number, choice.value, now_ns),
            )
        return Vote(cast("int", cursor.lastrowid), choice, now_ns)

    def undo(self, vote_id: int) -> None:
        """Take a vote back: it stays, flagged, and its pair is set aside."""
        with said(say("store.vote_cannot_taken_back")), transaction(self._connection, durable=True):
            self._connection.execute(
                "UPDATE blind_vote SET undone_ns = ? WHERE id = ? AND undone_ns IS NULL",
                (self._clock_ns(), vote_id),
            )
            row: tuple[int] | None = self._connection.execute(
                "SELECT pair_id FROM blind_vote WHERE id = ?", (vote_id,)
            ).fetchone()
            if row is not None:
                self._retire(row[0])

    # --- rows -----------------------------------------------------------------------------

    def _retire(self, number: int) -> None:
        self._connection.execute(
            "UPDATE blind_pair SET retired_ns = ? WHERE id = ? AND retired_ns IS NULL",
            (self._clock_ns(), number),
        )

    def _file_id(self, file: VotedFile) -> int:
        key = (storable(file.path), file.file_bytes, file.modified_ns)
        self._connection.execute(
            "INSERT OR IGNORE INTO blind_file (path, file_bytes, modified_ns, level, sha256) "
            "VALUES (?, ?, ?, ?, ?)",
            (*key, storable(file.level), " ".join(file.sha256)),
        )
        row = self._connection.execute(
            "SELECT id FROM blind_file WHERE path = ? AND file_bytes = ? AND modified_ns = ?", key
        ).fetchone()
        return int(row[0])

    def _files(self) -> dict[int, VotedFile]:
        with said(_CANNOT_READ):
            rows: list[tuple[int, str, str, int, int, str]] = self._connection.execute(
                f"SELECT {_FILE_COLUMNS} FROM blind_file"
            ).fetchall()
        return {
            number: VotedFile(path, level, file_bytes, modified_ns, tuple(sha256.split()))
            for number, path, level, file_bytes, modified_ns, sha256 in rows
        }

    def _pairs(self, query: str, values: tuple[object, ...] = ()) -> list[VotePair]:
        files = self._files()
        with said(_CANNOT_READ):
            rows = self._connection.execute(query, values).fetchall()
        return [pair for row in rows if (pair := _pair_of(row, files)) is not None]


@contextlib.contextmanager
def reading_votes(path: Path) -> Generator[VoteStore | None]:
    """The votes of a database that another program may own; None where there are none.

    Nothing is written, and nothing brought up to date.

    Raises:
        StoreFailed: It cannot be read.
    """
    with reading(path, "blind_vote", _CANNOT_READ) as connection:
        if connection is None:
            yield None
            return
        with said(_CANNOT_READ):
            query = "SELECT sql FROM sqlite_schema WHERE name = 'blind_pair'"
            pairs = connection.execute(query).fetchone()
            if pairs is not None and "candidate_settings" not in pairs[0]:
                connection.execute(_AS_IT_IS_NOW)
        yield VoteStore(connection)


def _pair_of(row: Sequence[Any], files: dict[int, VotedFile]) -> VotePair | None:
    number, prompt, one, set_one, other, set_other, *rest = row
    settings, seed, place, left, engine, *rest = rest
    reference_answer, candidate_answer, error, created_ns, retired_ns, *vote = rest
    try:
        return VotePair(
            prompt=prompt,
            reference=_voted(files[one], set_one),
            candidate=_voted(files[other], set_other),
            settings=from_json(settings, VoteSettings),
            seed=seed,
            number=place,
            candidate_left=bool(left),
            id=number,
            engine=engine,
            reference_answer=_answer(reference_answer),
            candidate_answer=_answer(candidate_answer),
            error=error,
            created_ns=created_ns,
            retired_ns=retired_ns,
            vote=_vote(vote),
        )
    except NotReadable:
        log.warning("pair %d of answers cannot be read", number, exc_info=True)
        return None


def _settings_of(candidate: Candidate) -> str | None:
    """What stands beside its file: itself, or nothing where it is no more than that."""
    is_file_alone = candidate.is_plain and candidate.server is None
    return None if is_file_alone else to_json(candidate)


def _voted(file: VotedFile, settings: str | None) -> VotedCandidate:
    if settings is None:
        return VotedCandidate(candidate_of(file.path), file)
    candidate = from_json(settings, Candidate)
    if candidate.server is None:
        candidate = replace(candidate, source=LocalFile(file.path))
    return VotedCandidate(candidate, file)


def _answer(text: str | None) -> VoteAnswer | None:
    return None if text is None else from_json(text, VoteAnswer)


def _vote(row: Sequence[Any]) -> Vote | None:
    number, value, cast_ns, undone_ns = row
    if number is None:
        return None
    choice = _choice(value, number)
    return None if choice is None else Vote(number, choice, cast_ns, undone_ns)


def _choice(value: str, number: int) -> Choice | None:
    try:
        return Choice(value)
    except ValueError:
        # A newer program knows choices that this one does not: they are not counted as others.
        log.warning("vote %d has an unknown choice: %s", number, value)
        return None
