"""Ladders by hand for the widgets of the Ladder page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTranslator

from app.lab.works.ladders.entry import letters_for, rows_of
from app.ui.kit.words.language import PSEUDO_LANGUAGE, VARIABLE, speak
from tests.helpers.pseudo_reader import Reader
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.core.verdict import Limits
    from app.lab.ladder.rows import LadderResult
    from app.lab.verdict.view import LadderView


def view(result: LadderResult | None = None, limits: Limits | None = None) -> LadderView:
    """A view of a ladder that was never measured."""
    result = result or cases.result()
    return cases.view(result, limits, letters=letters_for(rows_of(result.plan), {}))


@pytest.fixture
def reader(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """Somebody who knows no English, before widgets that speak the pseudo-language."""
    before, earlier = set(qapp.findChildren(QTranslator)), qapp.allWidgets()
    monkeypatch.setenv(VARIABLE, PSEUDO_LANGUAGE)
    speak(qapp)
    yield Reader(earlier)
    for translator in set(qapp.findChildren(QTranslator)) - before:
        qapp.removeTranslator(translator)
        translator.deleteLater()
