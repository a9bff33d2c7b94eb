"""Rows of the History page, and what they say.

Tests app.ui.pages.history.words, app.ui.entries.painting and app.ui.kit.words.energy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QListView, QStyleOptionViewItem

from app.core.history.entry import Circumstances, Entry, EntryFacts, EntryKind, Measured
from app.lab.history.again import Again, Change, Changed
from app.ui.pages.history.rows import EntryDelegate, EntryRole, EntryRows
from app.ui.pages.history.words import (
    before_words,
    entry_second,
    entry_title,
    figures_of,
    unsearched_words,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NOW = Measured("/a", "a-Q4", speed=25.0, needed_bytes=2 << 30, divergence=0.01, accuracy=0.9)


def entry(number: int, title: str = "", kind: EntryKind = EntryKind.CHAT, **more: str) -> Entry:
    names = tuple(Measured(f"/{name}", name) for name in ("one", "two", "three", "four"))
    facts = EntryFacts(title, names, 1, more.get("told", ""), Circumstances())
    return Entry(number, kind, number, number, facts=facts, found=more.get("found", ""))


def made(*entries: Entry) -> EntryRows:
    rows = EntryRows()
    QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal, rows)
    rows.take(entries)
    return rows


def test_rows_follow_any_list_and_grow_below(qtbot: QtBot) -> None:
    rows = made(*(entry(n) for n in range(300)))
    with qtbot.waitSignal(rows.modelReset):
        rows.take([entry(n) for n in range(1000, 1005)])
    with qtbot.assertNotEmitted(rows.modelReset):
        rows.take([entry(n) for n in (1004, 1002, 1000)])
    assert [each.id for each in rows.rows] == [1004, 1002, 1000]
    with qtbot.waitSignal(rows.rowsInserted):
        rows.add([entry(1000), entry(1), entry(2)])
    assert [each.id for each in rows.rows] == [1004, 1002, 1000, 1, 2]
    assert rows.index(0).data(EntryRole.ENTRY).id == 1004


def test_what_a_row_says(qapp: object) -> None:
    assert entry_title(entry(1, "Sky")) == "Sky"
    assert entry_title(entry(1)) == "one, two, three and 1 more"
    assert "one" not in entry_second(entry(1))
    assert "the first was better" in entry_second(
        entry(1, "Why?", EntryKind.VOTE, told="candidate better")
    )
    assert "not finished" in entry_second(entry(1, "", EntryKind.LADDER, told="unfinished"))
    rows = made(entry(1, "<b>Sky</b>"))
    spoken = rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("<b>Sky</b>, Chat")
    told = figures_of(NOW).replace("\u00a0", " ")
    assert told == "a-Q4 · 25.0 tok/s · 2.15 GB · 0.01 nats · 90% right"


def test_the_difference_is_said_with_what_has_changed(qapp: object) -> None:
    before = Measured("/a", "a-Q4", speed=20.0, divergence=0.02)
    changed = (Changed(Change.ENGINE, "b1", "b2"), Changed(Change.POWER, "", "battery"))
    said = before_words([Again(entry(1), before, NOW, changed)]).replace("\u00a0", " ")
    assert "generates +25.0 % (20.0 tok/s → 25.0 tok/s)" in said
    assert "drift −50.0 %" in said
    assert "memory" not in said
    assert "engine (b1 → b2), power (none → battery)" in said
    assert "nothing else is known" in before_words([Again(entry(1), before, NOW, ())])


def test_what_is_not_compared_is_said_with_the_reason(qapp: object) -> None:
    text = (Changed(Change.TEXT, "16 chunks", "45 chunks"),)
    apart = {"divergence": text, "accuracy": (Changed(Change.QUESTIONS, "", "45, 1a2b"),)}
    before = Measured("/a", "a-Q4", divergence=0.02, accuracy=0.8)
    now = Measured("/a", "a-Q4")
    said = before_words([Again(entry(1), before, now, (), apart)]).replace("\u00a0", " ")
    assert ": nothing can be compared. What changed: nothing else is known" in said
    assert said.endswith(
        "Not compared: drift, because of the text (16 chunks → 45 chunks); "
        "right answers, because of the questions (not noted → 45, 1a2b)."
    )


def test_a_reason_that_is_the_same_for_all_is_said_once(qapp: object) -> None:
    one, other = (
        Again(entry(1), NOW, NOW, (), {"divergence": (Changed(Change.TEXT, "16 chunks", now),)})
        for now in ("45 chunks", "24 chunks")
    )
    assert before_words([one, one]).splitlines()[-1].startswith("Not compared: drift")
    assert before_words([one, one]).count("Not compared") == 1
    assert before_words([one, other]).count("Not compared") == 2
    assert before_words([one, one]).count("What changed") == 1


def test_what_the_search_leaves_out_is_said(qapp: object) -> None:
    assert unsearched_words(entry(1)) == ""
    long = Entry(1, EntryKind.CHAT, 1, 1, facts=EntryFacts("Long", unsearched=12))
    assert "its last 12 characters" in unsearched_words(long)


def test_energy_is_said_with_what_was_counted(qapp: object) -> None:
    before, now = (
        Measured("/a", "a-Q4", joules_per_token=joules, energy_of=("package", "gpu"))
        for joules in (0.4, 0.5)
    )
    counted = "the whole processor package, NVIDIA GPUs; other programs included"
    told = figures_of(now).replace("\u00a0", " ")
    assert told == f"a-Q4 · 0.500 J a token ({counted})"
    said = before_words([Again(entry(1), before, now, ())]).replace("\u00a0", " ")
    assert f"energy a token +25.0 % (0.400 J → 0.500 J: {counted})" in said


def test_words_that_were_found_are_painted_in_any_direction(qtbot: QtBot) -> None:
    view = QListView()
    qtbot.addWidget(view)
    found = ("a \x02word\x03 in it", "مرحبا \x02بك\x03 هنا " * 40, "\x02", "")
    rows = made(*(entry(n, "T", found=text) for n, text in enumerate(found, 1)))
    view.setModel(rows)
    delegate = EntryDelegate(view)
    image = QImage(200, 60, QImage.Format.Format_ARGB32)
    for row in range(len(found)):
        image.fill(Qt.GlobalColor.white)
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, 200, 60)
        painter = QPainter(image)
        delegate.paint(painter, option, rows.index(row))
        painter.end()
        assert image.pixelColor(199, 59) == image.pixelColor(199, 0)  # nothing beyond its room
