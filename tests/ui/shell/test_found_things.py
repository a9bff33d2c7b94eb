"""Chats and models in the palette, in the real window; how the palette shows them.

Tests app.ui.shell.command_model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from app.ui.kit.plain import describe
from app.ui.shell.command_model import ONLY_FOUND, CommandModel, CommandRole

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_a_found_thing_is_there_once_it_is_looked_for(qapp: QApplication) -> None:
    plain, found = QAction("Go to Models"), QAction("Model: gemma-3-4b")
    describe(plain, "What is on this PC")
    found.setProperty(ONLY_FOUND, True)
    model = CommandModel()
    model.set_actions([plain, found])
    assert [model.index(row).data() for row in range(model.rowCount())] == ["Go to Models"]
    assert model.index(0).data(CommandRole.ABOUT) == "What is on this PC"
    model.set_query("gemma")
    assert [model.index(row).data() for row in range(model.rowCount())] == ["Model: gemma-3-4b"]
    assert model.index(0).data(CommandRole.ABOUT) == ""
