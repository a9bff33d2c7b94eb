"""Votes on the Ladder page's board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.candidates.notation import with_settings
from app.core.verdict import Limits
from app.core.votes.pairs import Role, VoteAnswer, VotedCandidate, VotedFile
from app.lab.votes.orders import Answered, VoteOrder
from app.ui.pages.ladder.board import LadderBoard
from tests.lab import ladder_cases as cases
from tests.ui.pages.ladder.conftest import view

if TYPE_CHECKING:
    from tests.ui.pages.ladder.votes.conftest import Shown


def test_rows_of_one_file_are_voted_on_apart(shown: Shown) -> None:
    result = cases.result()
    file = next(reversed([row for row in result.rows.values() if row.facts is not None]))
    twin = replace(file, candidate=with_settings(file.candidate, "kv=q4_0"))
    result.rows[twin.key] = twin
    every = [row.candidate for row in result.rows.values()]
    result.plan = result.plan.of(every[0], every[1:])
    board = LadderBoard(Limits(None, 5.0))
    board.set_votes(shown.panel)

    board.show_view(view(result), complete=True)

    assert shown.panel.keys()[-2:] == [file.key, twin.key]
    named = shown.panel.form.candidate
    assert named.itemText(named.count() - 1).endswith("KV q4_0")


def test_a_servers_model_is_offered_by_its_name(shown: Shown) -> None:
    result, key = cases.on_server(cases.result(), "/m/sky-Q2_K.gguf")
    board = LadderBoard(Limits(None, 5.0))
    board.set_votes(shown.panel)
    board.show_view(view(result), complete=True)
    assert shown.panel.keys()[-1] == key
    named = shown.panel.form.candidate
    assert "moon on cellar <1>" in named.itemText(named.count() - 1)


def test_answers_take_the_place_of_all_else_while_one_votes(shown: Shown) -> None:
    board = LadderBoard(Limits(None, 5.0))
    board.set_votes(shown.panel)
    shown.window.setCentralWidget(board)
    board.show_view(view(), complete=True)
    board.show_tab(shown.panel)
    keys = shown.panel.keys()
    assert len(keys) == 3
    versions = list(map(candidate_of, keys))
    booth = shown.backend.booth
    booth.set_identities(
        {
            each.key(): VotedCandidate(
                each, VotedFile(each.place, Path(each.place).stem, 1, 1, (each.place,))
            )
            for each in versions
        }
    )
    placed = booth.place(VoteOrder(["?"], versions[0], [versions[1]]))
    for role in Role:
        booth.take(Answered(placed.pairs[0].id, role, VoteAnswer(role.value), "engine"))
    shown.until(lambda: 0 < shown.panel.height() < shown.window.height() - 30)
    before = shown.panel.height()

    shown.panel.vote_now()
    assert shown.blind
    for other in (board.card, board.table, board.tabs):
        assert not other.isVisible()
    shown.until(lambda: shown.panel.height() > before)

    shown.panel.strip.back_button.click()
    assert board.tabs.isVisible()
    board.show_tab(board.details)
    assert board.card.isVisible()
    assert board.table.isVisible() or board.stack.indexOf(board.table) >= 0
