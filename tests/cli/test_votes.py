"""``votes`` as a process, also while another program owns the store."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.candidates.notation import with_settings
from app.core.votes.choices import Choice
from app.core.votes.pairs import (
    Role,
    VoteAnswer,
    VotedCandidate,
    VotedFile,
    VotePair,
    VoteSettings,
)
from app.store.database import open_database
from app.store.paths import Paths
from app.store.votes import VoteStore
from app.store.window.lock import OwnerLock

if TYPE_CHECKING:
    from tests.cli.conftest import Program

pytestmark = pytest.mark.e2e

FILES = (
    VotedFile("/m/sky-F16.gguf", "F16", 100, 1, ("a",)),
    VotedFile("/m/sky-Q2_K.gguf", "Q2_K", 30, 1, ("b",)),
)
REFERENCE, CANDIDATE = (VotedCandidate(candidate_of(file.path), file) for file in FILES)
SMALLER = VotedCandidate(with_settings(CANDIDATE.candidate, "kv=q4_0"), CANDIDATE.file)


def vote(program: Program, choices: list[Choice], candidate: VotedCandidate = CANDIDATE) -> None:
    """Votes of a window that is gone; the candidate always stood on the left."""
    paths = Paths.below(program.home / "program")
    paths.create()
    connection = open_database(paths.database)
    store = VoteStore(connection)
    settings = VoteSettings()
    for number, choice in enumerate(choices):
        pair = VotePair(
            f"{number}?", REFERENCE, candidate, settings, 1, number, candidate_left=True
        )
        (added,) = store.add([pair])
        for role in Role:
            store.save_answer(added.id, role, VoteAnswer(role.value), "engine 1")
        store.cast(added.id, choice)
    connection.close()


def test_nothing_was_voted_on(program: Program) -> None:
    assert "No votes yet" in program.run("votes").out
    assert program.json("votes") == {"standings": [], "not_voted": 0}


def test_what_votes_say(program: Program) -> None:
    vote(program, [Choice.RIGHT] * 12 + [Choice.LEFT, Choice.TIE, Choice.IDENTICAL])
    (standing,) = program.json("votes")["standings"]
    assert (standing["candidate_better"], standing["reference_better"]) == (1, 12)
    assert standing["candidate"]["file"] == standing["candidate"]["candidate"]
    assert standing["candidate"]["file"] == CANDIDATE.file.path
    table = program.run("votes").out
    assert "sky-Q2_K" in table
    assert "0 to 48 %" in table


def test_one_file_with_two_settings_stands_twice(program: Program) -> None:
    vote(program, [Choice.LEFT])
    vote(program, [Choice.RIGHT, Choice.RIGHT], SMALLER)
    plain, smaller = program.json("votes")["standings"]
    assert plain["candidate"]["candidate"] == CANDIDATE.file.path
    assert smaller["candidate"]["candidate"] == f"{CANDIDATE.file.path}#kv=q4_0"
    assert (plain["candidate_better"], smaller["reference_better"]) == (1, 2)
    assert "sky-Q2_K#kv=q4_0" in program.run("votes").out


def test_a_servers_model_is_called_as_it_is_typed(program: Program) -> None:
    there = ServerModel("cellar", "http://big:9931/v1", "moon")
    vote(program, [Choice.LEFT], VotedCandidate(Candidate(there), VotedFile.of_server(there)))
    (standing,) = program.json("votes")["standings"]
    assert standing["candidate"]["file"] == "server:cellar#model=moon"
    table = program.run("votes").out
    assert "server:cellar#model=moon" in table
    assert "big" not in table


def test_every_vote_can_be_written_to_a_file(program: Program, tmp_path: Path) -> None:
    vote(program, [Choice.LEFT, Choice.BOTH_BAD])
    lock = OwnerLock(Paths.below(program.home / "program").lock)
    lock.acquire()  # the window is open
    try:
        program.run("votes", "--export", tmp_path / "votes.csv")
        program.run("votes", "--export", tmp_path / "votes.json")
    finally:
        lock.release()
    document = json.loads((tmp_path / "votes.json").read_text(encoding="utf-8"))
    assert [each["outcome"] for each in document["votes"]] == ["candidate better", "both bad"]
    with (tmp_path / "votes.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["candidate_answer"] for row in csv.DictReader(file)] == ["candidate"] * 2


def test_what_cannot_be_written_is_said(program: Program, tmp_path: Path) -> None:
    ended = program.run("votes", "--export", tmp_path / "votes.txt", status=2)
    assert "neither .csv nor .json" in ended.err
    ended = program.run("votes", "--export", tmp_path / "none" / "votes.csv", status=1)
    assert "cannot be written" in ended.err
