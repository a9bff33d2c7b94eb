"""The search's filters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from app.ui.pages.models.search.filters import SearchFilters

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

_WORDS = re.compile(r"(?:[≤≥] \d+(?:\.\d)?\s[MB]|[A-Za-z. ]+)")


def test_every_choice_reads_as_words(qtbot: QtBot) -> None:
    filters = SearchFilters()
    qtbot.addWidget(filters)
    boxes = filters.findChildren(QComboBox)
    texts = [box.itemText(place) for box in boxes for place in range(box.count())]
    assert len(texts) > 20
    assert [text for text in texts if not _WORDS.fullmatch(text)] == []


def test_a_size_is_asked_for_as_it_reads(qtbot: QtBot) -> None:
    filters = SearchFilters()
    qtbot.addWidget(filters)
    filters.least.setCurrentIndex(filters.least.findText("≥ 1.0", Qt.MatchFlag.MatchStartsWith))
    filters.most.setCurrentIndex(filters.most.findText("≤ 4.0", Qt.MatchFlag.MatchStartsWith))
    query = filters.query()
    assert (query.least_parameters, query.most_parameters) == (10**9, 4 * 10**9)
