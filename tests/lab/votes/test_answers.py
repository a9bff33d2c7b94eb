"""Blind votes on a server's model beside a file of this PC, over a real server and a real engine.

Tests app.lab.votes.files, app.lab.votes.rates, app.lab.votes.export and app.store.votes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.votes.choices import Outcome, shuffle
from app.core.votes.pairs import PairState, Role, VoteAnswer, VotedCandidate, VotedFile
from app.core.words.sentence import from_kept
from app.engine.remote.access import Access
from app.engine.remote.engine import RemoteEngines
from app.lab.engines.room import EngineRoom
from app.lab.votes.answers import AnswerMaker
from app.lab.votes.export import standings, votes_csv, votes_json
from app.lab.votes.orders import Answered, VoteOrder
from app.lab.votes.rates import stored_rates
from app.library.model_files import open_model_file
from tests.helpers.replay import forms
from tests.helpers.replay.forms import chunk, said, usage
from tests.helpers.replay.server import Replay, events, told
from tests.lab import ladder_cases as cases
from tests.lab.serve.conftest import serving
from tests.lab.votes.test_rounds import PROMPTS, SEED, SHORT, Booth, vote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.core.votes.pairs import VotePair

TOLD = {"The sky is green!", "The sky is blue."}


class FarBooth(Booth):
    """A booth whose engines of servers are at the address that a candidate names."""

    def maker(self, _tell: object = None) -> AnswerMaker:
        room = EngineRoom(
            self.folder / "state",
            lambda: self.memory_bytes,
            elsewhere=lambda model: RemoteEngines(Access(model.url, model.model)),
        )
        return AnswerMaker(room, open_model_file, self.booth.known_files(), self.take)

    def have_answered(self, *candidates: Candidate) -> list[VotePair]:
        """As the window does it: placed, and then read out of the store."""
        keys = self.look_at(*candidates)
        placed = self.booth.place(VoteOrder(PROMPTS, candidates[0], candidates[1:], SHORT))
        self.maker().run(self.booth.unanswered(keys))
        return [self.store.pair(pair.id) for pair in placed.pairs]


@pytest.fixture
def far(tmp_path: Path) -> Iterator[FarBooth]:
    booth = FarBooth(tmp_path)
    yield booth
    booth.close()


def test_a_round_with_a_server_is_as_blind_as_any_and_filed_under_it(
    far: FarBooth, models: dict[str, Path], tmp_path: Path
) -> None:
    here = candidate_of(models["blue"])
    with serving(tmp_path / "serve", models["green"]) as server:
        there = Candidate(ServerModel("cellar", server.url, "green"))
        pairs = far.have_answered(here, there)
        host = server.url.removeprefix("http://").removesuffix("/v1")
    assert [pair.state for pair in pairs] == [PairState.READY] * 3
    # Who answers first is drawn, so that a slower server is not given away by what is counted.
    answered = [event.role for event in far.events if isinstance(event, Answered)]
    firsts = [
        Role.CANDIDATE if shuffle(SEED, pair.number).candidate_first else Role.REFERENCE
        for pair in pairs
    ]
    assert answered == [role for first in firsts for role in (first, first.other)]

    keys = [here.key(), there.key()]
    shown = far.booth.next_pair(keys)
    assert shown is not None
    assert {shown.left, shown.right} == TOLD
    assert set(type(shown).__slots__) == {"id", "prompt", "left", "right", "pictures"}
    for outcome in (Outcome.BETTER, Outcome.WORSE, Outcome.BETTER):
        assert vote(far, keys, outcome).candidate.candidate == there

    # A server counts by its address, whatever it is called; another address is another one.
    source = there.source
    renamed, typed, moved = (
        Candidate(msgspec.structs.replace(source, **changed))
        for changed in ({"server": "attic"}, {"server": ""}, {"url": "http://other:1/v1"})
    )
    far.open()
    far.look_at(here, there, renamed, typed, moved)
    for same in (there, renamed, typed):
        standing = far.booth.standing(same.key(), here.key()).tally
        assert (standing.better, standing.worse) == (2, 1)
    assert far.booth.standing(moved.key(), here.key()).tally.total == 0

    every = far.store.all_pairs()
    (row,) = standings(every)
    assert row["candidate"]["file"] == row["candidate"]["candidate"] == "server:cellar#model=green"
    for data in (votes_csv(every), votes_json(every)):
        assert b"server:cellar#model=green" in data
        assert host.encode() not in data
        assert host.rpartition(":")[2].encode() + b"/" not in data


def test_votes_on_a_server_reach_the_ladder(far: FarBooth) -> None:
    measured, key = cases.on_server(cases.result(), "/m/sky-Q2_K.gguf")
    row, reference = measured.rows[key], measured.reference
    far.look_at(row.candidate)
    original = VotedFile(
        reference.file, "", 1, 1, reference.facts.sha256 if reference.facts else ()
    )
    far.booth.set_identities({reference.key: VotedCandidate(reference.candidate, original)})
    order = VoteOrder(PROMPTS, reference.candidate, [row.candidate], SHORT)
    for pair in far.booth.place(order).pairs:
        for role in Role:
            far.booth.take(Answered(pair.id, role, VoteAnswer(role.value), "engine"))
        vote(far, [reference.key, key], Outcome.BETTER)
    stored = stored_rates(far.folder / "votes.sqlite3", measured)
    assert stored[key, reference.key] == far.booth.rates(reference.key, [key])[key]
    assert stored[key, reference.key].wins == 3


def test_a_server_that_thinks_has_room_for_it_and_one_that_is_gone_is_no_vote(
    far: FarBooth, models: dict[str, Path]
) -> None:
    here = candidate_of(models["blue"])
    thought = events(
        *said("Hm.", field="reasoning_content"), *said("Green."), chunk({}, "stop"),
        chunk(usage=usage()),
    )  # fmt: skip
    ways = forms.llama_server(thought)
    ways["GET /props"] = told({"chat_template": "{% if enable_thinking %}<think>{% endif %}"})
    with Replay(ways) as server:
        there = Candidate(ServerModel("cellar", server.url, forms.MODEL))
        pairs = far.have_answered(here, there)
        asked = server.of("POST /v1/chat/completions")
    assert {pair.state for pair in pairs} == {PairState.READY}
    assert {pair.candidate_answer.text for pair in pairs if pair.candidate_answer} == {"Green."}
    assert all(each.body["max_tokens"] > 1000 for each in asked)

    lost = Candidate(ServerModel("attic", server.url, "gone"))
    far.look_at(here, lost)
    far.booth.place(VoteOrder(["Else?"], here, [lost], SHORT))
    far.maker().run(far.booth.unanswered([here.key(), lost.key()]))
    (failed,) = [pair for pair in far.store.open_pairs() if pair.state is PairState.FAILED]
    assert "Nothing answers" in str(from_kept(failed.error or ""))
