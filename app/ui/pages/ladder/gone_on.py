"""Says that measuring goes on by itself, and lets the person put it off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    show = translate("GoneOn", "Show")
    if left:
        _tell(
            main,
            Severity.WARNING,
            translate("GoneOn", "Measuring ended twice at the same step: {titles}."),
            translate("GoneOn", "So it does not go on by itself. What was measured is kept."),
            left,
            (translate("GoneOn", "Go on"), service.go_on),
            BannerAction(show, lambda: _look(main)),
        )
    if gone_on and not _looks(main):  # else the page says so itself
        _tell(
            main,
            Severity.INFO,
            translate("GoneOn", "Measuring goes on where it stopped: {titles}."),
            translate("GoneOn", "It waits while models answer in Compare."),
            gone_on,
            (translate("GoneOn", "Not now"), service.cancel),
            BannerAction(show, lambda: _look(main), primary=True),
        )


def _tell(
    main: MainWindow,
    severity: Severity,
    sentence: str,
    advice: str,
    entries: Sequence[LadderEntry],
    each: tuple[str, Callable[[LadderEntry], object]],
    show: BannerAction,
) -> None:
    """Say it of some ladders; ``each`` is what can be done with all of them, in a word and how."""
    said = sentence.format(titles=", ".join(entry_title(entry) for entry in entries))
    if main.notice.isVisible():
        main.say(said)
        return

    def do() -> None:
        main.notice.hide()
        for entry in entries:
            each[1](entry)

    action = BannerAction(each[0], do, primary=not show.primary)
    actions = (show, action) if show.primary else (action, show)
    main.show_notice(severity, said, advice, actions)
    _until_seen(main, said)


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
