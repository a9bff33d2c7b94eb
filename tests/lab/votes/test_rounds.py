"""Blind votes over real engines whose models answer in known ways.

Tests app.lab.votes.answers, app.lab.votes.export, app.lab.votes.orders and app.core.votes.pairs.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.notation import with_settings
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Answer, Chat, StopReason, Turn
from app.core.chats.panes import ChatPane
from app.core.verdict import Limits, State
from app.core.votes.choices import Choice, Outcome, shuffle
from app.core.votes.pairs import (
    PairState,
    Role,
    Vote,
    VoteAnswer,
    VotedCandidate,
    VotedFile,
    VotePair,
    VoteSettings,
)
from app.core.votes.tally import Finding
from app.core.words.sentence import from_kept
from app.engine.protocol.measuring import PassesMeasured
from app.lab.beside.places import KeptPasses
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.pictures.shelf import PictureShelf
from app.lab.reports.document import ladder_document
from app.lab.tasks.prompts import bundled_prompts, demo_prompts
from app.lab.votes.answers import AnswerMaker
from app.lab.votes.export import votes_csv, votes_document, votes_json
from app.lab.votes.files import identify
from app.lab.votes.orders import Answered, AnswerEvent, AnswersProgress, PairFailed, VoteOrder
from app.lab.votes.rates import stored_rates
from app.lab.votes.rounds import VoteBooth
from app.library.model_files import open_model_file
from app.store.chats import ChatStore
from app.store.database import StoreFailed, open_database
from app.store.vote_prompts import recent_prompts
from app.store.votes import VoteStore
from tests.helpers import gguf_files as files
from tests.helpers.pictures import coloured_png
from tests.helpers.vision_files import write_projector
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.core.chats.pictures import Picture
    from app.lab.votes.orders import ShownPair

PLENTY_BYTES = 50_000_000_000
SEED = 2026
PROMPTS = ["Why is the sky blue?", "And at night?", "And on Mars?"]
SHORT = SamplingSettings(max_tokens=8)
VOTE = Vote(1, Choice.TIE, 1)


class Booth:
    """A booth over a store of the test's own, and engines when they are wanted.

    Attributes:
        events: All that the makers told.
        memory_bytes: What the makers believe is free.
        passes: What answering several at once gains.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.memory_bytes = PLENTY_BYTES
        self.picture_file: Callable[[Picture], str] = lambda picture: picture.file_name
        self.events: list[AnswerEvent] = []
        self.passes: KeptPasses | None = None
        self.connection: sqlite3.Connection | None = None
        self.open()

    def open(self) -> None:
        """Begin anew on what is stored, as a program that is started again."""
        self.close()
        self.connection = open_database(self.folder / "votes.sqlite3")
        self.store = VoteStore(self.connection)
        self.booth = VoteBooth(self.store, 2, lambda: SEED)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()

    def look(self, *paths: Path) -> list[str]:
        return self.look_at(*map(candidate_of, paths))

    def look_at(self, *candidates: Candidate) -> list[str]:
        self.booth.set_identities(identify(candidates, self.booth.known_files(), open_model_file))
        return [each.key() for each in candidates]

    def order(self, prompts: list[str], reference: Path, *candidates: Path) -> VoteOrder:
        """An order for files with nothing set."""
        return VoteOrder(
            prompts, candidate_of(reference), list(map(candidate_of, candidates)), SHORT
        )

    def maker(self, tell: Callable[[AnswerEvent], None] | None = None) -> AnswerMaker:
        return AnswerMaker(
            EngineRoom(self.folder / "state", lambda: self.memory_bytes),
            open_model_file,
            self.booth.known_files(),
            tell or self.take,
            picture_file=self.picture_file,
            passes=self.passes,
        )

    def take(self, event: AnswerEvent) -> None:
        self.events.append(event)
        self.booth.take(event)

    def ask(self, prompts: list[str], reference: Path, *candidates: Path) -> list[VotePair]:
        """Place an order and have it answered."""
        return self.ask_candidates(prompts, candidate_of(reference), *map(candidate_of, candidates))

    def ask_candidates(
        self, prompts: list[str], reference: Candidate, *candidates: Candidate
    ) -> list[VotePair]:
        self.look_at(reference, *candidates)
        placed = self.booth.place(VoteOrder(prompts, reference, candidates, SHORT))
        self.maker().run(placed.pairs)
        return [self.store.pair(pair.id) for pair in placed.pairs]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Booth]:
    booth = Booth(tmp_path)
    yield booth
    booth.close()


def test_both_answer_and_nothing_says_who_is_who(at: Booth, models: dict[str, Path]) -> None:
    blue, green = models["blue"], models["green"]
    pairs = at.ask(PROMPTS, blue, green)

    assert [pair.state for pair in pairs] == [PairState.READY] * 3
    assert {pair.candidate_answer.text for pair in pairs if pair.candidate_answer} == {
        "The sky is green!"
    }
    assert [pair.candidate_left for pair in pairs] == [
        shuffle(SEED, number).candidate_left for number in range(3)
    ]
    assert all(len(pair.reference.file.sha256[0]) == 64 for pair in pairs)
    assert all(pair.engine for pair in pairs)
    shown = at.booth.next_pair([str(blue), str(green)])
    assert shown is not None
    left_is_green = pairs[0].candidate_left
    texts = ("The sky is green!", "The sky is blue.")
    assert (shown.left, shown.right) == (texts if left_is_green else texts[::-1])
    assert set(type(shown).__slots__) == {"id", "prompt", "left", "right", "pictures"}


def test_pictures_are_shown_to_both_and_tell_prompts_apart(
    at: Booth, models: dict[str, Path], tmp_path: Path
) -> None:
    seer = files.write_tiny_llama(tmp_path / "seer.gguf")
    eyes = write_projector(tmp_path / "mmproj.gguf", 256)
    seeing = msgspec.structs.replace(candidate_of(seer), projector=str(eyes))
    twin = with_settings(seeing, "ctx=1024")
    shelf = PictureShelf(tmp_path / "pictures")
    colours = [(255, 0, 0), (0, 0, 255), (0, 255, 0)]
    red, blue, green = (shelf.take_bytes(coloured_png(60, 40, colour)) for colour in colours)
    at.picture_file = shelf.file_of

    def ask(picture: Picture, *candidates: Candidate) -> list[VotePair]:
        at.look_at(seeing, *candidates)
        order = VoteOrder(["What is it?"], seeing, candidates, SHORT, pictures=(picture,))
        placed = at.booth.place(order)
        at.maker().run(placed.pairs)
        return [at.store.pair(pair.id) for pair in placed.pairs]

    (first,) = ask(red, twin)
    assert ask(red, twin) == [], "it was seen"
    (second,) = ask(blue, twin)
    answers = [pair.reference_answer for pair in (first, second)]
    assert all(answers)
    assert answers[0] != answers[1]
    assert [pair.settings.pictures for pair in (first, second)] == [(red,), (blue,)]
    (blind,) = at.ask_candidates(["What is it?"], seeing, candidate_of(models["blue"]))
    assert blind.settings.pictures == ()
    (refused,) = ask(green, candidate_of(models["blue"]))
    assert refused.state is PairState.FAILED
    assert "cannot see" in str(from_kept(refused.error or ""))
    document = json.loads(votes_json([msgspec.structs.replace(first, vote=VOTE)]))
    assert document["votes"][0]["pictures"] == [red.digest]


def test_who_answers_first_is_drawn_for_each_pair(at: Booth, models: dict[str, Path]) -> None:
    pairs = at.ask(PROMPTS, models["blue"], models["green"])
    told = [event.role for event in at.events if isinstance(event, Answered)]
    firsts = [
        Role.CANDIDATE if shuffle(SEED, pair.number).candidate_first else Role.REFERENCE
        for pair in pairs
    ]
    assert told == [role for first in firsts for role in (first, first.other)]
    assert at.events[-1] == AnswersProgress(6, 6)


def test_several_prompts_are_answered_at_once_where_that_pays(
    at: Booth, models: dict[str, Path]
) -> None:
    prompts = [f"{PROMPTS[0]} ({number})" for number in range(9)]
    blue, green = models["blue"], models["green"]
    at.passes = KeptPasses(at.folder)
    for path in (blue, green):
        ready = opened(candidate_of(path), open_model_file)
        at.passes.keep(ready, 1, PassesMeasured(1, 10, {4: 20}))
    pairs = at.ask(prompts, blue, green)
    assert {pair.state for pair in pairs} == {PairState.READY}
    answers = [pair.reference_answer for pair in pairs]
    assert {one.text for one in answers if one} == {"The sky is blue."}
    assert [one.figures.shared for one in answers if one] == [True] * 8 + [False]
    told = [event.role for event in at.events if isinstance(event, Answered)]
    first = Role.CANDIDATE if shuffle(SEED, pairs[0].number).candidate_first else Role.REFERENCE
    assert told[:16] == [first] * 8 + [first.other] * 8
    assert at.events[-1] == AnswersProgress(18, 18)
    others = [f"{PROMPTS[1]} ({number})" for number in range(9)]
    # One that crashes is asked again, one after the other, until that is known.
    assert {pair.state for pair in at.ask(others, blue, models["aborts late"])} == {
        PairState.FAILED
    }


def test_where_memory_is_short_one_file_answers_before_the_other(
    at: Booth, models: dict[str, Path]
) -> None:
    at.memory_bytes = 0
    pairs = at.ask(PROMPTS, models["blue"], models["green"])
    told = [event.role for event in at.events if isinstance(event, Answered)]
    assert told in ([told[0]] * 3 + [told[0].other] * 3,)
    assert {pair.state for pair in pairs} == {PairState.READY}


def test_how_many_are_answered_at_once_does_not_follow_from_what_is_free(
    at: Booth, models: dict[str, Path]
) -> None:
    blue, green = models["blue"], models["green"]
    at.passes, at.memory_bytes = KeptPasses(at.folder), 0
    for path in (blue, green):
        ready = opened(candidate_of(path), open_model_file)
        at.passes.keep(ready, 1, PassesMeasured(1, 10, {4: 20}))
    pairs = at.ask([f"{PROMPTS[0]} ({number})" for number in range(9)], blue, green)
    answers = [pair.reference_answer for pair in pairs]
    assert [one.figures.shared for one in answers if one] == [True] * 8 + [False]
    told = [event.role for event in at.events if isinstance(event, Answered)]
    assert told == [told[0]] * 9 + [told[0].other] * 9


def test_votes_are_counted_and_told(at: Booth, models: dict[str, Path]) -> None:
    blue, green = models["blue"], models["green"]
    at.ask([*PROMPTS, "And now?"], blue, green)
    wanted = [Outcome.BETTER, Outcome.WORSE, Outcome.TIE, Outcome.BETTER]
    for outcome in wanted:
        pair = vote(at, [str(blue), str(green)], outcome)
        assert pair.outcome is outcome

    standing = at.booth.standing(str(green), str(blue))
    assert (standing.tally.better, standing.tally.worse, standing.tally.ties) == (2, 1, 1)
    assert [point.votes for point in standing.band] == [0, 1, 2, 3]
    assert standing.tally.finding is Finding.NOT_ENOUGH
    turned = at.booth.standing(str(blue), str(green)).tally
    assert (turned.better, turned.worse) == (1, 2)
    rates = at.booth.rates(str(blue), [str(green), str(models["mute"])])
    assert rates == {str(green): standing.tally.rate}


def test_the_same_words_are_a_tie_by_themselves(
    at: Booth, models: dict[str, Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy.gguf"
    words = ["The", " sky", " is", " blue", "."]
    files.write_scripted_model(copy, words, metadata={"general.name": "other"})
    (pair,) = at.ask(PROMPTS[:1], models["blue"], copy)
    assert pair.outcome is Outcome.IDENTICAL
    tally = at.booth.standing(str(copy), str(models["blue"])).tally
    assert (tally.identical, tally.left_out, tally.decided) == (1, 1, 0)
    assert at.booth.rates(str(models["blue"]), [str(copy)]) == {}


def test_a_crash_is_no_vote_and_is_said(at: Booth, models: dict[str, Path]) -> None:
    pairs = at.ask(PROMPTS, models["blue"], models["aborts late"])
    assert {pair.state for pair in pairs} == {PairState.FAILED}
    paths = [str(models["blue"]), str(models["aborts late"])]
    waiting = at.booth.waiting(paths)
    assert (waiting.ready, waiting.failed) == (0, 3)
    assert waiting.sentence
    assert at.booth.next_pair(paths) is None
    assert at.booth.standing(paths[1], paths[0]).tally.total == 0

    at.booth.forgive(paths)
    assert at.booth.waiting(paths).unanswered == 3
    at.booth.set_aside(paths, PairState.FAILED)
    assert at.booth.waiting(paths).unanswered == 3
    at.booth.set_aside(paths, PairState.WAITING)
    assert at.booth.waiting(paths).unanswered == 0


def test_a_file_that_cannot_be_loaded_is_tried_once(at: Booth, models: dict[str, Path]) -> None:
    at.look(models["blue"], models["green"])
    placed = at.booth.place(at.order(PROMPTS, models["blue"], models["green"]))
    path = models["broken"]
    broken = VotedCandidate(candidate_of(path), VotedFile(str(path), "", 1, 1))
    pairs = [msgspec.structs.replace(pair, candidate=broken) for pair in placed.pairs]
    at.maker().run(pairs)
    sentences = {event.sentence for event in at.events if isinstance(event, PairFailed)}
    assert len(sentences) == 1
    assert "truncated" in sentences.pop()


def test_a_file_that_computes_no_numbers_is_tried_once(
    at: Booth, models: dict[str, Path], tmp_path: Path
) -> None:
    broken = files.write_with_value(
        tmp_path / "nan.gguf", models["green"], "output_norm.weight", math.nan
    )
    pairs = at.ask(PROMPTS, models["blue"], broken)
    assert {pair.state for pair in pairs} == {PairState.FAILED}
    sentences = {event.sentence for event in at.events if isinstance(event, PairFailed)}
    assert len(sentences) == 1
    assert sentences.pop().startswith("This file computes no numbers (NaN)")


def test_an_answer_that_never_began_is_no_vote(
    at: Booth, models: dict[str, Path], tmp_path: Path
) -> None:
    slow = files.write_scripted_model(tmp_path / "slow.gguf", ["  ", "Yes", "."])
    paths = at.look(models["blue"], slow)
    sampling = SamplingSettings(max_tokens=1)
    placed = at.booth.place(replace(at.order(PROMPTS[:1], models["blue"], slow), sampling=sampling))
    at.maker().run(placed.pairs)
    assert at.store.pair(placed.pairs[0].id).state is PairState.FAILED
    assert "ran out of tokens" in at.booth.waiting(paths).sentence


def test_pairs_of_a_file_that_was_not_read_in_time_are_found_again(
    at: Booth, models: dict[str, Path], tmp_path: Path
) -> None:
    paths = at.look(models["blue"], models["green"])
    at.booth.place(at.order(PROMPTS, models["blue"], models["green"]))
    at.open()  # ended before a byte of the files was read
    assert at.look(models["blue"], models["green"]) == paths
    assert at.booth.waiting(paths).unanswered == 3

    same_size = tmp_path / "copy.gguf"
    same_size.write_bytes(models["green"].read_bytes())
    at.ask(["Else?"], models["blue"], same_size)
    at.open()  # now another file of this size is known, so that all are read
    at.look(models["blue"], models["green"])
    assert at.booth.waiting(paths).unanswered == 3


def test_stopping_keeps_what_is_there_and_going_on_asks_the_rest(
    at: Booth, models: dict[str, Path]
) -> None:
    paths = at.look(models["blue"], models["endless"])
    sampling = SamplingSettings(max_tokens=5000)
    order = at.order(PROMPTS, models["blue"], models["endless"])
    placed = at.booth.place(replace(order, sampling=sampling))
    makers: list[AnswerMaker] = []

    def stop_after_the_first(event: AnswerEvent) -> None:
        at.take(event)
        if isinstance(event, Answered) and event.role is Role.REFERENCE:
            makers[0].stop()

    makers.append(at.maker(stop_after_the_first))
    makers[0].run(placed.pairs)
    answered = sum(isinstance(event, Answered) for event in at.events)
    assert 1 <= answered < 6

    at.open()  # as after a crash: what was told is there
    at.look(models["blue"], models["endless"])
    rest = at.booth.unanswered(paths)
    missing = sum(pair.answer(role) is None for pair in rest for role in Role)
    assert missing == 6 - answered
    short = [msgspec.structs.replace(pair, settings=VoteSettings(SHORT)) for pair in rest]
    at.events.clear()
    at.maker().run(short)
    assert sum(isinstance(event, Answered) for event in at.events) == missing
    assert at.booth.waiting(paths).ready == 3


def test_pairs_stay_blind_across_a_restart(at: Booth, models: dict[str, Path]) -> None:
    at.ask(PROMPTS, models["blue"], models["green"])
    paths = [str(models["blue"]), str(models["green"])]
    before = at.booth.next_pair(paths)
    at.open()
    assert at.booth.next_pair(paths) is None  # not yet known which files these are
    at.look(models["blue"], models["green"])
    assert at.booth.next_pair(paths) == before


def test_a_vote_taken_back_counts_no_more_and_its_pair_is_gone(
    at: Booth, models: dict[str, Path]
) -> None:
    paths = [str(models["blue"]), str(models["green"])]
    at.ask(PROMPTS[:2], models["blue"], models["green"])
    first = vote(at, paths, Outcome.BETTER)
    at.booth.take_back(first)
    standing = at.booth.standing(paths[1], paths[0])
    assert (standing.tally.total, standing.taken_back) == (0, 1)
    following = at.booth.next_pair(paths)
    assert following is not None
    assert following.id != first.id
    with pytest.raises(ValueError, match="retired"):
        at.booth.cast(first.id, Choice.LEFT)


def test_a_prompt_whose_answer_is_known_is_left_out(at: Booth, models: dict[str, Path]) -> None:
    blue, green, mute = models["blue"], models["green"], models["mute"]
    at.ask(PROMPTS[:1], blue, green)
    at.look(blue, green, mute)
    again = at.booth.place(at.order(PROMPTS, blue, green))
    assert again.left_out == (PROMPTS[0],)
    assert [pair.prompt for pair in again.pairs] == PROMPTS[1:]
    # Another candidate, the same reference: its answer would be known again.
    assert at.booth.place(at.order(PROMPTS[:1], blue, mute)).left_out == (PROMPTS[0],)


def test_prompts_are_dealt_out_among_candidates(at: Booth, models: dict[str, Path]) -> None:
    blue, green, mute = models["blue"], models["green"], models["mute"]
    at.look(blue, green, mute)
    placed = at.booth.place(at.order([*PROMPTS, "And here?"], blue, green, mute))
    names = [Path(pair.candidate.file.path).stem for pair in placed.pairs]
    assert sorted(names) == ["green", "green", "mute", "mute"]
    assert len({pair.prompt for pair in placed.pairs}) == 4


def test_votes_belong_to_the_content_wherever_it_lies(
    at: Booth, models: dict[str, Path], tmp_path: Path
) -> None:
    blue, green = models["blue"], models["green"]
    at.ask(PROMPTS[:1], blue, green)
    vote(at, [str(blue), str(green)], Outcome.BETTER)
    moved = tmp_path / "moved.gguf"
    moved.write_bytes(green.read_bytes())
    at.look(blue, moved)
    assert at.booth.standing(str(moved), str(blue)).tally.better == 1

    content = bytearray(green.read_bytes())
    content[-1] ^= 1
    moved.write_bytes(bytes(content))  # as large as before, and another file
    os.utime(moved, ns=(1, 1))
    at.look(blue, moved)
    assert at.booth.standing(str(moved), str(blue)).tally.total == 0


def two_of(path: Path, *settings: str) -> list[Candidate]:
    return [with_settings(candidate_of(path), each) for each in settings]


def test_each_candidate_of_one_file_answers_with_its_own_settings(
    at: Booth, models: dict[str, Path]
) -> None:
    plain, small = two_of(models["endless"], "", "ctx=256,kv=q4_0,flash=on,template=plain")
    at.look_at(plain, small)
    order = VoteOrder(PROMPTS, plain, [small], SamplingSettings(max_tokens=400))
    at.maker().run(at.booth.place(order).pairs)

    pairs = at.store.all_pairs()
    assert [pair.state for pair in pairs] == [PairState.READY] * 3
    for pair in pairs:
        assert pair.reference_answer is not None
        assert pair.candidate_answer is not None
        assert pair.reference_answer.stop_reason is StopReason.LENGTH
        assert pair.candidate_answer.stop_reason is StopReason.CONTEXT
        assert pair.reference_answer.prompt_digest != pair.candidate_answer.prompt_digest
        assert pair.reference.file == pair.candidate.file


def test_votes_on_two_candidates_of_one_file_are_counted_apart(
    at: Booth, models: dict[str, Path], tmp_path: Path
) -> None:
    blue = models["blue"]
    base, first, second = two_of(models["green"], "", "kv=q8_0", "kv=q4_0,flash=on")
    reference = candidate_of(blue)
    at.ask_candidates(PROMPTS, reference, base, first, second)
    asked = Counter(pair.candidate.key for pair in at.store.all_pairs())
    assert asked == {base.key(): 1, first.key(): 1, second.key(): 1}
    for wanted, outcome in ((first, Outcome.BETTER), (second, Outcome.WORSE)):
        vote(at, [reference.key(), wanted.key()], outcome)

    keys = [each.key() for each in (base, first, second)]
    found = [at.booth.standing(key, reference.key()).tally for key in keys]
    assert [(each.better, each.worse) for each in found] == [(0, 0), (1, 0), (0, 1)]
    assert list(at.booth.rates(reference.key(), keys)) == keys[1:]
    votes = votes_document(at.store.all_pairs())["votes"]
    assert [each["candidate"]["candidate"] for each in votes] == [
        f"{models['green']}#kv=q8_0",
        f"{models['green']}#kv=q4_0,flash=on",
    ]
    # The settings go with the content, wherever it lies.
    moved = tmp_path / "moved.gguf"
    moved.write_bytes(models["green"].read_bytes())
    (elsewhere,) = two_of(moved, "kv=q8_0")
    at.look_at(elsewhere, candidate_of(moved))
    assert at.booth.standing(elsewhere.key(), reference.key()).tally.better == 1
    assert at.booth.standing(str(moved), reference.key()).tally.total == 0


def test_a_candidate_that_cannot_be_loaded_leaves_its_files_others_alone(
    at: Booth, models: dict[str, Path]
) -> None:
    plain, refused = two_of(models["green"], "", "kv=q4_0,flash=off")
    reference = candidate_of(models["blue"])
    pairs = at.ask_candidates(PROMPTS, reference, plain, refused)
    states = {pair.candidate.key: pair.state for pair in pairs}
    assert states == {plain.key(): PairState.READY, refused.key(): PairState.FAILED}


def test_rows_of_one_file_have_votes_of_their_own(tmp_path: Path) -> None:
    at = Booth(tmp_path)
    measured = cases.result()
    reference, q8 = list(measured.rows.values())[:2]
    assert reference.facts is not None
    assert q8.facts is not None
    (small,) = two_of(Path(q8.file), "kv=q4_0")
    twin = replace(q8, candidate=small)
    measured.rows[twin.key] = twin
    known = {
        row.key: VotedCandidate(row.candidate, VotedFile(row.file, "", 1, 1, row.facts.sha256))
        for row in (reference, q8, twin)
        if row.facts is not None
    }
    at.booth.set_identities(known)
    order = VoteOrder([f"{n}?" for n in range(3)], reference.candidate, [small])
    for pair in at.booth.place(order).pairs:
        for role in Role:
            at.booth.take(Answered(pair.id, role, VoteAnswer(role.value), "engine"))
        vote(at, [reference.key, twin.key], Outcome.WORSE)

    stored = stored_rates(tmp_path / "votes.sqlite3", measured)
    assert stored.keys() == {(twin.key, reference.key), (reference.key, twin.key)}
    assert stored[twin.key, reference.key].losses == 3
    at.close()


def test_a_file_that_changed_since_cannot_finish_a_pair(
    at: Booth, models: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "changes.gguf"
    path.write_bytes(models["green"].read_bytes())
    at.look(models["blue"], path)
    placed = at.booth.place(at.order(PROMPTS[:1], models["blue"], path))
    known = identify([candidate_of(path)], [], open_model_file)[str(path)].file
    at.store.know_file(msgspec.structs.replace(known, sha256=("another",)))
    os.utime(path, ns=(5, 5))
    at.maker().run([at.store.pair(placed.pairs[0].id)])
    error = at.store.pair(placed.pairs[0].id).error or ""
    assert "changes.gguf has changed" in str(from_kept(error))


# --- what a person sees of it -------------------------------------------------------------


def vote(at: Booth, paths: list[str], outcome: Outcome) -> VotePair:
    """Vote so that it says this; the test knows what the person does not."""
    shown = at.booth.next_pair(paths)
    assert shown is not None
    return at.booth.cast(shown.id, choice_for(at.store.pair(shown.id), outcome))


def choice_for(pair: VotePair, outcome: Outcome) -> Choice:
    if not outcome.decides:
        return Choice(outcome.value)
    wins_left = pair.candidate_left == (outcome is Outcome.BETTER)
    return Choice.LEFT if wins_left else Choice.RIGHT


def test_exports_tell_everything_but_what_is_still_blind(
    at: Booth, models: dict[str, Path]
) -> None:
    paths = [str(models["blue"]), str(models["green"])]
    pairs = at.ask([*PROMPTS, "=1+1"], models["blue"], models["green"])
    vote(at, paths, Outcome.WORSE)
    at.booth.take_back(vote(at, paths, Outcome.TIE))
    shown: ShownPair | None = at.booth.next_pair(paths)
    assert shown is not None

    document = votes_document(at.store.all_pairs())
    exported = json.loads(votes_json(at.store.all_pairs()))
    assert exported.pop("standings")[0]["candidate"]["file"] == models["green"].name
    for each in exported["votes"]:
        for name in ("file", "candidate"):
            assert each["reference"].pop(name) == models["blue"].name
            assert each["candidate"].pop(name) == models["green"].name
    printed = msgspec.to_builtins(document)
    for each in printed["votes"]:
        for name in ("file", "candidate"):
            assert each["reference"].pop(name) == str(models["blue"])
            assert each["candidate"].pop(name) == str(models["green"])
    del printed["standings"]
    assert exported == printed
    assert document["not_voted"] == 2
    (standing,) = document["standings"]
    assert (standing["reference_better"], standing["taken_back"]) == (1, 1)
    assert standing["finding"] == "not enough votes yet"
    first, second = document["votes"]
    assert first["outcome"] == "reference better"
    assert first["candidate"]["answer"] == "The sky is green!"
    assert first["candidate"]["sha256"] == list(pairs[0].candidate.file.sha256)
    assert first["settings"]["max_tokens"] == 8
    assert (first["seed"], first["taken_back"]) == (SEED, None)
    assert second["taken_back"] is not None

    rows = list(csv.DictReader(io.StringIO(votes_csv(at.store.all_pairs()).decode("utf-8-sig"))))
    assert [row["outcome"] for row in rows] == ["reference better", "tie"]
    assert rows[0]["reference_answer"] == "The sky is blue."
    assert votes_csv([]).decode("utf-8-sig").strip() == "time"


def test_a_cell_is_never_a_formula(at: Booth, models: dict[str, Path]) -> None:
    paths = [str(models["blue"]), str(models["green"])]
    at.ask(["=1+1"], models["blue"], models["green"])
    vote(at, paths, Outcome.TIE)
    assert b"'=1+1" in votes_csv(at.store.all_pairs())
    assert votes_document(at.store.all_pairs())["votes"][0]["prompt"] == "=1+1"


def test_bundled_prompts_are_many_and_differ() -> None:
    kinds = bundled_prompts()
    everything = [prompt for kind in kinds for prompt in kind.prompts]
    assert len(kinds) == 8
    assert len(set(everything)) == len(everything) >= 48
    assert len(demo_prompts().prompts) == 120


def test_prompts_of_the_chats_tell_who_answered_them(at: Booth) -> None:
    assert at.connection is not None
    store = ChatStore(at.connection)
    panes = [
        ChatPane("one", "A", candidate_of("/m/a.gguf")),
        ChatPane("two", "B", candidate_of("/m/b.gguf")),
    ]
    answer = Answer("!", stop_reason=StopReason.END)
    turns = [Turn(0, "Old?", {"one": answer}), Turn(0, "New?", {"one": answer, "two": answer})]
    store.create(Chat(0, "", panes=panes, turns=turns))
    store.create(Chat(0, "", panes=panes, turns=[Turn(0, " Old?\n", {"two": answer})]))
    found = recent_prompts(at.connection)
    assert [each.prompt for each in found] == ["Old?", "New?"]
    assert found[0].answered_by == {"/m/a.gguf", "/m/b.gguf"}
    assert len(recent_prompts(at.connection, most=1)) == 1


def test_votes_decide_in_the_verdict_of_a_ladder(tmp_path: Path) -> None:
    at = Booth(tmp_path)
    measured = cases.result()
    reference, candidate = measured.plan.reference, "/m/sky-Q8_0.gguf"
    known = {
        key: VotedCandidate(row.candidate, VotedFile(row.file, "", 1, 1, row.facts.sha256))
        for key, row in measured.rows.items()
        if row.facts is not None
    }
    at.booth.set_identities(known)
    order = at.order([f"{n}?" for n in range(16)], Path(reference), Path(candidate))
    for pair in at.booth.place(order).pairs:
        for role in Role:
            at.booth.take(Answered(pair.id, role, VoteAnswer(role.value), "engine"))
        vote(at, [reference, candidate], Outcome.WORSE)
    rates = at.booth.rates(reference, measured.plan.keys[1:])

    without = cases.view(measured, Limits()).row(candidate)
    stored = stored_rates(tmp_path / "votes.sqlite3", measured)
    given = cases.view(measured, Limits(), votes=stored)
    row = given.row(candidate)

    assert without is not None
    assert without.state is State.AS_GOOD
    assert row is not None
    assert row.judgement is not None
    assert row.state is State.LOSES
    assert row.judgement.loses_votes
    # The panel and the ladder see the same votes, by the files' contents.
    assert stored[candidate, reference] == rates[candidate]
    assert stored[reference, candidate].wins == rates[candidate].losses == 16
    assert len(stored) == 2
    assert stored_rates(tmp_path / "none.sqlite3", measured) == {}
    told = next(r for r in ladder_document(given)["candidates"] if r["file"] == candidate)
    assert (told["votes"]["better"], told["votes"]["worse"]) == (0, 16)
    at.close()


def test_equals_voted_on_through_the_store_are_told_apart_in_at_most_1_of_20(
    tmp_path: Path,
) -> None:
    """The whole way, looked at after every vote: placed, shuffled, shown, stored, counted."""
    generator = random.Random(11)
    paths = ["/m/a.gguf", "/m/b.gguf"]
    files_by_path = {
        path: VotedCandidate(candidate_of(path), VotedFile(path, "F16", 10, 1, (path,)))
        for path in paths
    }
    people, most, wrong = 80, 30, 0
    for person in range(people):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        make_tables(connection)
        store = VoteStore(connection)
        booth = VoteBooth(store, 1, lambda seed=person: seed)
        booth.set_identities(files_by_path)
        reference, candidate = map(candidate_of, paths)
        order = VoteOrder([f"{n}?" for n in range(most)], reference, [candidate])
        for pair in booth.place(order).pairs:
            for role in Role:
                booth.take(Answered(pair.id, role, VoteAnswer(generator.randbytes(4).hex()), ""))
        for _ in range(most):
            shown = booth.next_pair(paths)
            assert shown is not None
            # A person who likes what comes early in the alphabet, and leans to the left.
            likes_left = generator.random() < 0.15 or shown.left < shown.right
            booth.cast(shown.id, Choice.LEFT if likes_left else Choice.RIGHT)
            finding = booth.standing(paths[1], paths[0]).tally.finding
            if finding is not Finding.NOT_ENOUGH:
                wrong += 1
                break
        connection.close()
    assert wrong <= people * 0.05 + 3.1 * math.sqrt(people * 0.05 * 0.95)


def make_tables(connection: sqlite3.Connection) -> None:
    from app.store.schema import MIGRATIONS

    for step in MIGRATIONS:
        for statement in step:
            connection.execute(statement)


def test_thinking_has_room_of_its_own_and_is_not_shown(at: Booth, models: dict[str, Path]) -> None:
    at.look(models["thinks"], models["blue"])
    sampling = SamplingSettings(max_tokens=5)
    order = at.order(["2 + 2?"], models["blue"], models["thinks"])
    placed = at.booth.place(replace(order, sampling=sampling))
    at.maker().run(placed.pairs)
    pair = at.store.pair(placed.pairs[0].id)
    assert pair.candidate_answer is not None
    assert "Two and two" in pair.candidate_answer.thinking
    assert pair.candidate_answer.text.strip() == "It is 4."
    shown = at.booth.next_pair([str(models["thinks"]), str(models["blue"])])
    assert shown is not None
    assert "Two and two" not in shown.left + shown.right


def test_a_full_disk_is_said_and_what_is_stored_stays(at: Booth, models: dict[str, Path]) -> None:
    (first, *_) = at.ask(PROMPTS, models["blue"], models["green"])
    assert at.connection is not None
    pages = at.connection.execute("PRAGMA page_count").fetchone()[0]
    at.connection.execute(f"PRAGMA max_page_count = {pages}")
    long = VoteAnswer("word " * 50_000)
    with pytest.raises(StoreFailed, match="the disk is full"):
        at.booth.take(Answered(first.id, Role.CANDIDATE, long, "engine"))
    at.connection.execute("PRAGMA max_page_count = 1000000")
    assert at.store.pair(first.id) == first
    vote(at, [str(models["blue"]), str(models["green"])], Outcome.TIE)
