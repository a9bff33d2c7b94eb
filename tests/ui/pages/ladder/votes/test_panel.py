"""A person asks two versions, votes, and sees what the votes say; engines and store are real."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.candidates.notation import with_settings
from app.core.chats.chat import Answer, Chat, Turn
from app.core.chats.panes import ChatPane
from app.core.votes.choices import Choice, Outcome
from app.core.votes.pairs import PairState
from app.store.chats import ChatStore
from app.store.votes import VoteStore
from app.ui.kit.widgets import ElidedLabel
from app.ui.pages.ladder.votes.panel import Stage
from app.ui.pages.ladder.votes.voting import VotingState
from tests.helpers.gguf_files import write_tiny_llama
from tests.helpers.pictures import coloured_png
from tests.helpers.replay import forms
from tests.helpers.replay.forms import chunk, said, usage
from tests.helpers.replay.server import Replay, events
from tests.helpers.vision_files import write_projector

if TYPE_CHECKING:
    from tests.ui.pages.ladder.votes.conftest import Shown

PROMPTS = ("Why is the sky blue?", "And at night?", "And on Mars?")


def everything_said(widget: QWidget) -> str:
    """All that anybody could read or hear of a widget and what is in it."""
    parts: list[str] = []
    for each in [widget, *widget.findChildren(QWidget)]:
        parts += [each.objectName(), each.accessibleName(), each.accessibleDescription()]
        parts += [each.toolTip(), each.statusTip(), each.whatsThis(), each.windowTitle()]
        if isinstance(each, QLabel):
            parts.append(each.text())
        if isinstance(each, ElidedLabel):
            parts.append(each.text)
    return "\n".join(parts)


def test_two_versions_are_needed(shown: Shown, versions: dict[str, Path]) -> None:
    assert shown.panel.stage is Stage.NOTHING
    shown.offer(versions["blue"], versions["green"])
    assert shown.panel.stage is Stage.OVERVIEW
    assert shown.panel.form.ask_button.isEnabled() is False
    shown.panel.set_candidates([], "")
    assert shown.panel.stage is Stage.NOTHING


def test_from_prompts_to_the_vote_and_who_was_who(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(*PROMPTS)
    assert shown.blind
    assert shown.panel.form.written() == []

    said = everything_said(shown.panel.voting) + everything_said(shown.panel.strip)
    for secret in ("name-of", "blue", "green", "F32", "F16", "token", "tok/s"):
        assert secret not in said.replace(PROMPTS[0], ""), secret
    voting = shown.panel.voting
    left, right = voting.answers.left, voting.answers.right
    assert {left.text.toPlainText(), right.text.toPlainText()} == {
        "The sky is blue.",
        "The sky is green!",
    }
    assert left.width() == right.width()
    assert left.text.accessibleName() == "Left answer"
    assert not left.mark.isVisible()

    shown.vote_for(candidate=True)

    assert voting.state is VotingState.REVEALED
    assert voting.verdict.text() == "You preferred name-of-green to name-of-blue."
    names = (left.title.text, right.title.text)
    green_left = "green" in left.text.toPlainText()
    wanted = ("name-of-green", "name-of-blue")
    assert names == (wanted if green_left else wanted[::-1])
    assert left.mark.accessibleName() == ("B" if green_left else "A")
    assert "name-of-green preferred once, name-of-blue 0 times" in voting.tally.text()
    assert "Not enough votes yet" in voting.tally.text()

    shown.key(Qt.Key.Key_Return)
    assert shown.blind
    assert "name-of" not in everything_said(voting)


def test_a_server_is_as_blind_as_a_file_and_named_after_the_vote(
    shown: Shown, versions: dict[str, Path]
) -> None:
    """It is the slower one by far: its first token waits for the test."""
    may_answer = threading.Event()
    answer = events(
        lambda: may_answer.wait(60), *said("The sky", " is green!"), chunk({}, "stop"),
        chunk(usage=usage(8, 6)),
    )  # fmt: skip
    with Replay(forms.llama_server(answer)) as server:
        there = Candidate(ServerModel("cellar", server.url, forms.MODEL))
        shown.offer(versions["blue"], twins=[there])
        shown.ask(*PROMPTS[:2])
        shown.until(lambda: bool(server.of("POST /v1/chat/completions")))
        assert shown.panel.stage is Stage.WAITING, "nothing is shown of a pair that is half there"
        waits = everything_said(shown.panel.strip)
        may_answer.set()
        shown.until(lambda: shown.blind and not shown.backend.running)
    voting = shown.panel.voting
    blind = everything_said(voting) + everything_said(shown.panel.strip)
    host = server.url.removeprefix("http://").removesuffix("/v1")
    for secret in ("cellar", host, "small-model", "server", "blue.gguf", "token", "tok/s", "MB"):
        assert secret not in blind + waits, secret
    left, right = voting.answers.left, voting.answers.right
    assert {left.text.toPlainText(), right.text.toPlainText()} == {
        "The sky is blue.",
        "The sky is green!",
    }
    shown.vote_for(candidate=True)
    name = "name-of-small-model-F16"
    assert voting.verdict.text() == f"You preferred {name} to name-of-blue."
    assert name in (left.title.text, right.title.text)
    standing = shown.backend.booth.standing(there.key(), str(versions["blue"])).tally
    assert (standing.better, standing.worse) == (1, 0)


def test_a_picture_goes_with_the_prompt_and_stands_above_the_answers(
    shown: Shown, versions: dict[str, Path], tmp_path: Path
) -> None:
    seer, other = tmp_path / "seer-F16.gguf", tmp_path / "other-F16.gguf"
    write_tiny_llama(seer)
    write_tiny_llama(other, seed=2)
    eyes = write_projector(tmp_path / "mmproj.gguf", 256)
    form, red = shown.panel.form, tmp_path / "red.png"
    red.write_bytes(coloured_png(60, 40, (255, 0, 0)))
    strip = form.strip
    assert strip is not None

    shown.offer(versions["blue"], versions["green"])
    form.add_prompts(["What is it?"])
    strip.take([red])
    assert not form.ask_button.isEnabled(), "it is being read"
    shown.until(lambda: not strip.reading)
    assert not form.ask_button.isEnabled()
    assert form.number.text() == "name-of-blue, name-of-green: cannot see pictures"

    shown.offer(seer, other, projector=eyes)
    assert form.ask_button.isEnabled()
    shown.ask_and_wait()
    shown.until(lambda: shown.blind)
    pictures = shown.panel.voting.answers.pictures
    assert [each.picture.name for each in pictures.shown] == ["red.png"]
    assert pictures.isVisible()
    assert strip.pictures() == []
    assert form.written() == []


@pytest.mark.parametrize(
    ("key", "choice"),
    [
        (Qt.Key.Key_1, Choice.LEFT),
        (Qt.Key.Key_Left, Choice.LEFT),
        (Qt.Key.Key_2, Choice.RIGHT),
        (Qt.Key.Key_Right, Choice.RIGHT),
        (Qt.Key.Key_3, Choice.TIE),
        (Qt.Key.Key_T, Choice.TIE),
        (Qt.Key.Key_4, Choice.BOTH_BAD),
        (Qt.Key.Key_B, Choice.BOTH_BAD),
    ],
)
def test_every_key_votes(
    shown: Shown, versions: dict[str, Path], key: Qt.Key, choice: Choice
) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(PROMPTS[0])
    # Also while the keyboard is in an answer, to select or copy something.
    shown.panel.voting.answers.left.text.setFocus()
    shown.key(key)
    vote = shown.pair.vote
    assert vote is not None
    assert vote.choice is choice


def test_every_button_votes_and_only_once(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(PROMPTS[0])
    shown.panel.voting.buttons[Choice.BOTH_BAD].click()
    shown.key(Qt.Key.Key_Left)
    shown.panel.voting.buttons[Choice.LEFT].click()
    assert shown.pair.outcome is Outcome.BOTH_BAD
    assert shown.panel.voting.next_button.text().startswith("Done")
    shown.key(Qt.Key.Key_N)
    assert shown.panel.stage is Stage.OVERVIEW


def test_keys_that_scroll_or_move_on_are_no_votes(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(PROMPTS[0])
    for key in (
        Qt.Key.Key_Down,
        Qt.Key.Key_Up,
        Qt.Key.Key_Space,
        Qt.Key.Key_Return,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Escape,
    ):
        shown.key(key)
    assert shown.blind
    assert shown.pair.state is PairState.READY


def test_digits_in_the_prompt_field_are_prompts(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(PROMPTS[0])
    shown.panel.strip.back_button.click()
    assert shown.panel.stage is Stage.OVERVIEW
    QTest.keyClicks(shown.panel.form.prompts, "1 2 3 4 t b")
    assert shown.panel.form.written() == ["1 2 3 4 t b"]
    assert shown.backend.booth.waiting(shown.panel.keys()).ready == 1


def test_the_verdict_hears_of_votes(shown: Shown, versions: dict[str, Path]) -> None:
    blue, green = str(versions["blue"]), str(versions["green"])
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(*PROMPTS)
    assert (shown.changes, shown.panel.win_rates()) == (0, {})
    shown.vote_for(candidate=False)
    assert shown.changes == 1
    assert (shown.panel.win_rates()[green].wins, shown.panel.win_rates()[green].losses) == (0, 1)
    assert blue not in shown.panel.win_rates()

    shown.panel.voting.undo_button.click()
    assert shown.changes == 2
    assert shown.panel.win_rates() == {}
    assert "does not count" in shown.panel.voting.verdict.text()
    assert not shown.panel.voting.undo_button.isVisible()
    taken_back = shown.panel.pair_id
    shown.key(Qt.Key.Key_Return)
    assert shown.blind
    assert shown.panel.pair_id != taken_back


def test_the_same_words_are_ties_and_nothing_is_shown(
    shown: Shown, versions: dict[str, Path]
) -> None:
    shown.offer(versions["blue"], versions["twin"])
    shown.ask_and_wait(*PROMPTS[:2])
    assert shown.panel.stage is Stage.OVERVIEW
    assert "the same words 2 times" in shown.panel.notices.news.words.text()
    assert "2 with the same words" in shown.panel.standing.left_out.text()


def test_a_crash_is_said_and_is_no_vote(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["aborts"])
    shown.ask_and_wait(*PROMPTS[:2])
    assert shown.panel.stage is Stage.OVERVIEW
    words = shown.panel.notices.failed.words.text()
    assert "2 prompts could not be answered by both. These are no votes." in words
    assert shown.panel.standing.finding.text() == "No votes yet"
    shown.panel.notices.aside_buttons[1].click()
    assert shown.panel.notices.failed.isHidden()


def test_stop_keeps_what_is_answered_and_going_on_is_offered(
    shown: Shown, versions: dict[str, Path]
) -> None:
    shown.offer(versions["blue"], versions["endless"])
    shown.panel.form.add_prompts(PROMPTS)
    shown.panel.form.most_tokens.set_value(16_000)
    shown.panel.form.ask_button.click()
    shown.until(lambda: shown.panel.stage is Stage.WAITING)
    assert shown.panel.strip.stop_button.isVisible()
    shown.panel.strip.stop_button.click()
    shown.until(lambda: not shown.backend.running)
    assert shown.panel.stage is Stage.OVERVIEW
    assert "3 prompts are not answered by both yet." in (
        shown.panel.notices.unanswered.words.text()
    )
    assert shown.panel.strip.isHidden()


def test_the_window_may_close_while_answers_are_made(
    shown: Shown, versions: dict[str, Path]
) -> None:
    shown.offer(versions["blue"], versions["endless"])
    shown.panel.form.add_prompts(PROMPTS)
    shown.panel.form.most_tokens.set_value(16_000)
    shown.panel.form.ask_button.click()
    shown.until(lambda: shown.backend.running)
    shown.end()  # the guards tell of engines and threads that are left

    shown.start()
    shown.offer(versions["blue"], versions["endless"])
    assert shown.backend.booth.waiting(shown.panel.keys()).unanswered == 3


def test_pairs_wait_blind_for_the_next_start(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(*PROMPTS)
    shown.vote_for(candidate=True)
    shown.key(Qt.Key.Key_Return)
    before = (shown.panel.pair_id, shown.panel.voting.answers.left.text.toPlainText())
    shown.end()

    shown.start()
    shown.offer(versions["blue"], versions["green"])
    assert shown.panel.stage is Stage.OVERVIEW
    assert "2 pairs of answers wait" in shown.panel.notices.ready.words.text()
    assert shown.panel.win_rates()[str(versions["green"])].wins == 1
    shown.panel.notices.vote_button.click()
    assert (shown.panel.pair_id, shown.panel.voting.answers.left.text.toPlainText()) == before


def test_one_file_with_two_settings_is_two_versions(
    shown: Shown, versions: dict[str, Path]
) -> None:
    green = candidate_of(versions["green"])
    smaller = with_settings(green, "kv=q8_0")
    shown.offer(versions["blue"], versions["green"], twins=[smaller])
    shown.ask_and_wait("One?", "Two?")
    for _ in range(2):
        assert shown.pair.candidate.file.path == green.place
        shown.vote_for(candidate=shown.pair.candidate.candidate == smaller)
        shown.key(Qt.Key.Key_Return)

    rates = shown.panel.win_rates()
    assert {key: (rate.wins, rate.losses) for key, rate in rates.items()} == {
        green.key(): (0, 1),
        smaller.key(): (1, 0),
    }
    shown.panel.standing.choose(smaller.key())
    assert shown.panel.standing.picture.content.name == "name-of-greenKV q8_0"


def test_several_candidates_share_the_prompts(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["green"], versions["grey"])
    assert shown.panel.form.ask_button.text() == "Ask them"
    shown.ask_and_wait(*PROMPTS, "And here?")
    asked = [pair.candidate.key for pair in VoteStore(shown.connection).all_pairs()]
    assert sorted(asked) == sorted([str(versions["green"]), str(versions["grey"])] * 2)
    shown.panel.show_overview()
    shown.panel.form.choose(str(versions["grey"]))
    assert shown.panel.standing.picture.content.name == "name-of-grey"
    assert shown.panel.form.candidate_keys == [str(versions["grey"])]


def test_a_prompt_that_would_be_known_again_is_left_out_and_told(
    shown: Shown, versions: dict[str, Path]
) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(PROMPTS[0])
    shown.panel.show_overview()
    shown.ask(PROMPTS[0])
    shown.until(lambda: not shown.panel.notices.news.isHidden())
    assert "Left out: 1." in shown.panel.notices.news.words.text()
    assert shown.panel.stage is Stage.OVERVIEW
    assert shown.panel.form.written() == [PROMPTS[0]]


def test_prompts_come_from_chats_and_examples(shown: Shown, versions: dict[str, Path]) -> None:
    blue = str(versions["blue"])
    chats = ChatStore(shown.connection)
    seen = Turn(0, "Seen?", {"a": Answer("!")})
    fresh = Turn(0, "Sum up:\n\nOnce.", {"b": Answer("!")})
    panes = [
        ChatPane("a", "A", candidate_of(blue)),
        ChatPane("b", "B", candidate_of("/other.gguf")),
    ]
    chats.create(Chat(0, "", panes=panes, turns=[seen, fresh]))
    shown.offer(versions["blue"], versions["green"])
    form = shown.panel.form

    form.picker.show_prompts(shown.backend.chat_prompts(), [blue])
    assert form.picker.model.stringList() == ["Sum up: Once."]
    assert "1 more is not offered" in form.picker.note.text()
    form.picker.list.selectAll()
    form.picker.take_button.click()
    assert form.written() == ["Sum up:\n\nOnce."]

    code = next(action for action in form.examples_menu().actions() if "Code" in action.text())
    code.trigger()
    assert len(form.written()) == 7
    assert form.written()[0] == "Sum up:\n\nOnce."
    assert form.number.text() == "7 prompts"


def test_what_the_votes_say_and_their_picture(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(*(f"Question {n}?" for n in range(12)))
    for _ in range(12):
        shown.vote_for(candidate=False)
        shown.key(Qt.Key.Key_Return)
    standing = shown.panel.standing
    assert shown.panel.stage is Stage.OVERVIEW
    assert standing.finding.text() == "name-of-blue is preferred"
    assert standing.score.text() == "name-of-green preferred 0 times, name-of-blue 12 times"
    assert "was preferred in 0% of 12 votes" in standing.rate.text()
    picture = standing.picture
    assert [point.votes for point in picture.content.points] == list(range(13))
    picture.setFocus()
    QTest.keyClick(picture, Qt.Key.Key_Left)
    assert picture.accessibleDescription().startswith("After 11 votes: 0%")
    for ending in ("png", "svg", "csv"):
        target = shown.folder / f"band.{ending}"
        picture.outlet.save(target)
        assert target.stat().st_size > 200
    assert (shown.folder / "band.csv").read_text("utf-8-sig").splitlines()[0] == (
        "votes,share,low,high"
    )
    assert not picture.grab().isNull()


def test_votes_are_exported_and_what_fails_is_said(shown: Shown, versions: dict[str, Path]) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(*PROMPTS[:2])
    shown.vote_for(candidate=True)
    target = shown.folder / "votes.json"
    shown.panel.standing.export_to(target)
    document = json.loads(target.read_text("utf-8"))
    assert (len(document["votes"]), document["not_voted"]) == (1, 1)
    shown.panel.standing.export_to(shown.folder / "none" / "votes.csv")
    assert "cannot be written" in shown.said[-1]


def test_a_long_prompt_does_not_push_the_answers_away(
    shown: Shown, versions: dict[str, Path]
) -> None:
    shown.offer(versions["blue"], versions["green"])
    long = "word " * 80
    shown.ask_and_wait(long * 4)
    answers = shown.panel.voting.answers
    assert shown.blind or shown.panel.stage is Stage.OVERVIEW  # a small context may be too short
    if shown.blind:
        assert len(answers.prompt.text()) < 600
        answers.whole_button.click()
        assert answers.prompt.text() == (long * 4).strip()


def test_versions_that_come_do_not_interrupt_a_vote_and_those_that_go_do(
    shown: Shown, versions: dict[str, Path]
) -> None:
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(*PROMPTS)
    before = shown.panel.pair_id
    shown.offer(versions["blue"], versions["green"], versions["grey"])
    assert shown.blind
    assert shown.panel.pair_id == before
    shown.vote_for(candidate=True)
    shown.offer(versions["blue"], versions["grey"])
    assert shown.panel.stage is Stage.OVERVIEW
    assert shown.panel.notices.ready.isHidden()


def test_a_prompt_that_was_answered_in_a_chat_is_told(
    shown: Shown, versions: dict[str, Path]
) -> None:
    chats = ChatStore(shown.connection)
    turn = Turn(0, PROMPTS[0], {"a": Answer("!")})
    chats.create(
        Chat(0, "", panes=[ChatPane("a", "A", candidate_of(str(versions["blue"])))], turns=[turn])
    )
    shown.offer(versions["blue"], versions["green"])
    shown.ask_and_wait(*PROMPTS)
    assert "Asked in a chat before: 1." in shown.panel.notices.news.words.text()
