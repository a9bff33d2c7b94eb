"""Which language the window speaks.

``SHRINKSCOPE_LANGUAGE`` names it, else the person's settings, else the system, where the program
speaks that; English where nothing does. A language is one file, ``resources/i18n/LANGUAGE.qm``,
made by Qt's tools from the texts that ``pyside6-lupdate`` finds. ``en_XA`` needs none.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.resources import resource_path
from app.ui.kit.words.pseudo import PseudoTranslator

VARIABLE = "SHRINKSCOPE_LANGUAGE"
PSEUDO_LANGUAGE = "en_XA"
_ENGLISH = ("", "en", "C")
_NAME = re.compile(r"[A-Za-z]{2,3}(_[A-Za-z0-9]{2,8})*")


def languages(folder: Path | None = None) -> dict[str, str]:
    """The languages that there are beside English: what each calls itself, by its file's name."""
    names = sorted(file.stem for file in (folder or resource_path("i18n")).glob("*.qm"))
    return {name: QLocale(name).nativeLanguageName() or name for name in names}


def system_language() -> str:
    """What the system speaks, in its own words."""
    return QLocale.system().nativeLanguageName()


def speak(application: QCoreApplication, chosen: str = "", folder: Path | None = None) -> str:
    """Have the window speak a language; before it has any widget.

    Args:
        application: What translates from then on.
        chosen: The person's choice, which the environment may overrule; empty for the system's.
        folder: Where files of languages are; None for those that ship with the program.

    Returns:
        A sentence for the log where there is no such language; empty where all is well.
    """
    language = os.environ.get(VARIABLE, "").strip() or chosen
    if not language:
        known, system = languages(folder), QLocale.system().name()
        language = next((name for name in (system, system.split("_")[0]) if name in known), "")
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
