"""The Scale page as a part of the window; it is built when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.words.text import translate
from app.ui.pages.scale.help import scale_help
from app.ui.shell.late_part import LatePart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.models.family import LibraryModel
    from app.ui.pages.scale.desk import ScaleDesk
    from app.ui.shell.ground import Ground

_MODULES = ("app.ui.pages.scale.desk",)


class ScalePart(LatePart["ScaleDesk"]):
    """Main thread only."""

    def __init__(self, ground: Ground) -> None:
        title = translate("Window", "Scale")
        super().__init__(ground, _MODULES, "scale", title, scale_help())
        self._models: Sequence[LibraryModel] = ()
        ground.requests.models.add(self._note_models)

    def _make(self) -> ScaleDesk:
        from app.ui.pages.scale.desk import ScaleDesk

        return ScaleDesk(self._ground, self._models, self._late.place)

    def _begin(self, desk: ScaleDesk) -> None:
        page, requests = desk.page, self._ground.requests
        page.chat_wanted.connect(requests.show.tell)
        page.measure_wanted.connect(requests.measure.tell)
        self._late.place.shown.connect(desk.look_again)
        desk.begin(self._models)

    def _note_models(self, models: Sequence[LibraryModel]) -> None:
        self._models = models
        if self.desk is not None:
            self.desk.show_models(models)
