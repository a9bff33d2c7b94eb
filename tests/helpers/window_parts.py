"""The window's parts by their kind, for those who look behind the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from app.ui.pages.compare.part import ComparePart
from app.ui.pages.history.part import HistoryPart
from app.ui.pages.ladder.part import LadderPart
from app.ui.pages.models.part import ModelsPart

if TYPE_CHECKING:
    from app.ui.kit.pages import Part
    from app.ui.pages.history.desk import HistoryDesk
    from app.ui.pages.ladder.desk import LadderDesk
    from app.ui.pages.models.desk import ModelsDesk
    from app.ui.window import Window

_P = TypeVar("_P", bound="Part")


def part_of(window: Window, kind: type[_P]) -> _P:
    """The part of a kind."""
    return next(part for part in window.parts if isinstance(part, kind))


def compare_of(window: Window) -> ComparePart:
    """The Compare page with what stands behind it."""
    return part_of(window, ComparePart)


def models_of(window: Window) -> ModelsDesk:
    """What stands behind the Models page; the window must be complete."""
    desk = part_of(window, ModelsPart).desk
    assert desk is not None
    return desk


def ladder_of(window: Window) -> LadderDesk | None:
    """What stands behind the Ladder page; None where it was not wanted yet."""
    return part_of(window, LadderPart).desk


def history_of(window: Window) -> HistoryDesk | None:
    """What stands behind the History page; None where it was not wanted yet."""
    return part_of(window, HistoryPart).desk
