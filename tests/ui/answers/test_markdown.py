"""Answers as Markdown: safe, growing, marked.

Tests app.ui.answers.document, app.ui.answers.style, app.ui.answers.source, app.ui.answers.mark and
app.ui.answers.copying.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QColor, QTextBlock, QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.ui.answers.code.colours import LONGEST_LINE, MOST_CHARACTERS, coloured_spans
from app.ui.answers.document import AnswerDocument
from app.ui.answers.markdown import MarkdownView, warm_up
from app.ui.answers.source import (
    SENTINEL,
    definitions_of,
    keep_line_breaks,
    places_near,
    settled_end,
)
from app.ui.answers.style import is_code
from app.ui.kit.theme import DARK, LIGHT, Theme, ThemeChoice
from tests.helpers.wishes import Wishes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

ANSWER = """# Why the sky is blue

Air scatters **short** waves; see `rayleigh(x)` and [this page](https://example.org/a?b=c).
A second line.

- first point
- second point
   1. nested one
   2. nested two
- [ ] a task

```python
def rayleigh(x: float) -> float:

    return 1.0 / x**4  # fourth power
```

> A quotation
> on two lines.

| colour | nm |
|:--|--:|
| blue | 450 |
| red | 700 |

3. three
4. four

***

<b>html</b> ![a cat](http://example.org/cat.png) The last *paragraph*.
"""


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    made.set_choice(ThemeChoice.LIGHT)


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> Iterator[MarkdownView]:
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    inner = QWidget()
    column = QVBoxLayout(inner)
    made = MarkdownView("Answer of B")
    column.addWidget(made)
    column.addStretch(1)
    scroll.setWidget(inner)
    scroll.resize(420, 500)
    qtbot.addWidget(scroll)
    scroll.show()
    qtbot.waitExposed(scroll)
    yield made
    scroll.close()


# ------------------------------------------------------------------------------------- the source


@pytest.mark.parametrize(
    ("source", "settled"),
    [
        ("one paragraph", ""),
        ("one\n\n", ""),
        ("one\n\ntwo is long enough", "one\n\n"),
        ("one\n\n2. may continue a list\n", ""),
        ("- a\n\n- b\n", ""),
        ("- a\n\nafter the list\n", "- a\n\n"),
        ("- a\n\n    still in the item\n", ""),
        ("```\na\n\nb is still code\n", ""),
        ("```\na\n```\n\nafter the code\n", "```\na\n```\n\n"),
        ("~~~\n```\n\nstill in tildes\n", ""),
        ("one\n\ntwo\n\nthree is here\n", "one\n\ntwo\n\n"),
    ],
)
def test_what_is_settled(source: str, settled: str) -> None:
    assert source[: settled_end(source)] == settled


def test_what_is_settled_stays_so_while_the_text_grows() -> None:
    end = 0
    for length in range(len(ANSWER)):
        following = settled_end(ANSWER[:length], end)
        assert following >= end
        end = following
    assert end > len(ANSWER) // 2


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("a\nb", "a\u2028b"),
        ("a  \nb", "a\u2028b"),
        ("a\\\nb", "a\u2028b"),
        ("a\n\nb", "a\n\nb"),
        ("a\n- b", "a\n- b"),
        ("- a\n  b", "- a\u2028b"),
        ("a\n# b", "a\n# b"),
        ("# a\nb", "# a\nb"),
        ("a\n---", "a\n---"),
        ("a\n```\nb\nc\n```", "a\n```\nb\nc\n```"),
        ("| a |\n|---|\n| b |", "| a |\n|---|\n| b |"),
        ("> a\n> b", "> a\n> b"),
        ("    code\n    more", "    code\n    more"),
    ],
)
def test_single_line_breaks_are_kept_in_paragraphs_alone(source: str, kept: str) -> None:
    assert keep_line_breaks(source) == kept


def test_definitions_of_links_are_seen() -> None:
    defined = "[1]: https://example.org"
    assert definitions_of(f"text\n{defined}\nmore") == defined
    assert not definitions_of("a [link](x) and [text] there")
    assert definitions_of(f"{defined}\n" * 1000).count("\n") < 100


def test_places_begin_with_the_word_at_the_offset() -> None:
    source = "one two three"
    assert places_near(source, 5)[0] == source.index("two")
    assert places_near(source, 7)[0] == source.index("three")
    assert places_near(source, 10_000)[0] == source.index("three")


# ----------------------------------------------------------------------------------- the document


def test_nothing_is_loaded_and_html_stays_text(theme: Theme) -> None:
    document = AnswerDocument()
    document.show_source("![a cat](file:///etc/passwd) <img src='file:///etc/passwd'> <b>x</b>")
    assert document.toPlainText() == (
        "[a cat: file:///etc/passwd] <img src='file:///etc/passwd'> <b>x</b>"
    )
    kind = QTextDocument.ResourceType.ImageResource.value
    assert document.resource(kind, QUrl("file:///etc/passwd")).size() == QSize(1, 1)


PICTURES = """
import sys
from PySide6.QtWidgets import QApplication
from app.ui.answers.markdown import MarkdownView
application = QApplication(["test"])
view = MarkdownView()
view.resize(300, 300)
view.show()
for address in sys.argv[1:]:
    for source in (
        f"Look: ![a]({address}) here",
        f"![a](<{address}>)",
        f"[![a]({address})](https://example.org)",
        f"![a][b]\\n\\n[b]: {address}",
        f"| ![a]({address}) |\\n|---|\\n| ![b]({address}) |",
        f"- ![a]({address})",
        f"<img src='{address}'> <link rel=stylesheet href='{address}'>",
    ):
        view.stream_markdown(source)
        view.set_markdown(source)
        view.document().size()
        view.grab()
        application.processEvents()
        view.set_markdown("")
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_no_address_of_a_picture_is_opened(tmp_path: Path) -> None:
    # Who opens a pipe that nobody writes to waits for ever.
    pipe, picture = tmp_path / "pipe", tmp_path / "picture.svg"
    os.mkfifo(pipe)
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
    os.utime(picture, (1, 2))
    addresses = [f"{place}" for path in (pipe, picture) for place in (path, path.as_uri())]
    subprocess.run(
        [sys.executable, "-c", PICTURES, *addresses],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).parents[3],
        timeout=120,
        check=True,
    )
    assert picture.stat().st_atime == 1


@pytest.mark.parametrize("step", [1, 7, 40])
def test_a_text_that_grew_looks_like_one_that_came_at_once(theme: Theme, step: int) -> None:
    grown, whole = AnswerDocument(), AnswerDocument()
    for length in range(0, len(ANSWER), step):
        grown.show_source(ANSWER[:length], ended=False)
    grown.show_source(ANSWER)
    whole.show_source(ANSWER)
    assert grown.toPlainText() == whole.toPlainText()
    assert grown.characterCount() == whole.characterCount()
    assert _looks(grown) == _looks(whole)


def test_a_text_that_is_replaced_leaves_nothing_behind(theme: Theme) -> None:
    document = AnswerDocument()
    document.show_source("one\n\ntwo is settled by three\n\nthree goes on here", ended=False)
    document.show_source("another", ended=False)
    assert document.toPlainText() == "another"
    document.show_source("", ended=True)
    assert document.toPlainText() == ""


def test_a_link_that_is_defined_at_the_end_is_one_at_last(theme: Theme) -> None:
    source = "See [the page][1] for more.\n\nA second paragraph.\n\n[1]: https://example.org/x\n"
    document = AnswerDocument()
    for length in range(0, len(source), 5):
        document.show_source(source[:length], ended=False)
    document.show_source(source)
    assert "See the page for more." in document.toPlainText()


def test_code_has_colours_of_the_theme(theme: Theme) -> None:
    document = AnswerDocument()
    document.show_source(ANSWER)
    lines = _code_lines(document)
    assert lines[0].text().startswith("def rayleigh")
    assert LIGHT.code_keyword in _colours(lines[0])
    assert LIGHT.code_comment in _colours(lines[2])
    theme.set_choice(ThemeChoice.DARK)
    document.restyle()
    assert DARK.code_keyword in _colours(_code_lines(document)[0])


def test_a_span_over_several_lines_colours_each(theme: Theme) -> None:
    document = AnswerDocument()
    document.show_source('```python\nx = """one\ntwo\nthree"""\n```\n')
    lines = _code_lines(document)
    assert all(LIGHT.code_string in _colours(line) for line in lines)


def test_code_in_no_known_language_and_endless_code_have_one_colour() -> None:
    assert list(coloured_spans("x = 1", "no-such-language", LIGHT)) == []
    assert list(coloured_spans("x = 1", "", LIGHT)) == []
    assert list(coloured_spans("x = 1\n" * MOST_CHARACTERS, "python", LIGHT)) == []
    assert list(coloured_spans("x" * (LONGEST_LINE + 1), "python", LIGHT)) == []


def test_a_table_has_a_head_and_lines(theme: Theme) -> None:
    document = AnswerDocument()
    document.show_source(ANSWER)
    table = next(f for f in document.rootFrame().childFrames() if isinstance(f, QTextTable))
    assert (table.rows(), table.columns()) == (3, 2)
    head = table.cellAt(0, 0)
    assert head.format().background().color() == QColor(LIGHT.code)
    assert head.firstCursorPosition().block().text() == "colour"


@given(st.text(max_size=300))
@settings(max_examples=80)
def test_no_text_breaks_the_document(qapp: QApplication, text: str) -> None:
    document = AnswerDocument()
    for length in (len(text) // 3, 2 * len(text) // 3):
        document.show_source(text[:length], ended=False)
    document.show_source(text)
    document.position_of(len(text) // 2)
    assert SENTINEL not in document.toPlainText()


@given(st.lists(st.sampled_from(ANSWER.split("\n\n")), max_size=8), st.data())
@settings(max_examples=80)
def test_blocks_in_any_order_grow_as_they_render_at_once(
    qapp: QApplication, blocks: list[str], data: st.DataObject
) -> None:
    source = "\n\n".join(blocks)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(source)), max_size=6)))
    grown, whole = AnswerDocument(), AnswerDocument()
    for cut in cuts:
        grown.show_source(source[:cut], ended=False)
    grown.show_source(source)
    whole.show_source(source)
    assert grown.toPlainText() == whole.toPlainText()


# --------------------------------------------------------------------------- the first difference


@pytest.mark.parametrize(
    ("at", "word"),
    [
        ("Air", "Air"),
        ("catters", "scatters"),
        ("short", "short"),
        ("second line", "second"),
        ("first point", "first"),
        ("1.0", "1"),
        ("colour", "colour"),
        ("450", "450"),
        ("paragraph", "paragraph"),
        ("sky", "sky"),
    ],
)
def test_an_offset_of_the_source_is_found_in_the_document(theme: Theme, at: str, word: str) -> None:
    document = AnswerDocument()
    document.show_source(ANSWER)
    assert _word_at(document, document.position_of(ANSWER.index(at))) == word


def test_an_offset_in_markup_goes_to_a_word_close_by(theme: Theme) -> None:
    document = AnswerDocument()
    document.show_source(ANSWER)
    in_address = ANSWER.index("example.org")
    position = document.position_of(in_address)
    assert position is not None
    assert "page" in document.toPlainText()[: position + 12]
    number_of_list = ANSWER.index("3. three")
    assert _word_at(document, document.position_of(number_of_list)) == "three"


def test_an_offset_is_found_while_the_text_grows_and_stays(theme: Theme) -> None:
    document = AnswerDocument()
    offset = ANSWER.index("second point")
    found: list[int] = []
    for length in range(offset + 20, len(ANSWER), 9):
        document.show_source(ANSWER[:length], ended=False)
        position = document.position_of(offset)
        assert position is not None
        assert _word_at(document, position) == "second"
        found.append(position)
    document.show_source(ANSWER)
    assert set(found) == {document.position_of(offset)}


def test_an_offset_behind_the_text_is_its_end(theme: Theme) -> None:
    document = AnswerDocument()
    document.show_source("Only this")
    assert document.position_of(9) == 9
    assert document.position_of(500) == 9


# --------------------------------------------------------------------------------------- the view


def test_the_view_is_as_high_as_its_text(qtbot: QtBot, view: MarkdownView) -> None:
    view.set_markdown("One line.")
    low = view.height()
    view.set_markdown(ANSWER)
    assert view.height() > 5 * low
    high = view.height()
    view.window().resize(260, 500)
    qtbot.waitUntil(lambda: view.height() > high)
    view.set_markdown("")
    assert view.height() == 0


def test_a_stream_is_rendered_now_and_then_and_at_its_end(qtbot: QtBot, view: MarkdownView) -> None:
    renders: list[str] = []
    view.rendered.connect(lambda: renders.append(view.document().toPlainText()))
    for end in range(0, len(ANSWER), 5):
        view.stream_markdown(ANSWER[:end])
    view.stream_markdown(ANSWER)
    assert len(renders) <= 1
    qtbot.waitUntil(lambda: "The last" in view.document().toPlainText())
    assert len(renders) <= 3
    view.set_markdown(ANSWER)
    assert view.parts.source == ANSWER


def test_renders_of_a_stream_are_spaced_by_what_they_cost(
    qtbot: QtBot, view: MarkdownView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.stream_markdown("a")
    qtbot.waitSignal(view.rendered).wait()
    document = view.document()
    assert isinstance(document, AnswerDocument)
    real = document.show_source
    clock = SimpleNamespace(now_ns=time.monotonic_ns() + 10**9)

    def slow(source: str, **how: Any) -> None:
        clock.now_ns += 40_000_000  # what a render costs is the subject
        real(source, **how)

    own_time = SimpleNamespace(monotonic_ns=lambda: clock.now_ns)
    monkeypatch.setattr("app.ui.answers.markdown.time", own_time)
    monkeypatch.setattr(view.document(), "show_source", slow)
    view.stream_markdown("a b")
    qtbot.waitSignal(view.rendered).wait()
    view.stream_markdown("a b c")
    # 40 ms may take a fiftieth of the time: the next one comes 2 s after the start of this one.
    (timer,) = view.findChildren(QTimer)
    assert timer.interval() == 1_960
    view.set_markdown("a b c")
    assert not timer.isActive()


def test_a_hidden_view_renders_when_it_is_shown(qtbot: QtBot, view: MarkdownView) -> None:
    view.set_markdown("before")
    view.hide()
    view.stream_markdown("before and after")
    (timer,) = view.findChildren(QTimer)
    assert not timer.isActive()
    assert view.document().toPlainText() == "before"
    view.show()
    assert view.document().toPlainText() == "before and after"


def test_the_first_difference_is_marked(qtbot: QtBot, view: MarkdownView) -> None:
    view.set_markdown(ANSWER)
    view.mark_source_offset(ANSWER.index("short"))
    selections = view.extraSelections()
    assert [selection.cursor.selectedText() for selection in selections] == ["short"]
    assert view.marked_position == view.document().toPlainText().index("short")
    view.mark_source_offset(None)
    assert view.extraSelections() == []
    assert view.marked_position is None


def test_the_mark_is_drawn_at_the_left_of_its_line(view: MarkdownView) -> None:
    view.set_markdown(ANSWER)
    before = view.grab().toImage()
    view.mark_source_offset(ANSWER.index("short"))
    after = view.grab().toImage()
    assert view.marked_position is not None
    mark = QTextCursor(view.document())
    mark.setPosition(view.marked_position)
    line = view.cursorRect(mark).center().y()
    assert after.pixelColor(2, line) != before.pixelColor(2, line)
    assert after.pixelColor(2, line) == QColor(LIGHT.accent)


def test_a_selection_outlives_the_next_render(qtbot: QtBot, view: MarkdownView) -> None:
    view.stream_markdown("Some words here")
    qtbot.waitSignal(view.rendered).wait()
    cursor = view.textCursor()
    cursor.setPosition(5)
    cursor.setPosition(10, QTextCursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)
    view.stream_markdown("Some words here and more")
    qtbot.waitSignal(view.rendered).wait()
    assert view.textCursor().selectedText() == "words"


def test_a_link_is_told_and_not_followed(qtbot: QtBot, view: MarkdownView) -> None:
    view.set_markdown("[page](https://example.org/x)")
    place = view.cursorRect(_cursor(view, 1)).center()
    wishes = Wishes(view)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wishes.links == [QUrl("https://example.org/x")]
    assert view.document().toPlainText() == "page"


def test_the_address_of_a_link_is_shown_before_it_is_clicked(
    qtbot: QtBot, view: MarkdownView
) -> None:
    view.set_markdown("[page](https://example.org/x)\n\nother")
    view.highlighted.emit(QUrl("https://example.org/x"))
    assert view.viewport().toolTip() == "https://example.org/x"
    view.highlighted.emit(QUrl())
    assert view.viewport().toolTip() == ""


def test_copies_as_text_and_as_markdown(qtbot: QtBot, view: MarkdownView) -> None:
    view.set_markdown("**bold** text")
    menu = _menu(view)
    _choose(menu, "Copy all as Markdown")
    assert QApplication.clipboard().text() == "**bold** text"
    _choose(menu, "Copy all as text")
    assert QApplication.clipboard().text() == "bold text"
    menu.close()


def test_a_code_block_can_be_copied(view: MarkdownView) -> None:
    view.set_markdown(ANSWER)
    line = _code_lines(view.document())[2]
    menu = _menu(view, view.cursorRect(QTextCursor(line)).center())
    _choose(menu, "Copy code block")
    menu.close()
    assert QApplication.clipboard().text() == (
        "def rayleigh(x: float) -> float:\n\n    return 1.0 / x**4  # fourth power"
    )


def test_keys_and_wheel_scroll_what_is_around(qtbot: QtBot, view: MarkdownView) -> None:
    view.set_markdown(ANSWER)
    area = view.window()
    assert isinstance(area, QScrollArea)
    view.setFocus()
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    before = area.verticalScrollBar().value()
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert area.verticalScrollBar().value() > before


def test_a_switch_of_the_theme_changes_links_and_code(view: MarkdownView, theme: Theme) -> None:
    view.set_markdown(ANSWER)
    theme.set_choice(ThemeChoice.DARK)
    view.viewport().grab()  # who is not seen waits with it
    assert DARK.code_keyword in _colours(_code_lines(view.document())[0])
    links = _link_colours(view.document())
    assert links == {QColor(DARK.accent).name()}


def test_the_view_is_named(view: MarkdownView) -> None:
    assert view.accessibleName() == "Answer of B"


def test_warming_up_leaves_nothing(qapp: QApplication) -> None:
    warm_up()


# ----------------------------------------------------------------------------------------- helpers


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _code_lines(document: QTextDocument) -> list[QTextBlock]:
    return [block for block in _blocks(document) if is_code(block)]


def _colours(block: QTextBlock) -> set[str]:
    return {piece.format.foreground().color().name().upper() for piece in block.layout().formats()}


def _looks(document: AnswerDocument) -> list[tuple[object, ...]]:
    return [
        (
            block.text(),
            block.blockFormat().headingLevel(),
            is_code(block),
            block.textList() is not None,
            block.textList().format().style() if block.textList() else None,
            block.blockFormat().topMargin(),
            block.blockFormat().leftMargin(),
            len(block.layout().formats()),
        )
        for block in _blocks(document)
    ]


def _word_at(document: AnswerDocument, position: int | None) -> str:
    assert position is not None
    cursor = QTextCursor(document)
    cursor.setPosition(position)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText().split(".")[0]


def _cursor(view: MarkdownView, position: int) -> QTextCursor:
    cursor = QTextCursor(view.document())
    cursor.setPosition(position)
    return cursor


def _menu(view: MarkdownView, place: QPoint = QPoint(5, 5)) -> QMenu:  # noqa: B008
    from PySide6.QtGui import QContextMenuEvent

    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, place)
    QApplication.sendEvent(view.viewport(), event)
    menu = view.findChild(QMenu)
    assert menu is not None
    return menu


def _choose(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def _link_colours(document: QTextDocument) -> set[str]:
    colours: set[str] = set()
    for block in _blocks(document):
        iterator = block.begin()
        while not iterator.atEnd():
            look = iterator.fragment().charFormat()
            if look.isAnchor():
                colours.add(look.foreground().color().name())
            iterator += 1
    return colours


def test_nothing_in_an_answer_turns_what_is_beside_it(view: MarkdownView) -> None:
    view.set_markdown("read `\u202egpj.exe\u202c` \u2066and\u2069 \x1b[31mred")
    shown = view.toPlainText()
    assert "\u202e" not in shown
    assert "\u2066" not in shown
    assert "\x1b" not in shown
    assert "\ufffdgpj.exe\ufffd" in shown
    assert "\u202egpj" in view.parts.source
