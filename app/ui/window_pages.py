"""The window's own pages as the rail shows them, and what F1 tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.pages import Page, PageHelp
from app.ui.kit.text import translate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.store.paths import Paths


def compare_page(widget: QWidget) -> Page:
    """The Compare page."""
    return Page(
        id="compare",
        title=translate("Window", "Compare"),
        icon_name="compare",
        widget=widget,
        help=_compare_help(),
    )


def settings_page(widget: QWidget) -> Page:
    """The page with the person's settings."""
    return Page(
        id="settings", title=translate("Window", "Settings"), icon_name="settings", widget=widget
    )


def about_page(widget: QWidget) -> Page:
    """The page about the program."""
    return Page(id="about", title=translate("Window", "About"), icon_name="info", widget=widget)


def kept_folders(paths: Paths) -> dict[str, str]:
    """What the program keeps where, by its name."""
    return {
        translate("Window", "Chats"): str(paths.database),
        translate("Window", "Settings"): str(paths.settings),
        translate("Window", "Log"): str(paths.log),
        translate("Window", "Demo levels, made again when missing"): str(paths.demo),
    }


def _compare_help() -> PageHelp:
    return PageHelp(
        paragraphs=(
            translate(
                "Window",
                "Ask the same of several versions of a model and read their answers side by side. "
                "Each version has a letter and a colour, the same everywhere.",
            ),
            translate(
                "Window",
                "Race lets them answer one after another, each alone on the machine, so that the "
                "times can be compared. Together lets all answer at once: livelier, but they "
                "share the processor, and the times say so.",
            ),
            translate(
                "Window",
                "One version is the reference, marked with a star. Where another answer leaves "
                "the reference's, the first difference is marked.",
            ),
            translate(
                "Window",
                "Memory is shown in two parts: private is what an engine must have, mapped is the "
                "file's weights, which the system may drop and engines of one file share.",
            ),
            translate(
                "Window",
                "Which of them to run is measured on the Ladder page: its button stands at the "
                "right, above the panes.",
            ),
        ),
    )
