"""The notice above the pages on an engine that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from app.lab.engines.repair import RepairWay
from app.ui.kit.widgets.banner import BannerAction, Severity
from app.ui.kit.words.text import translate
from app.ui.shell.engine.check_words import conclusion_words

if TYPE_CHECKING:
    from app.ui.shell.engine.checkup import Conclusion
    from app.ui.shell.main_window import MainWindow


def tell_conclusion(main: MainWindow, conclusion: Conclusion, left_out: tuple[str, ...]) -> None:
    """Say what failed, and what is done about it or is left to the person.

    Args:
        main: Where the notice stands.
        conclusion: What is to be told.
        left_out: CPU variants that engines do without.
    """
    sentence, advice = conclusion_words(conclusion, left_out)
    repair = conclusion.repair
    actions: tuple[BannerAction, ...] = ()
    if repair.way is RepairWay.COMMAND:
        text = translate("EngineCheck", "Copy the line")
        copy = BannerAction(text, lambda: QGuiApplication.clipboard().setText(repair.command))
        actions = (copy,)
    main.show_notice(Severity.WARNING, sentence, advice, actions)
