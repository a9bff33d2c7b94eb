"""Says that measuring goes on by itself, and lets the person put it off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.ui.ladder.words import entry_title
from app.ui.widgets import BannerAction, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.lab.ladder_entry import LadderEntry
    from app.lab.ladder_service import LadderService
    from app.ui.main_window import MainWindow


def tell_gone_on(main: MainWindow, service: LadderService, entries: Sequence[LadderEntry]) -> None:
    """Say above the page which ladders go on that were under way when the program ended.

    Nothing that is said there already is taken away: then the status line must do. Main thread.
    """
    sentence = _tr("Measuring goes on where it stopped: {titles}.").format(
        titles=", ".join(entry_title(entry) for entry in entries)
    )
    if main.notice.isVisible():
        main.say(sentence)
        return

    def look() -> None:
        main.notice.hide()
        main.show_page("ladder")

    def put_off() -> None:
        main.notice.hide()
        for entry in entries:
            service.cancel(entry)

    main.show_notice(
        Severity.INFO,
        sentence,
        _tr("It waits while models answer in Compare."),
        (BannerAction(_tr("Show"), look, primary=True), BannerAction(_tr("Not now"), put_off)),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("GoneOn", text)
