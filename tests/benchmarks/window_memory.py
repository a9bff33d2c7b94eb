"""(g) Memory of the window's process after an hour of samples and a chat of 5,000 messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.core.candidates.candidate import candidate_of
from app.core.chats.chat import Answer, AnswerFigures, Chat, StopReason, Turn
from app.core.chats.panes import ChatPane, new_pane
from app.store.chats import ChatStore
from app.store.database import open_database
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell
from tests.benchmarks.markdown_model import PAGE
from tests.benchmarks.stalls import demo_files
from tests.benchmarks.windows import WindowProcess

LIMIT_MB = 220
TURNS = 1000
PANES = 4
LETTER = "g"
HOW = f"""The window opens a stored chat of {TURNS * (PANES + 1):,} messages ({TURNS:,} prompts
with an answer of each of four panes, half of them with lists, tables and code) and takes an
hour's samples of four engines into the plots (5 a second, and 30 speeds a second a pane). Then
its resident memory is read, shared pages of Qt's libraries included. After that every pane
scrolls back until it holds as many turns as it ever does."""


def measure(run: Run) -> list[Figure]:
    """Write a chat, open it, feed the plots, read the memory."""
    chat_id = _write_chat(run)
    with WindowProcess(run, demo_files(run)) as window:
        fresh = window.call("memory")
        opened = window.call("open_chat", id=chat_id)
        assert opened["turns"] == TURNS, opened
        after_open = window.call("memory")
        window.call("feed_hour")
        after_hour = window.call("memory")
        scrolled = window.call("scroll_back", times=4)
        after_scroll = window.call("memory")
        modules = window.call("modules")
    for name, memory in (
        ("fresh", fresh),
        ("chat open", after_open),
        ("after an hour", after_hour),
        (f"scrolled back, views {scrolled['views']}", after_scroll),
    ):
        shared_mb = (memory["shared_bytes"] or 0) / 1e6
        tell(f"  window, {name}: {memory['rss_bytes'] / 1e6:.0f} MB, shared {shared_mb:.0f} MB")
    assert not modules["imported"], modules
    used_mb = after_hour["rss_bytes"] / 1e6
    scrolled_words = f"{after_scroll['rss_bytes'] / 1e6:.0f} MB"
    opened_words = (
        f"read in {opened['opened_ms']:.0f} ms; worst gap {opened['worst_ms']:.0f} ms, of which "
        f"the window's own {opened['own_ms']:.0f} ms"
    )
    return [
        limit_figure("g", "window's resident memory", used_mb, LIMIT_MB, "MB"),
        fact("g", "of that, a fresh window", f"{fresh['rss_bytes'] / 1e6:.0f} MB"),
        fact("g", "the same, scrolled back as far as panes keep turns", scrolled_words),
        fact("g", "opening the chat of 5,000 messages", opened_words),
    ]


def long_chat(files: Sequence[Path]) -> Chat:
    """A chat whose every turn was answered by a pane of each file."""
    panes: list[ChatPane] = []
    for file in files:
        panes.append(new_pane(candidate_of(file), panes))
    turns = [_turn(number, panes) for number in range(TURNS)]
    reference = panes[0].key
    return Chat(0, "A long chat", panes=panes, reference_key=reference, turns=turns)


def _write_chat(run: Run) -> int:
    paths = Paths.below(run.home)
    paths.create()
    connection = open_database(paths.database)
    try:
        return ChatStore(connection).create(long_chat(demo_files(run))).id
    finally:
        connection.close()


def _turn(number: int, panes: list[ChatPane]) -> Turn:
    prose = " ".join(f"Sentence {place} of answer {number} says little." for place in range(8))
    text = PAGE if number % 2 else prose
    figures = AnswerFigures(
        prompt_tokens=40,
        prompt_ns=90_000_000,
        first_token_ns=100_000_000,
        generated_tokens=120,
        generation_ns=2_000_000_000,
    )
    answers = {
        pane.key: Answer(f"{pane.letter}: {text}", "", StopReason.END, None, figures)
        for pane in panes
    }
    return Turn(0, f"Question {number}: how do I sum a list of numbers?", answers)
