"""What a page of the window is, and what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.store.settings import Settings


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
        at_bottom: Whether its button stands at the rail's bottom.
    """

    id: str
    title: str
    icon_name: str
    widget: QWidget
    help: PageHelp = field(default_factory=PageHelp)
    at_bottom: bool = False


class Part:
    """A page with all that stands behind it; the window knows nothing else of it.

    Main thread only. The page is there from the start; what need not be painted at once is made
    by :meth:`begin`.

    Attributes:
        page: For the rail.
    """

    page: Page

    def begin(self) -> None:
        """The window was painted: make the rest, and go on with what the last time left."""

    @property
    def busy(self) -> bool:
        """Whether it takes times at this moment, which other work would spoil."""
        return False

    def pump(self, *, busy: bool) -> None:
        """Let it go on: some 20 times a second while answers come, else four times.

        Args:
            busy: Whether another part takes times, or there is no engine yet: work that would
                disturb the one or needs the other waits.
        """

    def remember(self, settings: Settings) -> Settings:
        """The window closes: the settings with what is this part's in them."""
        return settings

    def stop(self) -> bool:
        """End what is under way, jobs are waited for after that; whether it has ended."""
        return True

    def close(self) -> None:
        """End the rest, after the jobs have ended."""
