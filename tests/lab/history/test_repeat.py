"""An entry once more, and what is said where not all of it can be kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from app.bootstrap import open_house
from app.core.candidates.candidate import candidate_of
from app.core.history.entry import Wanted
from app.lab.history.book import HistoryBook
from app.lab.history.repeat import repeat_entry
from app.store.paths import Paths
from tests.helpers import histories
from tests.helpers.histories import Clock

if TYPE_CHECKING:
    from pathlib import Path


def test_a_batch_that_is_not_kept_to_its_end_says_so(tmp_path: Path) -> None:
    house = open_house(Paths.below(tmp_path))
    talk = ("A cat?", "Meow"), ("A dog?", "Wau")
    gone = candidate_of(tmp_path / "gone.gguf")
    histories.add_batch(house.connection, Clock(), "animals.txt", *talk, candidate=gone)
    (entry,) = HistoryBook(house.paths).find(Wanted()).entries
    with closing(sqlite3.connect(house.paths.database)) as store:
        store.execute(
            "CREATE TRIGGER full BEFORE INSERT ON batch_answer WHEN new.prompt = 1 "
            "BEGIN SELECT raise(ABORT, 'the disk is full'); END"
        )
    repeated = repeat_entry(house.paths, entry, lambda: None, lambda *_: None)
    unkept, missing = repeated.failed
    assert unkept.startswith("No more of this will be in the history: ")
    assert missing.startswith("gone: ")
    with closing(sqlite3.connect(house.paths.database)) as store:
        kept = store.execute("SELECT prompt FROM batch_answer WHERE batch_id = ?",
                             (repeated.number,)).fetchall()  # fmt: skip
    assert kept == [(0,)]
    house.close()
