"""The answer above the table: headline, facts, the other versions, limits.

Tests app.ui.pages.ladder.answer.limits, app.ui.pages.ladder.answer.others,
app.ui.pages.ladder.answer.two_tone and app.ui.kit.elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton

from app.core.candidates.notation import words_of
from app.core.candidates.settings import EngineSettings
from app.core.verdict import Limits
from app.lab.verdict.settling import Way
from app.ui.kit.elsewhere import ElsewherePopover
from app.ui.pages.ladder.answer.card import VerdictCard, elsewhere_of
from app.ui.pages.ladder.answer.limits import LimitsEditor
from app.ui.pages.ladder.answer.others import Act
from app.ui.pages.ladder.answer.two_tone import TwoToneLabel
from tests.core.ladder.test_tuned import SMALLER, speeds
from tests.core.ladder.test_tuned import view as tuned_view
from tests.lab import ladder_cases as cases
from tests.ui.pages.ladder.conftest import view

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from app.lab.ladder.rows import LadderResult

USUAL = Limits(8_000_000_000, 5.0)
F16, Q8, Q2, BROKEN = list(cases.result().rows)


@pytest.fixture
def card(qtbot: QtBot) -> VerdictCard:
    made = VerdictCard(USUAL)
    qtbot.addWidget(made)
    made.resize(1000, 220)
    made.show()
    return made


def button(widget: QWidget, name: str) -> QAbstractButton:
    found = [
        one
        for one in widget.findChildren(QAbstractButton)
        if one.accessibleName() == name and one.isVisibleTo(widget)
    ]
    assert found, name
    return found[-1]


def doubtful() -> LadderResult:
    result = cases.result()
    cases.change(result, Q8, tasks=cases.tasks(5))
    return result


def test_a_headline_and_three_facts(card: VerdictCard, qtbot: QtBot) -> None:
    card.show_view(view(), complete=True)
    assert card.headline.text() == "Run Q8_0"
    assert [fact.text().replace("\u00a0", " ") for fact in card.facts] == [
        "as good as the original · 480 of 480 right, both ± 0.8 in 100",
        "935 MB · 47% less",
        "18.8 tok/s · 1.9 times as fast ± 0.04",
    ]
    assert not card.so_far.isVisible()
    with qtbot.waitSignal(card.chat_wanted) as caught:
        card.chat_button.click()
    assert caught.args == [Q8]
    card.show_view(view(), complete=False)
    assert card.so_far.isVisible()


def test_while_nothing_is_known_no_version_is_named(card: VerdictCard) -> None:
    result = cases.result()
    for file in (F16, Q8, Q2):
        cases.change(result, file, tasks=None)
    cases.change(result, BROKEN, error=None)
    card.show_view(view(result), complete=False)
    card.show_first(181.0)
    assert card.headline.text() == "Nothing known yet"
    assert card.below.text().replace("\u00a0", " ") == "The first verdict in about 3 min."
    for hidden in (card.chat_button, card.use_button, *card.facts, *card.names):
        assert not hidden.isVisible()


def test_a_speed_that_is_not_sure_can_be_measured_again(card: VerdictCard, qtbot: QtBot) -> None:
    result = cases.result()
    cases.change(result, Q8, speed=(cases.speed("tg128", 9.0, others_cores=2.0),))
    card.show_view(view(result), complete=False)
    assert not card.speed_button.isVisible(), "not while it is measured"
    card.show_view(view(result), complete=True)
    assert card.facts[2].text() == "not sure: the PC was busy"
    assert card.speed_button.text().startswith("Measure speed again, about ")
    with qtbot.waitSignal(card.speed_wanted):
        card.speed_button.click()


def test_the_best_settings_are_told_and_can_be_taken(card: VerdictCard, qtbot: QtBot) -> None:
    card.show_view(tuned_view(("threads=2", {"speed": speeds(1.12)})), complete=True)
    assert card.headline.text() == "Best here: 2 threads"
    assert card.below.text().replace("\u00a0", " ").startswith("2 threads: 12 ± 1 %")
    with qtbot.waitSignal(card.settings_wanted) as caught:
        button(card, "Use these settings").click()
    assert words_of(caught.args[0].best).endswith("#threads=2")
    said = [one.text() for one in card.others.findChildren(TwoToneLabel) if one.isVisible()]
    assert not said, "the row to run stands above"
    assert not card.together_button.isVisible(), "one change is measured as it is"
    card.show_view(
        tuned_view(("threads=2", {"speed": speeds(1.12)}), ("kv=q8_0", SMALLER)), complete=True
    )
    with qtbot.waitSignal(card.together_wanted):
        button(card, "Measure them together").click()
    said = [one.text() for one in card.others.findChildren(TwoToneLabel) if one.isVisible()]
    assert said[0].replace("\u00a0", " ") == "2 threads: 12 ± 1 % faster than 4."
    for nothing_better in (tuned_view(("threads=2", {})), view()):
        card.show_view(nothing_better, complete=True)
        assert not card.settings_button.isVisible()


def test_each_other_version_has_what_can_be_done(card: VerdictCard, qtbot: QtBot) -> None:
    card.show_view(view(doubtful()), complete=True)
    wanted: list[tuple[str, object]] = []
    card.others.act_wanted.connect(lambda key, act: wanted.append((key, act)))
    button(card, "Show me how: Q2_K").click()
    button(card, "Show me why: <script>").click()
    assert wanted == [(Q2, Act.SHOW), (BROKEN, Act.SHOW)]
    button(card, "Vote blind: Q8_0").click()  # the questions by hand are all there are
    assert wanted[-1] == (Q8, Act.VOTE)


def test_questions_that_are_there_can_be_asked_once_all_is_measured(
    card: VerdictCard, qtbot: QtBot
) -> None:
    result = doubtful()
    seen = view(result)
    found = replace(seen.settlings[Q8], way=Way.ASK, questions=530, seconds=240.0)
    seen = replace(seen, settlings={Q8: found})
    card.show_view(seen, complete=False)
    assert not button(card, "Ask them: Q8_0").isEnabled()
    card.show_view(seen, complete=True)
    qtbot.wait(1)
    assert button(card, "Ask them: Q8_0").isEnabled()
    words = [one.text().replace("\u00a0", " ") for one in card.others.findChildren(TwoToneLabel)]
    assert "Q8_0 cannot tell yet · 530 more questions, about 4 min" in words


def test_limits_keep_the_byte_and_step_in_the_models_unit(qtbot: QtBot) -> None:
    editor = LimitsEditor(USUAL)
    qtbot.addWidget(editor)
    editor.show()
    assert editor.limits == USUAL
    assert editor.gigabytes.isVisible()
    small = cases.result()
    for file in (F16, Q8, Q2):
        memory = small.rows[file].memory
        assert memory is not None
        cases.change(small, file, memory=type(memory)(4096, 72_345_678, 1, 1, 1, 0, 1, 1, 1, 1))
    editor.follow(view(small))
    assert editor.megabytes.isVisible()
    assert not editor.gigabytes.isVisible()
    assert editor.limits == USUAL, "another unit is no other limit"
    editor.megabytes.setText("72")
    with qtbot.waitSignal(editor.changed) as caught:
        editor.megabytes.commit()
    assert caught.args == [Limits(72_000_000, 5.0)]
    assert editor.megabytes.text() == "72"
    editor.megabytes.setText("")
    with qtbot.waitSignal(editor.changed) as caught:
        editor.megabytes.commit()
    assert caught.args == [Limits(None, 5.0)]
    assert editor.reset_button.isVisible()
    editor.loss.setText("1")
    editor.loss.commit()
    assert editor.limits.tolerance == 0.01
    editor.reset_button.click()
    assert editor.limits == USUAL
    editor.follow(view())
    assert editor.gigabytes.isVisible()


@pytest.mark.parametrize("width", [420, 640, 900, 1300])
def test_nothing_of_the_answer_is_cut_off(card: VerdictCard, qtbot: QtBot, width: int) -> None:
    card.show_view(view(doubtful()), complete=True)
    card.resize(width, 10)
    qtbot.wait(1)
    card.resize(width, card.heightForWidth(width))
    qtbot.wait(1)
    for fact in card.facts:
        assert fact.height() >= fact.heightForWidth(fact.width()), fact.text()


def test_another_program_gets_the_path_and_the_command() -> None:
    seen = view()
    row = seen.row(Q8)
    assert row is not None
    found = elsewhere_of(seen.plan, row)
    assert found.path == Q8
    assert f"llama-server -m {Q8} -c 4096" in found.command
    chosen = replace(row, candidate=type(row.candidate)(row.candidate.source, EngineSettings()))
    assert elsewhere_of(seen.plan, chosen).command
    mixture = msgspec.structs.replace(row.candidate, engine=EngineSettings(experts=3))
    found = elsewhere_of(seen.plan, replace(row, candidate=mixture))
    assert row.facts is not None
    assert f"--override-kv {row.facts.architecture}.expert_used_count=int:3" in found.command


def test_both_are_shown_where_they_can_be_copied(card: VerdictCard, qtbot: QtBot) -> None:
    card.show_view(view(), complete=True)
    card.use_button.click()
    popover = card.findChild(ElsewherePopover)
    assert popover is not None
    popover.command_button.click()
    assert QGuiApplication.clipboard().text().startswith("llama-server -m")
    popover.close()
