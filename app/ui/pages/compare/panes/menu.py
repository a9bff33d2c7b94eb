"""What can be done with one pane, as a menu."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from app.lab.compare.panes import Pane, PaneState
from app.ui.kit.icons import icon
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu


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
    CATCH_UP = "catch_up"
    GO_ON = "go_on"


_NOT_LOADED = frozenset({PaneState.ASLEEP, PaneState.FAILED})
_HAS_NO_ENGINE = frozenset({PaneState.ASLEEP, PaneState.FAILED, PaneState.PREPARING})


def fill_pane_menu(
    menu: QMenu,
    pane: Pane,
    *,
    position: int,
    panes: int,
    is_reference: bool,
    can_leave: bool,
    run: Callable[[PaneCommand], None],
) -> None:
    """Fill a menu with what can be done with ``pane`` as it is now.

    Args:
        menu: An empty menu.
        pane: What it is about.
        position: Its place among ``panes`` panes, from 0.
        panes: How many there are.
        is_reference: Whether the others are compared with it.
        can_leave: Whether no answer is in progress, so that another chat may be opened.
        run: Called with what the person chose.
    """

    def add(command: PaneCommand, icon_name: str, text: str, enabled: bool = True) -> None:
        action = menu.addAction(icon(icon_name), text)
        action.setEnabled(enabled)
        action.setObjectName(command.value)
        action.triggered.connect(lambda: run(command))

    add(PaneCommand.SETTINGS, "settings", translate("PaneMenu", "Settings of this model …"))
    add(
        PaneCommand.REFERENCE,
        "reference",
        translate("PaneMenu", "Compare the others with it"),
        not is_reference and panes > 1,
    )
    add(
        PaneCommand.GO_ON,
        "chat",
        translate("PaneMenu", "Go on with this one alone"),
        panes > 1 and can_leave,
    )
    menu.addSeparator()
    is_here = pane.candidate.server is None
    if pane.state in _NOT_LOADED:
        load = translate("PaneMenu", "Load now")
        load = load if is_here else translate("PaneMenu", "Ask the server what it has")
        add(PaneCommand.LOAD, "play", load)
    add(
        PaneCommand.RELOAD,
        "reload",
        translate("PaneMenu", "Reload"),
        pane.state is not PaneState.PREPARING,
    )
    if is_here:
        add(
            PaneCommand.UNLOAD,
            "unload",
            translate("PaneMenu", "Unload (gives its memory back)"),
            pane.state not in _HAS_NO_ENGINE,
        )
    menu.addSeparator()
    add(PaneCommand.MOVE_LEFT, "chevron-left", translate("PaneMenu", "Move left"), position > 0)
    add(
        PaneCommand.MOVE_RIGHT,
        "chevron-right",
        translate("PaneMenu", "Move right"),
        position < panes - 1,
    )
    menu.addSeparator()
    if is_here:
        add(PaneCommand.ELSEWHERE, "external", translate("PaneMenu", "Use elsewhere …"))
    log = translate("PaneMenu", "Show the engine's log")
    add(PaneCommand.LOG, "log", log if is_here else translate("PaneMenu", "Show what was sent"))
    if is_here:
        add(PaneCommand.REVEAL, "folder", translate("PaneMenu", "Show the file in its folder"))
    menu.addSeparator()
    add(PaneCommand.REMOVE, "close", translate("PaneMenu", "Remove it from the chat"))
