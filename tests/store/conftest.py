"""Stores and chats for the tests of the store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.chats.chat import Chat
from app.core.chats.panes import ChatPane
from app.store.chats import ChatStore
from app.store.database import open_database

if TYPE_CHECKING:
    import sqlite3

REPOSITORY = Path(__file__).parents[2]
Child = subprocess.Popen[str]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "shrinkscope.sqlite3"


@pytest.fixture
def clock() -> Callable[[], int]:
    """A clock that goes on by one second each time somebody looks."""
    now = 1_700_000_000_000_000_000

    def look() -> int:
        nonlocal now
        now += 1_000_000_000
        return now

    return look


@pytest.fixture
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    opened = open_database(database)
    yield opened
    opened.close()


@pytest.fixture
def store(connection: sqlite3.Connection, clock: Callable[[], int]) -> ChatStore:
    return ChatStore(connection, clock)


@pytest.fixture
def chat() -> Chat:
    return Chat(
        id=0,
        title="Why is the sky blue?",
        panes=[
            ChatPane("one", "A", candidate_of("/models/sky-F16.gguf")),
            ChatPane("two", "B", candidate_of("/models/sky-Q4_K_M.gguf")),
        ],
        reference_key="one",
    )


@pytest.fixture
def start_child() -> Iterator[Callable[..., Child]]:
    """Start Python on a piece of code in a process of its own; killed after the test."""
    children: list[Child] = []

    def start(code: str, *arguments: str | Path) -> Child:
        child = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()
