"""Says that measuring goes on by itself, and lets the person put it off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.kit.widgets import BannerAction, Severity
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.words import entry_title

if TYPE_CHECKING:
    from app.lab.works.ladders.entry import LadderEntry
    from app.lab.works.ladders.service import LadderService
    from app.ui.shell.main_window import MainWindow

_PAGE = "ladder"


def tell_gone_on(
    main: MainWindow,
    service: LadderService,
    gone_on: Sequence[LadderEntry],
    left: Sequence[LadderEntry],
) -> None:
    """Say above the page which ladders go on that were under way when the program ended.

    Others wait for the person, because it ended twice at the same step of them: they are named too.

    Nothing that is said there already is taken away: then the status line must do. Main thread.
    """
    if left:
        _tell_left(main, service, left)
    if not gone_on:
        return
    if _looks(main):
        return  # the page says so itself
    sentence = translate("GoneOn", "Measuring goes on where it stopped: {titles}.").format(
        titles=_titles(gone_on)
    )
    if main.notice.isVisible():
        main.say(sentence)
        return

    def put_off() -> None:
        main.notice.hide()
        for entry in gone_on:
            service.cancel(entry)

    main.show_notice(
        Severity.INFO,
        sentence,
        translate("GoneOn", "It waits while models answer in Compare."),
        (
            BannerAction(translate("GoneOn", "Show"), lambda: _look(main), primary=True),
            BannerAction(translate("GoneOn", "Not now"), put_off),
        ),
    )
    _until_seen(main, sentence)


def _tell_left(main: MainWindow, service: LadderService, left: Sequence[LadderEntry]) -> None:
    sentence = translate("GoneOn", "Measuring ended twice at the same step: {titles}.").format(
        titles=_titles(left)
    )
    if main.notice.isVisible():
        main.say(sentence)
        return

    def go_on() -> None:
        main.notice.hide()
        for entry in left:
            service.go_on(entry)

    main.show_notice(
        Severity.WARNING,
        sentence,
        translate("GoneOn", "So it does not go on by itself. What was measured is kept."),
        (
            BannerAction(translate("GoneOn", "Go on"), go_on, primary=True),
            BannerAction(translate("GoneOn", "Show"), lambda: _look(main)),
        ),
    )
    _until_seen(main, sentence)


def _looks(main: MainWindow) -> bool:
    return main.current_page is not None and main.current_page.id == _PAGE


def _until_seen(main: MainWindow, sentence: str) -> None:
    """Take the notice away once the person looks at the page, which says the same."""

    def look(page_id: str) -> None:
        if page_id == _PAGE:
            main.page_shown.disconnect(look)
            if main.notice.sentence == sentence:
                main.notice.hide()

    main.page_shown.connect(look)


def _look(main: MainWindow) -> None:
    main.notice.hide()
    main.show_page(_PAGE)


def _titles(entries: Sequence[LadderEntry]) -> str:
    return ", ".join(entry_title(entry) for entry in entries)
