"""The Shrink page as a part of the window; it is built when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.words.text import translate
from app.ui.pages.shrink.help import shrink_help
from app.ui.shell.late_part import LatePart

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.core.models.family import LibraryModel
    from app.ui.pages.shrink.desk import ShrinkDesk
    from app.ui.shell.ground import Ground

_MODULES = ("app.ui.pages.shrink.desk",)
_KINDS = ("make", "comparison")


class ShrinkPart(LatePart["ShrinkDesk"]):
    """Main thread only."""

    def __init__(self, ground: Ground) -> None:
        title = translate("Window", "Shrink")
        super().__init__(ground, _MODULES, "shrink", title, shrink_help())
        self._models: Sequence[LibraryModel] = ()
        ground.requests.models.add(self._note_models)
        ground.requests.shrink.add(self._shrink)

    def begin(self) -> None:
        if any(map(self._ground.house.works.kept.has_left, _KINDS)):
            self._late.open()

    def pump(self, *, busy: bool) -> None:
        del busy
        if self.desk is not None:
            self.desk.pump()

    def _make(self) -> ShrinkDesk:
        from app.ui.pages.shrink.desk import ShrinkDesk

        return ShrinkDesk(self._ground)

    def _begin(self, desk: ShrinkDesk) -> None:
        page, main, requests = desk.page, self._ground.main, self._ground.requests
        page.said.connect(main.say)
        page.chat_wanted.connect(requests.show.tell)
        page.measure_wanted.connect(requests.measure.tell)
        page.ladder_wanted.connect(requests.show_ladder.tell)
        page.go_on_wanted.connect(requests.measure_on.tell)
        page.browse_wanted.connect(requests.find_on_hub.tell)
        desk.show_models(self._models)

    def _note_models(self, models: Sequence[LibraryModel]) -> None:
        self._models = models
        if self.desk is not None:
            self.desk.show_models(models)

    def _shrink(self, path: Path) -> None:
        self._ground.main.show_page(self.page.id)
        self._late.when_there(lambda desk: desk.page.choose(path))
