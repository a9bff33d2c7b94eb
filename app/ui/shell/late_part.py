"""A page that is built when it is first wanted, as a part of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from app.ui.kit.late import Desk, Late
from app.ui.kit.pages import Page, PageHelp, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.ui.shell.ground import Ground

D = TypeVar("D", bound=Desk)


class LatePart(Part, Generic[D]):
    """What its kinds have in common: they make the desk and say what follows. Main thread only.

    Args:
        ground: What it is built on.
        modules: Names of what takes long to import.
        name: The page's id, and what its icon is called.
        title: Of the page, translated.
        help_: What F1 tells.
    """

    def __init__(
        self, ground: Ground, modules: Sequence[str], name: str, title: str, help_: PageHelp
    ) -> None:
        self._ground = ground
        self._late: Late[D] = Late(
            modules, ground.jobs, self._make, self._begin, ground.main.say, ground.main
        )
        self.page = Page(name, title, name, self._late.place, help_)

    @property
    def desk(self) -> D | None:
        """What stands behind the page, once it was wanted."""
        return self._late.desk

    def stop(self) -> bool:
        self._late.close()
        if self.desk is not None:
            self.desk.stop()
        return True

    def _make(self) -> D:
        """Prepare what stands behind the page; its modules are loaded."""
        raise NotImplementedError

    def _begin(self, desk: D) -> None:
        """The page is built: let the rest of the window hear of it."""
        raise NotImplementedError
