"""A night in a program of its own, which a test may kill: few questions, little text, no speeds.

``python -m tests.helpers.night_program HOME ENDPOINT MOST_BYTES ITEMS TEXT REFERENCE KEEP FILE…``
writes a line a new thing that is done, and at the end the report in one more. The reference is one
of the files, or the path of one on this PC; a projector among them comes, too. While there is a
file ``HOME/full``, its disk has no room, neither for files nor in the store. How the night goes,
what it keeps and brings is the real program's; only its patience is a test's.
"""

from __future__ import annotations

import errno
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

import app.hub.download
import app.lab.works.nights.visits
from app.core.candidates.candidate import candidate_of
from app.core.ladder.night import Keep
from app.core.models.kinds import ModelKind
from app.core.verdict import Limits
from app.core.words.sentence import say
from app.hub.files.part_file import Disk
from app.hub.settings import HubSettings
from app.lab.hub.access import HubAccess
from app.lab.reports.document import ladder_document
from app.lab.works.ladders.run import LadderOrder, LadderRun, ladder_keeper
from app.lab.works.nights.chosen import Chosen, planned_night
from app.store.database import StoreFailed
from app.store.ladders import LadderStore, StoredStep
from app.store.paths import Paths
from tests.helpers.hub_way import QUICK

if TYPE_CHECKING:
    from app.lab.ladder.progress import LadderProgress

REPO = "org/demo-GGUF"
_HOUR_NS = 3600 * 10**9


class _FullAtTimes(Disk):
    """Has no room while a file says so."""

    flag: Path

    def write(self, file: BinaryIO, block: bytes) -> None:
        if self.flag.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(file, block)


def _store_full_at_times(flag: Path) -> None:
    save = LadderStore.save_step

    def save_step(self: LadderStore, number: int, name: str, step: StoredStep) -> None:
        if flag.exists():
            raise StoreFailed(say("store.disk_full"))
        save(self, number, name, step)

    LadderStore.save_step = save_step  # type: ignore[method-assign]


def main(words: list[str]) -> None:
    """Carry a night out, or the rest of it."""
    home, endpoint, most_bytes, items, text, reference, keep, *names = words
    _FullAtTimes.flag = Path(home) / "full"
    _store_full_at_times(_FullAtTimes.flag)
    app.hub.download.Disk = _FullAtTimes  # type: ignore[misc]
    app.lab.works.nights.visits.FIRST_PAUSE_S = 0.2
    known = HubSettings.from_environment
    HubSettings.from_environment = lambda *given: replace(known(*given), patience=QUICK)  # type: ignore[method-assign]
    paths = Paths.below(Path(home) / "program")
    paths.create()
    hub = HubAccess.open(paths.cache, endpoint)
    repository = hub.catalogue.repository(REPO)
    wanted = [file for file in repository.files if file.name in names]
    files = [(repository, file) for file in wanted if file.kind is ModelKind.LANGUAGE_MODEL]
    until_ns = time.time_ns() + _HOUR_NS
    here = candidate_of(reference) if Path(reference).is_absolute() else None
    chosen = Chosen(
        files, until_ns, reference, int(most_bytes), Keep(keep), here, sees=len(files) < len(wanted)
    )
    night, candidates = planned_night(hub, chosen, paths)
    hub.close()
    order = LadderOrder(
        candidates[0], candidates, Limits(), threads=1, items=Path(items), text=Path(text),
        night=night,
    )  # fmt: skip
    run = LadderRun(order, paths)
    run.plan = msgspec.structs.replace(
        run.plan, prompt_tokens=0, generated_tokens=0, context_tokens=256, quality_chunks=2
    )
    said: list[str] = []

    def tell(progress: LadderProgress) -> None:
        step = progress.step.name if progress.step is not None else "end"
        line = f"{step} {str(progress.doing).partition(':')[0]}"
        if line not in said:
            said.append(line)
            print(line, flush=True)  # noqa: T201 - the test reads it

    with ladder_keeper(paths, lambda why: sys.exit(why)) as keeper:
        view = run.measure(keeper, tell)
    print(msgspec.json.encode(ladder_document(view)).decode(), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
