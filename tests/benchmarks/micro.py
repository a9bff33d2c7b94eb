"""Small parts on their own, with pytest-benchmark: codec, series, chats, Markdown.

``python -m pytest tests/benchmarks/micro.py``; no part of ``make test``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.plots.series import RingSeries
from app.engine.protocol.answering import Text
from app.engine.protocol.codec import decode_event, encode
from app.store.chats import ChatStore
from app.store.database import open_database
from app.ui.answers.document import AnswerDocument
from app.ui.answers.markdown import MarkdownView
from tests.benchmarks.markdown_model import PAGE
from tests.benchmarks.window_memory import TURNS, long_chat

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture
    from pytestqt.qtbot import QtBot

PIECE_CHARACTERS = 40


def test_an_event_through_the_codec(benchmark: BenchmarkFixture) -> None:
    event = Text(7, "a few words that came since the last event", "", 120, 0, 2_000_000_000)
    assert benchmark(lambda: decode_event(encode(event))) == event


def test_an_hour_of_samples_into_a_series(benchmark: BenchmarkFixture) -> None:
    def fill() -> RingSeries:
        series = RingSeries(("private", "mapped", "resident", "cpu"), 1600)
        for step in range(18_000):
            series.append(step, (1.0, 2.0, 3.0, 4.0))
        return series

    assert len(benchmark(fill)) == 1600


def test_a_chat_of_5000_messages_is_read(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    connection = open_database(tmp_path / "chats.sqlite3")
    store = ChatStore(connection)
    files = [tmp_path / f"{number}.gguf" for number in range(4)]
    chat_id = store.create(long_chat(files)).id
    assert len(benchmark(store.load, chat_id).turns) == TURNS
    connection.close()


def test_a_page_of_markdown_at_once(benchmark: BenchmarkFixture, qtbot: QtBot) -> None:
    view = MarkdownView("Answer")
    qtbot.addWidget(view)
    view.resize(400, 600)
    view.show()
    texts = [PAGE, PAGE + "\nOne more line.\n"]

    def show() -> None:
        texts.reverse()
        view.set_markdown(texts[0])

    benchmark(show)


def test_a_page_of_markdown_in_pieces(benchmark: BenchmarkFixture, qtbot: QtBot) -> None:
    view = MarkdownView("Answer")
    qtbot.addWidget(view)
    view.resize(400, 600)
    view.show()
    ends = range(PIECE_CHARACTERS, len(PAGE), PIECE_CHARACTERS)

    def grow() -> None:
        view.set_markdown("")
        document = view.document()
        assert isinstance(document, AnswerDocument)
        for end in ends:
            document.show_source(PAGE[:end], ended=False)

    benchmark(grow)
