"""Which language the window speaks: ``SHRINKSCOPE_LANGUAGE`` names it, English where nothing does.

A language is one file, ``resources/i18n/LANGUAGE.qm``, made by Qt's tools from the texts that
``pyside6-lupdate`` finds. ``en_XA`` needs none.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QTranslator

from app.resources import resource_path
from app.ui.kit.words.pseudo import PseudoTranslator

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QCoreApplication

VARIABLE = "SHRINKSCOPE_LANGUAGE"
PSEUDO_LANGUAGE = "en_XA"
_ENGLISH = ("", "en", "C")
_NAME = re.compile(r"[A-Za-z]{2,3}(_[A-Za-z0-9]{2,8})*")


def speak(application: QCoreApplication, folder: Path | None = None) -> str:
    """Have the window speak the language that the environment names; before it has any widget.

    Args:
        application: What translates from then on.
        folder: Where files of languages are; None for those that ship with the program.

    Returns:
        A sentence for the log where there is no such language; empty where all is well.
    """
    language = os.environ.get(VARIABLE, "").strip()
    if language in _ENGLISH:
        return ""
    if language == PSEUDO_LANGUAGE:
        application.installTranslator(PseudoTranslator(application))
        return ""
    translator = QTranslator(application)
    file = (folder or resource_path("i18n")) / f"{language}.qm"
    if not _NAME.fullmatch(language) or not translator.load(str(file)):
        return f"There is no language {language!r} here ({VARIABLE}): the window speaks English."
    of_qt = QTranslator(application)
    if of_qt.load(
        f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        application.installTranslator(of_qt)
    application.installTranslator(translator)
    return ""
