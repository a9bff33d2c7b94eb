"""What this PC was measured to do: its kernels, and the speed of runs.

Predictions of speed rest on it. It lies in a database of its own, not among the chats: the command
line adds to it while the window owns the store, and it means nothing on another PC.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from app.core.memory.speed import MachineRates, MeasuredRun
from app.core.memory.token_work import TokenWork
from app.core.words.sentence import say
from app.store.small.database import SmallDatabase

log = logging.getLogger(__name__)

MOST_RUNS = 2_000
_BANDWIDTH, _NODE, _TYPE, _ROUND = "bandwidth", "node", "type:", "round:"
_DISK, _DISK_TIME = "disk:", "disk-time:"
_NO_THREADS = 0
# Before a kind that was taken while other programs kept the PC busy.
_BUSY = "busy:"
# Tables are only ever added; a file that is none of this kind is left alone and not used.
_CREATE = (
    """
    CREATE TABLE IF NOT EXISTS rate (
        machine TEXT    NOT NULL,
        threads INTEGER NOT NULL,
        kind    TEXT    NOT NULL,
        value   REAL    NOT NULL,
        PRIMARY KEY (machine, threads, kind)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS run (
        id                INTEGER PRIMARY KEY,
        machine           TEXT    NOT NULL,
        measured_ns       INTEGER NOT NULL,
        family_key        TEXT    NOT NULL,
        level_name        TEXT    NOT NULL,
        threads           INTEGER NOT NULL,
        depth_tokens      INTEGER NOT NULL,
        tokens_per_second REAL    NOT NULL,
        work              TEXT    NOT NULL
    )
    """,
    "CREATE INDEX IF NOT EXISTS run_machine ON run (machine, id)",
)


class SpeedStore:
    """Remembers speeds of this PC. Any thread; several programs may use the file at once.

    A file that cannot be opened, read or written costs accuracy, never the work at hand: it is
    logged, and nothing is known.
    """

    def __init__(
        self,
        path: Path,
        machine: str | Callable[[], str],
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Prepare.

        Args:
            path: The database; its folder must exist.
            machine: Names this PC and its engine; speeds of another one do not count. Asked each
                time where an engine may be built anew meanwhile.
            clock_ns: Tells the time since 1970.
        """
        self._database = SmallDatabase(path, say("store.speeds"), _CREATE, lasting=True)
        self._name_machine = machine
        self._clock_ns = clock_ns

    @property
    def _machine(self) -> str:
        named = self._name_machine
        return named if isinstance(named, str) else named()

    def rates(self, threads: int) -> MachineRates | None:
        """What was measured with so many threads; None where nothing was."""
        query = "SELECT kind, value FROM rate WHERE machine = ? AND threads = ?"
        found: dict[str, float] = {}
        with self._database.logged(), self._database.open() as connection:
            found.update(connection.execute(query, (self._machine, threads)).fetchall())
        if _BANDWIDTH not in found:
            return None
        by_type = {
            int(kind.removeprefix(_TYPE)): value
            for kind, value in found.items()
            if kind.startswith(_TYPE)
        }
        return MachineRates(
            threads,
            found[_BANDWIDTH],
            by_type,
            found.get(_NODE, 0.0),
            frozenset(type_id for type_id in by_type if f"{_BUSY}{_TYPE}{type_id}" in found),
            f"{_BUSY}{_BANDWIDTH}" in found,
        )

    def keep_rates(self, rates: MachineRates) -> None:
        """Remember rates, and which of them to take again, in place of earlier ones."""
        kinds = {_BANDWIDTH: rates.bandwidth, _NODE: rates.node_ns}
        kinds |= {f"{_TYPE}{type_id}": value for type_id, value in rates.by_type.items()}
        kinds |= {f"{_BUSY}{_TYPE}{type_id}": 1.0 for type_id in rates.busy_types}
        kinds |= {f"{_BUSY}{_BANDWIDTH}": 1.0} if rates.bandwidth_busy else {}
        machine = self._machine
        rows = [(machine, rates.threads, kind, value) for kind, value in kinds.items()]
        marks = f"DELETE FROM rate WHERE machine = ? AND threads = ? AND kind LIKE '{_BUSY}%'"
        with self._database.logged(), self._database.open() as connection:
            connection.execute(marks, (machine, rates.threads))
            connection.executemany("INSERT OR REPLACE INTO rate VALUES (?, ?, ?, ?)", rows)

    def rounds(self, threads: int) -> dict[int, list[float]]:
        """The single measurements of the kernels with so many threads, by tensor type."""
        query = (
            "SELECT kind, value FROM rate WHERE machine = ? AND threads = ? "
            f"AND kind LIKE '{_ROUND}%' ORDER BY kind"
        )
        found: dict[int, list[float]] = {}
        with self._database.logged(), self._database.open() as connection:
            rows = connection.execute(query, (self._machine, threads)).fetchall()
            for kind, value in rows:
                found.setdefault(int(kind.split(":")[1]), []).append(value)
        return found

    def keep_round(self, threads: int, type_id: int, place: int, rate: float) -> None:
        """Remember one measurement of a kernel; an earlier one at its place goes."""
        row = (self._machine, threads, f"{_ROUND}{type_id}:{place}", rate)
        with self._database.logged(), self._database.open() as connection:
            connection.execute("INSERT OR REPLACE INTO rate VALUES (?, ?, ?, ?)", row)

    def disk(self, disk: int) -> tuple[float, int] | None:
        """How fast a disk of this number reads, in bytes a second, and when that was measured."""
        query = "SELECT value FROM rate WHERE machine = ? AND threads = ? AND kind = ?"
        found: list[float] = []
        with self._database.logged(), self._database.open() as connection:
            for kind in (_DISK, _DISK_TIME):
                row = (self._machine, _NO_THREADS, f"{kind}{disk}")
                found += [value for (value,) in connection.execute(query, row)]
        return (found[0], int(found[1])) if len(found) == 2 else None

    def keep_disk(self, disk: int, rate: float) -> None:
        """Remember how fast a disk reads, in place of an earlier figure."""
        values = {_DISK: rate, _DISK_TIME: float(self._clock_ns())}
        rows = [(self._machine, _NO_THREADS, f"{kind}{disk}", v) for kind, v in values.items()]
        with self._database.logged(), self._database.open() as connection:
            connection.executemany("INSERT OR REPLACE INTO rate VALUES (?, ?, ?, ?)", rows)

    def add_run(self, run: MeasuredRun) -> None:
        """Remember a measured run; the oldest make room."""
        row = (
            self._machine,
            self._clock_ns(),
            run.family_key,
            run.level_name,
            run.threads,
            run.depth_tokens,
            run.tokens_per_second,
            _work_text(run.work),
        )
        with self._database.logged(), self._database.open() as connection:
            connection.execute(
                "INSERT INTO run (machine, measured_ns, family_key, level_name, threads, "
                "depth_tokens, tokens_per_second, work) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            connection.execute(
                "DELETE FROM run WHERE id <= (SELECT max(id) FROM run) - ?", (MOST_RUNS,)
            )

    def runs(self) -> list[MeasuredRun]:
        """All runs of this PC that are remembered, the latest last."""
        query = (
            "SELECT family_key, level_name, work, depth_tokens, threads, tokens_per_second "
            "FROM run WHERE machine = ? ORDER BY id"
        )
        found: list[MeasuredRun] = []
        with self._database.logged(), self._database.open() as connection:
            rows = connection.execute(query, (self._machine,)).fetchall()
            for family, level, work, depth, threads, speed in rows:
                read = _work_from(cast("str", work))
                if read is not None:
                    found.append(MeasuredRun(family, level, read, depth, threads, speed))
        return found


def _work_text(work: TokenWork) -> str:
    return json.dumps(
        {
            "types": {str(type_id): size for type_id, size in work.bytes_by_type.items()},
            "kv": work.kv_bytes_by_token,
            "window_kv": work.window_bytes_by_token,
            "window": work.window_tokens,
            "state": work.state_bytes,
            "nodes": work.nodes,
            "decays": work.decays,
            "tails": work.tails,
            "attended": work.attended_by_token,
            "window_attended": work.attended_by_window_token,
            "experts": work.expert_bytes,
        }
    )


def _work_from(text: str) -> TokenWork | None:
    try:
        plain = json.loads(text)
        return TokenWork(
            bytes_by_type={int(key): int(size) for key, size in plain["types"].items()},
            kv_bytes_by_token=float(plain["kv"]),
            window_bytes_by_token=float(plain["window_kv"]),
            window_tokens=int(plain["window"]),
            state_bytes=int(plain["state"]),
            nodes=int(plain["nodes"]),
            decays=int(plain["decays"]),
            tails=int(plain["tails"]),
            attended_by_token=int(plain["attended"]),
            attended_by_window_token=int(plain["window_attended"]),
            expert_bytes=int(plain.get("experts", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("a remembered run cannot be read: %r", error)
        return None
