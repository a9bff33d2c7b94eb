"""An update keeps everything: the store of every earlier version opens in this program.

Tests app.store.backups.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import open_house
from app.core.candidates.notation import words_of
from app.core.chats.chat import StopReason
from app.lab.works.downloads import Downloads
from app.lab.works.ladders.work import LadderWork
from app.lab.works.work import WorkState
from app.store import backups
from app.store.backups import NoRoom, copies_of
from app.store.chats import ChatStore
from app.store.comparisons import ComparisonStore
from app.store.database import StoreFailed, StoreTooNew, open_database
from app.store.ladders import LadderStore
from app.store.paths import Paths
from app.store.schema import MIGRATIONS
from app.store.votes import VoteStore, reading_votes

KEPT = Path(__file__).parent / "databases"
NEWEST = len(MIGRATIONS)
VERSIONS = range(1, NEWEST + 1)
NEXT = (*MIGRATIONS, ("ALTER TABLE chat ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",))

Rows = dict[str, list[tuple[object, ...]]]


class Courier:
    """Is never asked: nothing goes on in these tests."""

    def fetch(self, order: object, stop: object, tell: object) -> Path:
        raise NotImplementedError

    def discard(self, order: object) -> None:
        raise NotImplementedError


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A person's folders, empty."""
    made = Paths.below(tmp_path / "home")
    made.create()
    return made


def put(paths: Paths, version: int) -> Path:
    """Put the store of an earlier version into a person's folders."""
    shutil.copy(KEPT / f"version-{version}.sqlite3", paths.database)
    shutil.copy(KEPT / f"version-{version}-settings.json", paths.settings)
    return paths.database


def rows_of(database: Path, like: Rows | None = None) -> Rows:
    """All rows of all tables; of the columns that ``like`` has, where it is given."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            if like is None or f"{name}" in {key.partition(" ")[0] for key in like}
        ]
        found: Rows = {}
        for name in names:
            columns = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")]
            if like is not None:
                wanted = next(key for key in like if key.partition(" ")[0] == name)
                columns = wanted.split(" ")[1:]
            query = f"SELECT {', '.join(columns)} FROM {name} ORDER BY rowid"
            found[" ".join([name, *columns])] = connection.execute(query).fetchall()
        return found
    finally:
        connection.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_every_version_has_its_store() -> None:
    for version in VERSIONS:
        file = KEPT / f"version-{version}.sqlite3"
        # Immutable: SQLite would put its own files beside it.
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
        connection.close()
    assert list(KEPT.glob("*-shm")) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_lost(paths: Paths, version: int) -> None:
    database = put(paths, version)
    before = rows_of(database)
    assert before

    house = open_house(paths)
    remarks = list(house.remarks)
    house.close()

    assert remarks == []
    # Version 7 has a queue for all works, where downloads are some; see below.
    stays = {key: rows for key, rows in before.items() if not key.startswith("download ")}
    assert rows_of(database, like=stays) == stays
    copies = copies_of(database)
    if version == NEWEST:
        assert copies == []
        return
    assert [each for each, _ in copies] == [version]
    assert rows_of(copies[0][1]) == before
    # Once is enough.
    open_house(paths).close()
    assert copies_of(database) == copies


@pytest.mark.parametrize("version", VERSIONS)
def test_the_program_reads_what_an_earlier_one_wrote(
    paths: Paths, version: int, caplog: pytest.LogCaptureFixture
) -> None:
    with reading_votes(put(paths, version)) as unchanged:
        before = unchanged.ballots() if unchanged is not None else []
    house = open_house(paths)
    connection = house.connection
    settings, wrong = house.settings_file.load()
    assert wrong == []
    assert (settings.theme, settings.plots_visible) == ("dark", False)

    chats = ChatStore(connection)
    listed = [(chat.title, chat.pinned, chat.folder) for chat in chats.list_chats()]
    marked = version >= 10
    folder = "Skies" if marked else ""
    kept = [("Are you well?", False, folder), ("Skies", marked, folder)]
    assert listed == (kept[::-1] if marked else kept)
    assert settings.last_chat_id is not None
    skies = chats.load(settings.last_chat_id)
    assert [turn.prompt for turn in skies.turns] == ["Why is the sky blue?", "And in the evening?"]
    first = skies.turns[0].answers
    texts = [first[each.key].text for each in skies.panes]
    assert texts[:2] == ["The sky is blue.", "The sky is green!"]
    assert texts[2].startswith(" w0 w1")
    assert first[skies.panes[2].key].stop_reason is StopReason.LENGTH
    assert first[skies.panes[3].key].thinking
    assert all(answer.figures is not None for answer in first.values())
    assert skies.sampling.max_tokens == 12
    assert skies.turns[1].versions == (version >= 6)
    assert [len(kept) for kept in skies.turns[1].earlier.values()] == [1] * (version >= 6)

    assert house.works.kept.has_left(LadderWork.kind) == (version >= 7)
    downloads = Downloads(house.works, Courier()).all
    broken_off = 4 if version >= 7 else 3
    ended = [WorkState.PAUSED, WorkState.FAILED, WorkState.DONE, WorkState.CANCELLED]
    states = [*[WorkState.WAITING] * broken_off, *ended] if version >= 2 else []
    assert [each.state for each in downloads] == states
    assert all(len(each.order.files) == 2 for each in downloads)
    assert all(each.done_bytes == 12345 for each in downloads)
    assert sorted({each.error for each in downloads}) == (["", "It broke."] if version >= 2 else [])
    assert len(ComparisonStore(connection).load()) == (version >= 3)
    ladders = LadderStore(connection).list_ladders()
    assert [each.finished_ns is None for each in ladders] == ([True, False] if version >= 4 else [])
    votes = VoteStore(connection)
    assert len(votes.open_pairs()) == (2 if version >= 5 else 0)
    ballots = votes.ballots()
    assert len(ballots) == (version >= 5) + (version >= 8)
    told = [(words_of(one.candidate.candidate), one.reference.file.level) for one in ballots]
    assert told == [
        *[("/models/sky-Q4_K_M.gguf", "F16")] * (version >= 5),
        *[("/models/sky-F16.gguf#ctx=2048,kv=q4_0", "F16")] * (version >= 8),
    ]
    assert ballots == before
    counted = "SELECT kind, count(*) FROM entry WHERE deleted_ns IS NULL GROUP BY kind"
    entries = dict(connection.execute(counted).fetchall())
    assert entries == {
        kind: many
        for kind, many in {
            "chat": 2,
            "ladder": len(ladders),
            "bench": marked,
            "batch": marked,
            "vote": len(ballots),
        }.items()
        if many
    }
    house.close()
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []


def test_a_newer_store_is_refused_and_no_byte_of_it_changes(paths: Paths) -> None:
    put(paths, NEWEST)
    open_database(paths.database, migrations=NEXT).close()
    for copy in copies_of(paths.database):
        copy[1].unlink()
    before = contents(paths.data), contents(paths.config)

    with pytest.raises(StoreTooNew) as refused:
        open_house(paths)

    assert "newer Shrinkscope" in refused.value.sentence
    assert (contents(paths.data), contents(paths.config)) == before


def test_the_program_says_so_and_ends(paths: Paths) -> None:
    put(paths, NEWEST)
    open_database(paths.database, migrations=NEXT).close()
    before = contents(paths.data), contents(paths.config)

    ended = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"SHRINKSCOPE_HOME": str(paths.data.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    (sentence,) = ended.stderr.splitlines()
    assert "newer Shrinkscope" in sentence
    # The way back: the copy that the update made.
    assert f"{paths.database.name}.version-{NEWEST}" in sentence
    assert (contents(paths.data), contents(paths.config)) == before


def test_the_copy_is_the_way_back(paths: Paths) -> None:
    database = put(paths, NEWEST)
    before = rows_of(database)
    open_database(database, migrations=NEXT).close()
    copy = database.with_name(f"{database.name}.version-{NEWEST}")

    os.replace(copy, database)

    open_database(database).close()
    assert rows_of(database) == before


def test_an_update_after_a_way_back_replaces_no_copy(paths: Paths) -> None:
    database = put(paths, NEWEST)
    for _ in range(2):
        open_database(database, migrations=NEXT).close()
        shutil.copy(KEPT / f"version-{NEWEST}.sqlite3", database)

    names = {copy.name for _, copy in copies_of(database)}
    assert names == {f"{database.name}.version-{NEWEST}", f"{database.name}.version-{NEWEST}-2"}


def test_the_oldest_copies_go(paths: Paths) -> None:
    database = put(paths, 1)
    for number in range(6):
        copy = database.with_name(f"{database.name}.version-0-{number + 2}")
        copy.write_bytes(b"old")
        os.utime(copy, ns=(number, number))
    other = database.with_name(f"{database.name}.version-mine")
    other.write_bytes(b"a person's own")

    open_database(database).close()

    assert [version for version, _ in copies_of(database)] == [1, 0, 0, 0]
    assert other.exists()


# --- a disk that is full ------------------------------------------------------------------


def test_a_disk_without_room_is_said_before_anything_is_touched(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = put(paths, 1)
    before = contents(paths.data)
    monkeypatch.setattr(backups, "SPARE_BYTES", 1 << 62)

    with pytest.raises(NoRoom) as refused:
        open_database(database)

    assert "are needed for a copy" in refused.value.sentence
    assert contents(paths.data) == before


LIMITED = """
import resource, signal, sys
from pathlib import Path
from app.core.errors import PersonError
from app.store.database import open_database

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    open_database(Path(sys.argv[1])).close()
except PersonError as error:
    print(error.sentence)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix")
@pytest.mark.parametrize("limit_bytes", [4096, 16384, 30000])
def test_a_copy_that_cannot_be_written_changes_nothing(paths: Paths, limit_bytes: int) -> None:
    database = put(paths, 1)
    before = contents(paths.data)

    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(database), str(limit_bytes)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "cannot be opened" in ended.stdout
    assert contents(paths.data) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with room for the store and little else."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = (KEPT / "version-1.sqlite3").stat().st_size + 24 * 1024
    mounted = sys.platform.startswith("linux") and shutil.which("mount") is not None
    if mounted:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not mounted:
        pytest.skip("no disk can be made here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("looked", [True, False])
def test_a_full_disk(small_disk: Path, monkeypatch: pytest.MonkeyPatch, looked: bool) -> None:
    database = small_disk / "shrinkscope.sqlite3"
    shutil.copy(KEPT / "version-1.sqlite3", database)
    before = contents(small_disk)
    if not looked:  # it fills up between the look and the copy
        monkeypatch.setattr("app.store.database.check_room", lambda _: None)

    with pytest.raises((NoRoom, StoreFailed)) as refused:
        open_database(database)

    assert isinstance(refused.value, NoRoom) is looked
    assert refused.value.sentence.endswith(".")
    assert contents(small_disk) == before
    shutil.copy(database, small_disk.parent / "elsewhere.sqlite3")
    open_database(small_disk.parent / "elsewhere.sqlite3").close()


# --- what can be made again ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["plans", "speeds", "tasks"])
def test_caches_of_another_version_are_left_alone_and_not_used(
    paths: Paths, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = paths.cache / f"{name}.sqlite3"
    connection = sqlite3.connect(file)
    for table in ("plan", "rate", "run", "answer"):
        connection.execute(f"CREATE TABLE {table} (of_another_kind TEXT)")
    connection.commit()
    connection.close()
    before = rows_of(file)

    put(paths, NEWEST)
    open_house(paths).close()
    _use(name, file)

    assert rows_of(file, like=before) == before
    assert any("cannot be used" in record.message for record in caplog.records)


def _use(name: str, file: Path) -> None:
    """Write and read as the program does; nothing is known, and nothing fails."""
    from app.store.small.remembered import PlanStore, TaskAnswerStore
    from app.store.small.speeds import SpeedStore

    if name == "plans":
        PlanStore(file).keep("key", b"figures")
        assert PlanStore(file).get("key") is None
    elif name == "speeds":
        assert SpeedStore(file, "this pc").rates(4) is None
        assert SpeedStore(file, "this pc").runs() == []
    else:
        TaskAnswerStore(file).keep("model", {"question": b"answer"})
        assert TaskAnswerStore(file).answers("model") == {}


def test_the_settings_beside_each_store_are_settings() -> None:
    for version in VERSIONS:
        values = json.loads((KEPT / f"version-{version}-settings.json").read_bytes())
        assert values["theme"] == "dark"
