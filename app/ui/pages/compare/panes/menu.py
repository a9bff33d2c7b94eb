"""What can be done with one pane, as a menu."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.lab.compare.panes import PaneState
from app.ui.kit.icons import icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMenu

    from app.lab.compare.panes import Pane


class PaneCommand(Enum):
    """One thing to do with a pane."""

    SETTINGS = "settings"
    REFERENCE = "reference"
    MOVE_LEFT = "move_left"
    MOVE_RIGHT = "move_right"
    LOAD = "load"
    RELOAD = "reload"
    UNLOAD = "unload"
    ELSEWHERE = "elsewhere"
    LOG = "log"
    REVEAL = "reveal"
    REMOVE = "remove"
    RETRY = "retry"
    DROP_TURNS = "drop_turns"
    REPAIR = "repair"
    FIND = "find"


_NOT_LOADED = frozenset({PaneState.ASLEEP, PaneState.FAILED})
_HAS_NO_ENGINE = frozenset({PaneState.ASLEEP, PaneState.FAILED, PaneState.PREPARING})


def fill_pane_menu(
    menu: QMenu,
    pane: Pane,
    *,
    position: int,
    panes: int,
    is_reference: bool,
    run: Callable[[PaneCommand], None],
) -> None:
    """Fill a menu with what can be done with ``pane`` as it is now.

    Args:
        menu: An empty menu.
        pane: What it is about.
        position: Its place among ``panes`` panes, from 0.
        panes: How many there are.
        is_reference: Whether the others are held against it.
        run: Called with what the person chose.
    """

    def add(command: PaneCommand, icon_name: str, text: str, enabled: bool = True) -> None:
        action = menu.addAction(icon(icon_name), text)
        action.setEnabled(enabled)
        action.setObjectName(command.value)
        action.triggered.connect(lambda: run(command))

    add(PaneCommand.SETTINGS, "settings", _tr("Settings of this model …"))
    add(PaneCommand.REFERENCE, "star", _tr("Make it the reference"), not is_reference)
    menu.addSeparator()
    if pane.state in _NOT_LOADED:
        add(PaneCommand.LOAD, "play", _tr("Load now"))
    add(PaneCommand.RELOAD, "reload", _tr("Reload"), pane.state is not PaneState.PREPARING)
    add(
        PaneCommand.UNLOAD,
        "unload",
        _tr("Unload (gives its memory back)"),
        pane.state not in _HAS_NO_ENGINE,
    )
    menu.addSeparator()
    add(PaneCommand.MOVE_LEFT, "chevron-left", _tr("Move left"), position > 0)
    add(PaneCommand.MOVE_RIGHT, "chevron-right", _tr("Move right"), position < panes - 1)
    menu.addSeparator()
    add(PaneCommand.ELSEWHERE, "external", _tr("Use elsewhere …"))
    add(PaneCommand.LOG, "log", _tr("Show the engine's log"))
    add(PaneCommand.REVEAL, "folder", _tr("Show the file in its folder"))
    menu.addSeparator()
    add(PaneCommand.REMOVE, "close", _tr("Remove this pane"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("PaneMenu", text)
