from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.candidates.notation import with_settings
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import AnswerFigures, Chat, StopReason
from app.core.votes.choices import Choice, Outcome
from app.core.votes.pairs import (
    PairState,
    Role,
    VoteAnswer,
    VotedCandidate,
    VotedFile,
    VotePair,
    VoteSettings,
)
from app.store.chats import ChatStore
from app.store.database import StoreFailed, open_database
from app.store.schema import MIGRATIONS
from app.store.votes import VoteStore, reading_votes

if TYPE_CHECKING:
    from tests.store.conftest import Child

VOTES_SINCE = 5
FILE = VotedFile("/models/sky-F16.gguf", "F16", 1000, 7)
OTHER = VotedFile("/models/sky-Q2_K.gguf", "Q2_K", 300, 8, ("ab", "cd"))
REFERENCE = VotedCandidate(candidate_of(FILE.path), FILE)
CANDIDATE = VotedCandidate(candidate_of(OTHER.path), OTHER)
# The same file, run otherwise.
SMALLER = VotedCandidate(with_settings(candidate_of(FILE.path), "kv=q4_0,template=chatml"), FILE)
SETTINGS = VoteSettings(SamplingSettings(max_tokens=64), "Be brief.", 2048, 2)
ANSWER = VoteAnswer(
    "It is blue.", "hm", StopReason.LENGTH, "digest", AnswerFigures(generated_tokens=5)
)


def pair(prompt: str = "Why?", number: int = 0) -> VotePair:
    return VotePair(prompt, REFERENCE, CANDIDATE, SETTINGS, 2**62, number, candidate_left=True)


def answered(store: VoteStore, prompt: str = "Why?") -> VotePair:
    """A pair that can be voted on."""
    (added,) = store.add([pair(prompt)])
    for role in Role:
        store.save_answer(added.id, role, VoteAnswer(role.value), "engine 1")
    return store.pair(added.id)


@pytest.fixture
def votes(connection: sqlite3.Connection, clock: Callable[[], int]) -> VoteStore:
    return VoteStore(connection, clock)


def test_an_older_store_learns_to_keep_votes_and_keeps_its_chats(database: Path) -> None:
    old = open_database(database, migrations=MIGRATIONS[: VOTES_SINCE - 1])
    ChatStore(old).create(Chat(0, "kept"))
    old.close()
    with reading_votes(database) as nothing:
        assert nothing is None

    connection = open_database(database)

    assert [chat.title for chat in ChatStore(connection).list_chats()] == ["kept"]
    connection.close()
    with reading_votes(database) as votes:
        assert votes is not None
        assert votes.all_pairs() == []
    assert database.with_name(f"{database.name}.version-{VOTES_SINCE - 1}").is_file()


def test_everything_of_a_pair_comes_back(votes: VoteStore) -> None:
    first, second = votes.add([pair(), pair("And then?", 1)])
    assert first.state is PairState.WAITING
    assert (first.reference, first.candidate, first.settings) == (REFERENCE, CANDIDATE, SETTINGS)
    assert (first.seed, first.candidate_left, second.number) == (2**62, True, 1)
    assert 0 < first.created_ns < second.created_ns

    votes.save_answer(first.id, Role.CANDIDATE, ANSWER, "engine 1")
    assert votes.pair(first.id).state is PairState.WAITING
    votes.save_answer(first.id, Role.REFERENCE, VoteAnswer("Because."), "engine 1")

    ready = votes.pair(first.id)
    assert ready.state is PairState.READY
    assert ready.candidate_answer == ANSWER
    assert ready.engine == "engine 1"
    assert [each.id for each in votes.open_pairs()] == [first.id, second.id]


def test_what_is_found_out_about_a_file_counts_for_all_its_pairs(votes: VoteStore) -> None:
    votes.add([pair(), pair("And then?", 1)])
    votes.add([replace(pair("Why not?", 2), candidate=SMALLER)])
    known = VotedFile(FILE.path, "BF16", 1000, 7, ("ef",))
    votes.know_file(known)
    assert {each.reference.file for each in votes.all_pairs()} == {known}
    assert votes.all_pairs()[2].candidate == VotedCandidate(SMALLER.candidate, known)
    assert votes.files() == [known, OTHER]


def test_one_file_with_two_settings_is_two_candidates(votes: VoteStore) -> None:
    (added,) = votes.add([replace(pair(), candidate=SMALLER)])
    assert (added.reference, added.candidate) == (REFERENCE, SMALLER)
    assert added.reference.content != added.candidate.content
    votes.cast(added.id, Choice.RIGHT)
    (ballot,) = votes.ballots()
    assert (ballot.reference, ballot.candidate) == (REFERENCE, SMALLER)
    assert votes.asked() == [("Why?", REFERENCE, SMALLER)]
    assert votes.files() == [FILE]


def test_a_vote_is_cast_once(votes: VoteStore) -> None:
    ready = answered(votes)
    vote = votes.cast(ready.id, Choice.LEFT)
    voted = votes.pair(ready.id)
    assert voted.state is PairState.VOTED
    assert voted.outcome is Outcome.BETTER
    assert voted.vote == vote
    assert votes.open_pairs() == []
    with pytest.raises(StoreFailed):
        votes.cast(ready.id, Choice.RIGHT)
    (ballot,) = votes.ballots()
    assert (ballot.choice, ballot.candidate_left, ballot.candidate) == (
        Choice.LEFT,
        True,
        CANDIDATE,
    )


def test_a_vote_taken_back_stays_and_its_pair_is_not_shown_again(votes: VoteStore) -> None:
    ready = answered(votes)
    vote = votes.cast(ready.id, Choice.TIE)
    votes.undo(vote.id)

    back = votes.pair(ready.id)
    assert back.state is PairState.RETIRED
    assert back.outcome is None
    assert back.vote is not None
    assert back.vote.undone_ns is not None
    (ballot,) = votes.ballots()
    assert ballot.undone_ns == back.vote.undone_ns
    assert votes.open_pairs() == []
    # Its answers were seen.
    assert [prompt for prompt, _, _ in votes.asked()] == ["Why?"]


def test_pairs_that_were_never_seen_may_be_asked_again(votes: VoteStore) -> None:
    (added,) = votes.add([pair()])
    assert [prompt for prompt, _, _ in votes.asked()] == ["Why?"]
    votes.retire([added.id])
    assert votes.asked() == []
    assert votes.open_pairs() == []
    assert votes.pair(added.id).state is PairState.RETIRED


def test_a_failure_is_kept_until_the_pair_is_asked_anew(votes: VoteStore) -> None:
    (added,) = votes.add([pair()])
    votes.set_error(added.id, "The engine ended.")
    assert votes.pair(added.id).state is PairState.FAILED
    votes.set_error(added.id, None)
    assert votes.pair(added.id).state is PairState.WAITING


def test_votes_can_be_read_while_another_program_owns_them(
    votes: VoteStore, database: Path
) -> None:
    votes.cast(answered(votes).id, Choice.RIGHT)
    with reading_votes(database) as store:
        assert store is not None
        assert [each.outcome for each in store.all_pairs()] == [Outcome.WORSE]
        with pytest.raises(StoreFailed):
            store.retire([1])
    with reading_votes(database.with_name("missing")) as nothing:
        assert nothing is None


def test_what_a_newer_program_wrote_is_left_out_and_not_guessed(
    votes: VoteStore, database: Path
) -> None:
    first, second = answered(votes), answered(votes, "And?")
    votes.cast(first.id, Choice.LEFT)
    votes.cast(second.id, Choice.LEFT)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("UPDATE blind_vote SET choice = 'better in style' WHERE pair_id = ?", (first.id,))
    other.execute("UPDATE blind_pair SET candidate_answer = '{' WHERE id = ?", (second.id,))
    other.close()
    assert [ballot.pair_id for ballot in votes.ballots()] == [second.id]
    assert [each.id for each in votes.all_pairs()] == [first.id]


def test_a_killed_program_loses_no_vote_and_no_answer(
    database: Path, start_child: Callable[..., Child]
) -> None:
    code = """
import sys, time
from pathlib import Path
from app.core.votes.choices import Choice
from app.store.database import open_database
from app.store.votes import VoteStore
from tests.store.test_votes import ANSWER, answered, pair
from app.core.votes.pairs import Role
store = VoteStore(open_database(Path(sys.argv[1])))
store.cast(answered(store).id, Choice.LEFT)
half, = store.add([pair("Half?")])
store.save_answer(half.id, Role.REFERENCE, ANSWER, "engine 1")
print("written", flush=True)
sys.stdin.read()
"""
    child = start_child(code, database)
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    child.kill()
    child.wait()

    connection = open_database(database)
    voted, half = VoteStore(connection).all_pairs()
    assert voted.outcome is Outcome.BETTER
    assert half.state is PairState.WAITING
    assert half.reference_answer == ANSWER
    connection.close()
