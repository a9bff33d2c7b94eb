"""The build of the engine as a child process, and what is known of an engine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from app.core.errors import PersonError
from app.engine import builder as module
from app.engine import installed
from app.engine.builder import BuildEnded, BuildEvent, BuildProgress, EngineBuilder
from app.engine.installed import BuildPhase, BuiltEngine
from app.engine.local.client import EngineClient
from tests.helpers.engine_builds import FakeBuild

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 60.0


class Builds:
    """One builder with the events that it handed over."""

    def __init__(self) -> None:
        self.events: SimpleQueue[BuildEvent] = SimpleQueue()
        self.builder = EngineBuilder(self.events.put)

    def next(self) -> BuildEvent:
        return self.events.get(timeout=PATIENCE_SECONDS)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuild:
    return FakeBuild(tmp_path, monkeypatch)


@pytest.fixture
def builds() -> Iterator[Builds]:
    made = Builds()
    yield made
    made.builder.close()


def test_a_build_tells_its_steps_and_its_end(fake: FakeBuild, builds: Builds) -> None:
    fake.says(
        {"step": "fetching", "done": 0, "total": 0}, {"step": "compiling", "done": 3, "total": 9}
    )
    builds.builder.start(["avx512", "amx"])
    assert builds.next() == BuildProgress(BuildPhase.FETCHING)
    assert builds.next() == BuildProgress(BuildPhase.COMPILING, 3, 9)
    assert fake.words == ["--json", "--without", "amx,avx512"]
    fake.succeed()
    assert builds.next() == BuildEnded()


def test_a_failure_is_told_with_its_reason(fake: FakeBuild, builds: Builds) -> None:
    builds.builder.start()
    fake.fail("The disk is full.", "/somewhere/engine.log")
    assert builds.next() == BuildEnded("The disk is full.", "/somewhere/engine.log")


def test_a_build_that_breaks_is_a_sentence_too(fake: FakeBuild, builds: Builds) -> None:
    builds.builder.start()
    fake.crash()
    end = builds.next()
    assert isinstance(end, BuildEnded)
    assert end.problem == "The build of the engine ended unexpectedly with status 1."


def test_closing_ends_the_build_and_tells_nothing(fake: FakeBuild, builds: Builds) -> None:
    fake.says({"step": "compiling", "done": 1, "total": 9})
    builds.builder.start()
    builds.next()
    builds.builder.close()
    assert builds.events.empty()


def test_only_a_checkout_builds(monkeypatch: pytest.MonkeyPatch, builds: Builds) -> None:
    monkeypatch.setattr(module, "builder", lambda: None)
    with pytest.raises(PersonError, match="checkout"):
        builds.builder.start()


def test_no_engine_starts_before_there_is_one(fake: FakeBuild, tmp_path: Path) -> None:
    client = EngineClient("none", lambda _key, _event: None, tmp_path)
    with pytest.raises(PersonError, match="not compiled yet") as caught:
        client.start()
    assert "build_engine.py" in caught.value.sentence


@pytest.mark.parametrize(
    ("version", "stamp", "there"),
    [
        (None, None, False),
        ("0.0.1", None, False),
        (installed.pinned_version(), None, True),
        (installed.pinned_version(), {"complete": True}, True),
        (installed.pinned_version(), {"complete": False}, False),
    ],
)
def test_whether_an_engine_is_there(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    version: str | None,
    stamp: dict[str, object] | None,
    there: bool,
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(installed, "installed_version", lambda: version)
    if stamp is not None:
        values = {"version": version, "key": "k", "left_out": [], "instructions": [], **stamp}
        installed.stamp_path().write_text(json.dumps(values))
    assert installed.engine_is_there() is there
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert installed.engine_is_there()  # a package has what it has


def test_an_engine_of_another_processor_is_doubtful(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(installed, "instructions_here", lambda: ("avx", "avx2"))
    assert not installed.is_doubtful()
    installed.note_built_engine(BuiltEngine("1", "k", (), ("avx", "avx2", "avx512f")))
    assert installed.is_doubtful()
    installed.note_built_engine(BuiltEngine("1", "k", ("amx",), ("avx",)))
    assert not installed.is_doubtful()
    assert installed.built_engine() == BuiltEngine("1", "k", ("amx",), ("avx",))


def test_a_stamp_that_cannot_be_read_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    for text in ("", "[]", '{"version": 1}', "\x00"):
        installed.stamp_path().write_text(text)
        assert installed.built_engine() is None
