"""Questions of tasks as an engine is asked them, with the pictures that they show."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import is_unwritable, write_whole
from app.core.candidates.settings import SamplingSettings
from app.core.errors import DiskTrouble, PersonError
from app.core.tasks.drawing import drawn
from app.core.words.sentence import say
from app.lab.pictures.shelf import PictureShelf

if TYPE_CHECKING:
    from app.core.tasks.items import TaskItem
    from app.engine.protocol.answering import Generate
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.tasks.plan import TaskPlan

_PICTURES = "task-pictures"


class Questions:
    """Puts questions to one candidate.

    Args:
        opened: The candidate.
        plan: How they are asked.
        folder: The engines', where pictures are kept for them.

    Attributes:
        template: Jinja text in place of the file's own; None leaves it to the file.
    """

    def __init__(self, opened: OpenedCandidate, plan: TaskPlan, folder: Path) -> None:
        self._plan = plan
        self._manner = opened.manner
        self.template = self._manner.chosen
        self._is_served = opened.header is None
        self._folder = folder / _PICTURES

    def command(self, item: TaskItem, command_id: int) -> Generate:
        """What an engine is sent for a question.

        Raises:
            PersonError: Its picture cannot be kept.
        """
        sampling = SamplingSettings(
            max_tokens=self._plan.most_tokens(item, self._manner), thinking=self._plan.thinking
        )
        pictures = (self._picture(item),) if item.picture else ()
        # A text is read once for all questions about it; what a server keeps is its own affair.
        clear = not item.text or self._is_served
        return self._manner.question(command_id, item.asked, sampling, pictures, clear=clear)

    def _picture(self, item: TaskItem) -> str:
        """The file of a question's picture."""
        path = self._folder / f"{sha256(item.picture.encode()).hexdigest()}.png"
        try:
            if not path.is_file():
                self._folder.mkdir(parents=True, exist_ok=True)
                if item.source:
                    shelf = PictureShelf(self._folder)
                    Path(shelf.file_of(shelf.take(Path(item.source)))).replace(path)
                else:
                    write_whole(path, drawn(item.picture))
        except OSError as error:
            failed = DiskTrouble if is_unwritable(error) else PersonError
            raise failed(say("pictures.not_kept", name=path.name), str(error)) from error
        return str(path.absolute())
