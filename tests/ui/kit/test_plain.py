"""Foreign text in the window: the functions for it, and that no module goes around them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from app.core.text.clean import clean_text
from app.ui.kit import plain
from app.ui.kit.widgets import ElidedLabel, label, push_button
from tests.helpers.hostile import MARKED, steering
from tests.helpers.shown_texts import Kind, Shown, fault_of, shown_texts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

UI = Path(plain.__file__).parents[1]
ONE_WAY = {"kit/plain.py"}


def read(tip: str) -> str:
    """What a person reads of a tool tip."""
    assert not GuiQt.mightBeRichText(tip)
    return tip.replace("\u200b", "")


TAGS = [
    "<?xml version='1.0'?><b>x</b>",
    "<!doctype html>",
    "&lt;b&gt;",
    "a\nb <i>c</i>",
    "a < b > c",
]


@pytest.mark.parametrize("text", [*MARKED, *TAGS])
def test_a_tool_tip_is_read_as_it_was_written(text: str, qtbot: QtBot) -> None:
    assert read(plain.tip(text)) == clean_text(text)


@given(st.text(alphabet=st.characters(), max_size=40))
def test_no_tool_tip_is_markup(text: str) -> None:
    tip = plain.tip(text)
    assert not GuiQt.mightBeRichText(tip)
    document = QTextDocument()
    document.setHtml(tip)  # not even if Qt looked for it
    assert "\ufffc" not in document.toPlainText()
    assert not steering(tip, allowed="\n\t\u200b\u200c\u200d")


def test_a_tool_tip_without_end_is_cut() -> None:
    assert len(plain.tip("x" * 1_000_000)) < 2_000


@pytest.mark.parametrize("text", MARKED)
def test_widgets_show_a_name_as_text(text: str, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    for made in (label(text), label(text, wrap=True)):
        made.setParent(holder)
        assert made.textFormat() is Qt.TextFormat.PlainText
        assert made.text() == clean_text(text)
    elided = ElidedLabel(text, parent=holder)
    elided.set_text(text, text)
    button = push_button(text)
    button.setParent(holder)
    assert plain.words_of(button.text()) == button.accessibleName() or "\n" in text
    combo = QComboBox(holder)
    plain.add_choice(combo, text, text, tool_tip=text)
    assert combo.itemData(0) == text
    plain.set_title(holder, text)
    action = QAction(plain.caption(text), holder)
    plain.set_tip(action, text)
    holder.addAction(action)
    box = plain.message_box(text)
    qtbot.addWidget(box)
    assert box.textFormat() is Qt.TextFormat.PlainText
    found = [shown for shown in shown_texts() if "M4RK" in shown.text]
    assert len(found) > 10
    assert not [(shown, fault) for shown in found if (fault := fault_of(shown))]


def test_what_is_looked_for_is_found(qtbot: QtBot) -> None:
    """The faults that the test of the whole window looks for."""
    rich, key, turned = "<b>x</b>", "R&D", "\u202ex"
    assert fault_of(Shown(rich, Kind.MAYBE_RICH, "")) == "it would be taken for HTML"
    assert fault_of(Shown(key, Kind.CAPTION, "")) == "an & in it is not shown"
    assert fault_of(Shown(turned, Kind.PLAIN, "")) is not None
    assert fault_of(Shown(plain.tip(rich), Kind.MAYBE_RICH, "")) is None
    naked = QLabel(rich)
    qtbot.addWidget(naked)
    assert any(fault_of(shown) for shown in shown_texts() if shown.text == rich)


def test_a_title_s_mark_of_unsaved_work_is_shown(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    plain.set_title(window, "a [*] b")
    assert window.windowTitle() == "a [*][*] b"  # which Qt shows as it was meant


class _Names(QAbstractListModel):
    def rowCount(self, parent: object = None) -> int:
        return 1

    @plain.plain_data(Qt.ItemDataRole.UserRole + 1)
    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return None if role == Qt.ItemDataRole.DecorationRole else "<b>\n\u202ex"

    @plain.plain_data()
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        return "a\nb"


def test_a_model_s_roles() -> None:
    model = _Names()
    index = model.index(0)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.EditRole,
        Qt.ItemDataRole.UserRole + 1,
    ):
        assert index.data(role) == "<b>\ufffd\ufffdx"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "<b>\n\ufffdx"
    assert read(index.data(Qt.ItemDataRole.ToolTipRole)) == "<b>\n\ufffdx"
    assert index.data(Qt.ItemDataRole.UserRole) == "<b>\n\u202ex"  # for the program itself
    assert index.data(Qt.ItemDataRole.DecorationRole) is None
    assert model.data(index) == "<b>\ufffd\ufffdx"
    assert model.data(index, role=Qt.ItemDataRole.ToolTipRole).startswith("<\u200bb>")
    assert model.headerData(0, Qt.Orientation.Horizontal) == "a\ufffdb"
    assert (
        model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole) == "a\nb"
    )


# ------------------------------------------------------------------------------ the only way

CALLS = {"setToolTip", "setStatusTip", "setWhatsThis", "setTabToolTip", "setWindowTitle"}
CLASSES = {"QToolTip", "QMessageBox", "QErrorMessage", "QInputDialog", "QSystemTrayIcon"}
RICH = {"setHtml", "setMarkdown", "QTextBrowser", "QTextDocument"}
LABELS = {"kit/widgets/labels.py"}
# Documents of their own: an answer's Markdown, which is read without HTML, and the details of a
# version and the words of the glossary, whose texts are all escaped.
PAGES = {"answers/reader.py", "pages/ladder/details/details.py", "shell/words_view.py"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(UI.rglob("*.py")):
        name = path.relative_to(UI).as_posix()
        if name not in ONE_WAY:
            yield name, ast.parse(path.read_text("utf-8"))


def offences(name: str, tree: ast.Module) -> Iterator[str]:
    """Where a module goes around app.ui.kit.plain."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Call):
            called = node.func
            word = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if word in CALLS:
                yield f"{name}:{line} calls {word}"
            if word == "setItemData" and "ToolTipRole" in ast.dump(node):
                yield f"{name}:{line} sets a choice's tool tip"
            if word == "QLabel" and name not in LABELS:
                yield f"{name}:{line} makes a label that may be rich"
            if word in RICH and name not in PAGES:
                yield f"{name}:{line} makes a page of rich text"
        elif isinstance(node, ast.alias) and node.name in CLASSES:
            yield f"{name}:{line} imports {node.name}"
        elif isinstance(node, ast.ClassDef):
            yield from _raw_models(name, node)


def _raw_models(name: str, node: ast.ClassDef) -> Iterator[str]:
    for method in node.body:
        if not isinstance(method, ast.FunctionDef) or method.name not in ("data", "headerData"):
            continue
        if "plain_data" not in "".join(map(ast.dump, method.decorator_list)):
            yield f"{name}:{method.lineno} gives raw texts to views"


def test_no_module_goes_around() -> None:
    assert [found for name, tree in modules() for found in offences(name, tree)] == []


@pytest.mark.parametrize(
    "source",
    [
        "button.setToolTip(name)",
        "self.setWindowTitle(name)",
        "from PySide6.QtWidgets import QToolTip",
        "from PySide6.QtWidgets import QMessageBox",
        "box.setItemData(0, path, Qt.ItemDataRole.ToolTipRole)",
        "QLabel(name)",
        "browser.setHtml(page)",
        "class M(QAbstractListModel):\n  def data(self, index, role=0):\n    return self.name",
    ],
)
def test_who_goes_around_is_found(source: str) -> None:
    assert list(offences("somewhere.py", ast.parse(source)))
