"""Votes on the Ladder page's board."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.verdict import Limits
from app.core.votes.pairs import Role, VoteAnswer, VotedFile
from app.lab.votes.events import Answered
from app.lab.votes.orders import VoteOrder
from app.ui.pages.ladder.board import LadderBoard
from tests.ui.pages.ladder.conftest import view

if TYPE_CHECKING:
    from tests.ui.pages.ladder.votes.conftest import Shown


def test_answers_take_the_place_of_all_else_while_one_votes(shown: Shown) -> None:
    board = LadderBoard(Limits(None, 5.0))
    board.set_votes(shown.panel)
    shown.window.setCentralWidget(board)
    board.show_view(view(), complete=True)
    board.show_tab(shown.panel)
    paths = shown.panel.paths()
    assert len(paths) == 3
    files = {path: VotedFile(path, Path(path).stem, 1, 1, (path,)) for path in paths}
    booth = shown.backend.booth
    booth.set_identities(files)
    placed = booth.place(VoteOrder(["?"], Path(paths[0]), [Path(paths[1])]))
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
