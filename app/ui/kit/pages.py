"""What a page of the window is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class PageHelp:
    """What F1 tells of a page; translated.

    Attributes:
        paragraphs: Plain sentences: what the page is for and how it is used.
        keys: Keys that no action of the page carries: (keys, what they do).
    """

    paragraphs: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page. The actions of its widget (``QWidget.addAction``) are its commands.

    Attributes:
        id: Names the page within the program.
        title: Under its icon, translated.
        icon_name: A name that ``app.ui.kit.icons.icon`` takes.
        widget: What is shown; given to the window.
        help: What F1 tells.
    """

    id: str
    title: str
    icon_name: str
    widget: QWidget
    help: PageHelp = field(default_factory=PageHelp)
