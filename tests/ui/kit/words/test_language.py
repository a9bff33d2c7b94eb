"""Which language the window speaks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from app.ui.kit.words.language import PSEUDO_LANGUAGE, VARIABLE, languages, speak
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_TRANSLATED = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de"><context><name>Page</name>
<message><source>Open a file</source><translation>Eine Datei öffnen</translation></message>
</context></TS>
"""


@pytest.fixture
def speaker(qapp: QApplication) -> Iterator[QApplication]:
    """An application that speaks English again afterwards."""
    before = set(qapp.findChildren(QTranslator))
    yield qapp
    for translator in set(qapp.findChildren(QTranslator)) - before:
        QCoreApplication.removeTranslator(translator)
        translator.deleteLater()


def test_english_where_nothing_is_named(
    speaker: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert speak(speaker) == ""
    assert translate("Page", "Open a file") == "Open a file"


def test_the_pseudo_language(speaker: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PSEUDO_LANGUAGE)
    assert speak(speaker) == ""
    assert translate("Page", "Open a file") == "«ÓÓpééñ áá fííłéé»"
    assert speaker.tr("Open") == "«ÓÓpééñ»"


def test_a_language_that_has_a_file(
    speaker: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "de.ts"
    source.write_text(_TRANSLATED, encoding="utf-8")
    release = Path(sys.executable).with_name("pyside6-lrelease")
    subprocess.run([release, source, "-qm", tmp_path / "de.qm"], check=True, capture_output=True)
    monkeypatch.setenv(VARIABLE, "de")
    assert speak(speaker, folder=tmp_path) == ""
    assert translate("Page", "Open a file") == "Eine Datei öffnen"
    assert translate("Page", "Close it") == "Close it"
    assert languages(tmp_path) == {"de": "Deutsch"}


def test_what_the_person_chose_is_spoken_unless_the_environment_names_another(
    speaker: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert "Klingon" in speak(speaker, "Klingon", tmp_path)
    monkeypatch.setenv(VARIABLE, "en")
    assert speak(speaker, "Klingon", tmp_path) == ""


@pytest.mark.parametrize("name", ["xx", "../de", "Klingon of the North"])
def test_an_unknown_language_is_said_and_changes_nothing(
    speaker: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(VARIABLE, name)
    assert name in speak(speaker, folder=tmp_path)
    assert translate("Page", "Open a file") == "Open a file"
