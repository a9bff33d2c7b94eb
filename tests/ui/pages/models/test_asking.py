"""A slow Hub keeps no job thread: what nobody wants any more is not waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.hub.settings import Patience
from app.ui.kit.jobs import Jobs
from app.ui.pages.models.asking import while_wanted
from tests.helpers.fake_hub import FakeHub, Fault, FaultKind
from tests.helpers.hub_way import close_library, example_repository, way_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.hub.repositories import Repository
    from app.ui.kit.jobs import JobContext
    from tests.helpers.hub_way import Way

REPO = "org/model-GGUF"
NO_HASTE = Patience(read_s=1e6, answer_s=1e6)


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """A Hub."""
    with FakeHub(example_repository()) as made:
        yield made
    close_library()


@pytest.fixture
def way(hub: FakeHub, tmp_path: Path) -> Iterator[Way]:
    """The way to it, of somebody who has all the time in the world."""
    made = way_to(hub, tmp_path, patience=NO_HASTE)
    yield made
    made.connection.close()


@pytest.mark.parametrize("kind", [FaultKind.DRIP, FaultKind.DRIP_HEADERS, FaultKind.SILENT])
def test_a_cancelled_question_frees_its_thread(
    qtbot: QtBot, hub: FakeHub, way: Way, kind: FaultKind
) -> None:
    jobs = Jobs(threads=1)

    def ask(context: JobContext) -> Repository:
        with while_wanted(context):
            return way.catalogue.repository(REPO)

    hub.api_faults.add(Fault(kind))
    job = jobs.run(ask)
    qtbot.waitUntil(lambda: bool(hub.requests), timeout=30_000)
    job.cancel()
    found: list[Repository] = []
    jobs.run(ask, done=found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=30_000)
    jobs.shutdown()


def test_the_end_of_the_program_frees_all(qtbot: QtBot, hub: FakeHub, way: Way) -> None:
    jobs = Jobs()
    hub.api_faults.add(*[Fault(FaultKind.DRIP)] * 4)
    for _ in range(4):
        jobs.run(lambda _context: way.catalogue.repository(REPO))
    qtbot.waitUntil(lambda: len(hub.requests) == 4, timeout=30_000)
    way.connection.abandon()
    jobs.shutdown()  # waits for the threads
