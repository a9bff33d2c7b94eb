"""The one place that builds the objects of the program and wires them."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.core.errors import PersonError
from app.core.text.log_lines import LogLines
from app.engine.local.pool import EnginePool
from app.lab.compare.log_keeper import LogKeeper
from app.lab.compare.race_speeds import RaceSpeeds
from app.lab.compare.room import plan_of
from app.lab.compare.running.runner import Runner
from app.lab.compare.session import Session
from app.lab.demo.demo import DemoFiles, DemoMaker
from app.lab.engines.plans import Plans
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.pictures.shelf import PictureShelf
from app.lab.predict.from_disk import FromDisk
from app.lab.works.queue import WorkQueue
from app.library.model_files import open_model_file
from app.monitor.machine import available_memory_bytes, physical_core_count
from app.store.chats import ChatStore
from app.store.database import in_memory, open_database
from app.store.servers.logged import AddressesOut
from app.store.settings import SettingsFile
from app.store.window.lock import OwnerLock
from app.store.works import WorkStore

if TYPE_CHECKING:
    import sqlite3

    from app.core.models.model_file import ModelFile
    from app.engine.api import Sink
    from app.lab.compare.answers import Answers
    from app.lab.compare.deck import JobDoor
    from app.lab.models.kept_templates import KeptTemplates
    from app.lab.models.moves import Moves
    from app.store.paths import Paths

_LOG_BYTES = 1 << 20


def start_logging(paths: Paths | None, level: int = logging.INFO) -> None:
    """Send the program's log to a rotating file, or to stderr when there are no folders."""
    handler: logging.Handler
    if paths is None:
        handler, lines = logging.StreamHandler(sys.stderr), LogLines()
    else:
        paths.log.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            paths.log, maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8"
        )
        lines = LogLines(AddressesOut(paths.servers))
    handler.setFormatter(lines)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)


_Result = TypeVar("_Result")


def at_once(
    work: Callable[[], _Result],
    *,
    done: Callable[[_Result], None],
    failed: Callable[[PersonError], None],
) -> None:
    """The door to background work for programs that may wait: it is done there and then."""
    try:
        result = work()
    except PersonError as error:
        failed(error)
    else:
        done(result)


def build_session(
    paths: Paths,
    recorder: ChatStore,
    door: JobDoor,
    demo: DemoFiles | None,
    open_model: Callable[[Path], ModelFile] = open_model_file,
    moves: Moves | None = None,
    kept_templates: KeptTemplates | None = None,
    database: Path | None = None,
) -> tuple[Session, Runner]:
    """A session with its runner and engine pool.

    Args:
        paths: The program's folders.
        recorder: Keeps the chats.
        door: The way to background work.
        demo: The demo model's levels.
        open_model: Reads a file's header.
        moves: Where folders went that were moved.
        kept_templates: Which templates were chosen for files that bring none.
        database: What the recorder writes; None where that is no file of its own.
    """
    plans = Plans.of_this_pc(paths)
    room = EngineRoom.of_this_pc(paths, plans)
    runners: list[Runner] = []

    def pool_for(sink: Sink) -> EnginePool:
        return EnginePool(sink, room.engines, room.budget_bytes, physical_core_count())

    def runner_for(listener: Answers) -> Runner:
        runners.append(Runner(listener, pool_for, available_memory_bytes, room.elsewhere))
        return runners[0]

    def is_made_here(path: Path) -> bool:
        return demo is not None and demo.owns(path)

    def read_model(path: Path) -> ModelFile:
        plans.prepare()  # here, because this is not the window's own thread
        return open_model(path)

    session = Session(
        runner_for,
        recorder,
        read_model,
        door,
        paths.state / "templates",
        is_made_here,
        planned_bytes=lambda pane: plan_of(pane, plans),
        disk_speed=FromDisk(room, lambda: speed_store(paths), physical_core_count()),
        watch=RaceSpeeds(lambda: speed_store(paths), door, os.cpu_count() or 1),
        moves=moves,
        kept_templates=kept_templates,
        picture_file=PictureShelf(paths.pictures).file_of,
        know_server=room.elsewhere,
        after_saving=(lambda: None) if database is None else LogKeeper(database, door).look,
    )
    return session, runners[0]


def demo_maker(demo: DemoFiles, session: Session, sink: Sink, paths: Paths) -> DemoMaker:
    """Starts making the demo levels that are missing and tells the session of them.

    The engine's events go to ``sink`` on its reader thread; hand them to ``DemoMaker.take`` on
    the session's thread.
    """
    return DemoMaker(
        demo,
        EngineRoom(paths.state).engines,
        sink,
        on_progress=session.model_progress,
        on_made=session.model_made,
        on_failed=session.model_not_made,
    )


@dataclass(slots=True)
class House:
    """What the window stands on.

    Attributes:
        works: The queue of what outlasts a window: downloads, ladders.
        remarks: Sentences about what was repaired on the way.
        left_open: What other accounts may still read of it, in words for the log.
    """

    paths: Paths
    lock: OwnerLock
    connection: sqlite3.Connection
    chats: ChatStore
    works: WorkQueue
    settings_file: SettingsFile
    remarks: list[str]
    left_open: list[str] = field(default_factory=lambda: list[str]())

    def close(self) -> None:
        """Close the store and let another program have it."""
        self.connection.close()
        self.lock.release()


def open_house(paths: Paths, lock: OwnerLock | None = None) -> House:
    """Open the store.

    Args:
        paths: Its folders.
        lock: The store's own, if this process holds it already; the house gives it back.

    Raises:
        PersonError: Another program owns it, or it cannot be opened.
    """
    left_open = paths.create()
    lock = OwnerLock(paths.lock) if lock is None else lock
    lock.acquire()
    remarks: list[str] = []
    try:
        connection = open_database(paths.database, tell=remarks.append)
        works = WorkQueue(WorkStore(connection))
    except BaseException:
        lock.release()
        raise
    settings_file = SettingsFile(paths.settings)
    chats = ChatStore(connection)
    return House(paths, lock, connection, chats, works, settings_file, remarks, left_open)


def build_command_session(
    paths: Paths,
    open_model: Callable[[Path], ModelFile] = open_model_file,
    recorder: ChatStore | None = None,
) -> tuple[Session, Runner]:
    """A session for the command line; what it asks goes with it, unless a recorder is given."""
    return build_session(paths, recorder or ChatStore(in_memory()), at_once, None, open_model)
