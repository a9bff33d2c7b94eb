"""What is here to be added to a chat, for the person to choose of."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.memory.estimate import lasting_budget_bytes
from app.lab.servers.book import ServerBook
from app.monitor.machine import total_memory_bytes

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.core.candidates.candidate import Candidate
    from app.core.models.family import LibraryModel
    from app.core.servers.server import Server
    from app.lab.ladder.picked import PickFile
    from app.ui.pages.compare.controller import CompareController
    from app.ui.picking.add_dialog import AddDialog
    from app.ui.shell.ground import Ground


class Adding:
    """Asks which candidates to add. Main thread.

    Args:
        ground: Session, folders, and the way to other pages.
        controller: Adds them.

    Attributes:
        models: What is on this PC, as far as it is known.
    """

    def __init__(self, ground: Ground, controller: CompareController) -> None:
        self._ground = ground
        self._controller = controller
        self._picker: AddDialog | None = None
        self.models: Sequence[LibraryModel] = ()

    def ask(self, over: QWidget) -> None:
        """Let the person choose of what is here, or go where there is more."""
        # The picker knows of measuring, and so of numpy: the first paint does not wait for that.
        from app.ui.picking.add_dialog import AddDialog

        if self._picker is None:
            requests = self._ground.requests
            self._picker = picker = AddDialog(over)
            picker.chosen.connect(self._add)
            picker.files_wanted.connect(self._controller.choose_and_add)
            picker.hub_wanted.connect(requests.find_on_hub.tell)
            picker.server_wanted.connect(requests.add_server.tell)
        room = lasting_budget_bytes(total_memory_bytes())
        panes = len(self._ground.session.panes)
        self._picker.ask(self._pickable(), panes, room, self._servers())

    def note_models(self, models: Sequence[LibraryModel]) -> None:
        """More is known of what is on this PC."""
        self.models = models
        if self._picker is not None and self._picker.isVisible():
            self._picker.set_files(self._pickable())

    def _pickable(self) -> list[PickFile]:
        from app.lab.ladder.pickable import pickable

        session, servers = self._ground.session, self._servers()
        known, demo = session.templates.known, self._ground.demo
        return pickable(session.panes, demo, self.models, known, servers=servers)

    def _servers(self) -> list[Server]:
        with suppress(PersonError):  # the Models page says why their list cannot be read
            return ServerBook.of_this_pc(self._ground.house.paths).all()
        return []

    def _add(self, candidates: Sequence[Candidate]) -> None:
        for candidate in candidates:
            self._controller.add_candidate(candidate)
