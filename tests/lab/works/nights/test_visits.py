"""Nights as a whole, in programs of their own against the tests' Hub.

Tests app.lab.works.nights.files, app.lab.works.nights.setting, app.lab.works.nights.brought,
and app.lab.ladder.visits.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.ladder.night import REFERENCE_BYTES
from app.core.tasks.drawing import drawn
from app.lab.shrink.quantize import quantize
from app.store.ladders import reading_ladders
from app.store.paths import Paths
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.fake_hub.faults import Fault, FaultKind
from tests.helpers.night_program import REPO
from tests.helpers.vision_files import write_projector

ROOT = Path(__file__).parents[4]
LEVELS = ("Q8_0", "Q5_K_M", "Q4_K_M", "Q3_K_M", "Q2_K")
PATIENCE_SECONDS = 240
DEMO_WIDTH = 256
SAMPLE_SECONDS = 0.01
CUTS = (FaultKind.CLOSE, FaultKind.RESET, FaultKind.UNAVAILABLE, FaultKind.FLIP)
NOT_THE_SAME = {"memory", "speed", "scored_ns", "load_ns", "first_token_after_2048_ns"}
"""What is measured with a clock or of a process: another value at each time."""


@pytest.fixture(scope="module")
def models(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The demo model and five of its levels."""
    folder, made = tmp_path_factory.mktemp("levels"), [demo_model]
    for level in LEVELS:
        made.append(folder / f"demo-{level}.gguf")
        quantize(demo_model, made[-1], level, threads=2, folder=folder,
                 on_progress=lambda _done, _total: None)  # fmt: skip
    return made


@pytest.fixture
def hub(models: list[Path]) -> Iterator[FakeHub]:
    with FakeHub(FakeRepository(REPO, [FakeFile(path.name, path) for path in models])) as hub:
        hub.bytes_per_second = 20e6
        yield hub


class Sleeper:
    """A night in a home of its own."""

    def __init__(
        self,
        hub: FakeHub,
        home: Path,
        most_bytes: int,
        keep: str = "winner",
        reference: Path | None = None,
    ) -> None:
        home.mkdir()
        self.home, self.hub = home, hub
        items, text = home / "items.jsonl", home / "text.txt"
        items.write_text(
            "\n".join(
                f'{{"kind": "sums", "prompt": "What is {n} + {n}?", "answer": "{2 * n}"}}'
                for n in range(1, 5)
            )
        )
        text.write_text("\n".join(f"{n} and {n} make {2 * n}, all know." for n in range(90)))
        names = [file.name for file in hub.repositories[REPO].files]
        first = names[0] if reference is None else str(reference)
        self._words = [
            str(home), hub.endpoint, str(most_bytes), str(items), str(text), first, keep, *names
        ]  # fmt: skip
        if any("mmproj" in name for name in names):
            (home / "square.png").write_bytes(drawn("square red 60 60 28"))
            line = {"kind": "looks", "prompt": "Which colour?", "answer": "red"}
            shown = msgspec.json.encode(line | {"picture": "square.png"}).decode()
            items.write_text(f"{items.read_text()}\n{shown}")

    @property
    def cache(self) -> Path:
        """Hugging Face's."""
        return self.home / "hf" / "hub"

    def begin(self) -> subprocess.Popen[str]:
        """Begin, or go on."""
        environ = {**os.environ, "HF_HOME": str(self.home / "hf"), "HF_ENDPOINT": ""}
        environ.pop("HF_HUB_CACHE", None)
        words = [sys.executable, "-m", "tests.helpers.night_program", *self._words]
        return subprocess.Popen(
            words, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def report(self, process: subprocess.Popen[str] | None = None) -> Any:
        """Wait for the end of a night."""
        with process or self.begin() as ending:
            assert ending.stdout is not None
            lines = ending.stdout.read().splitlines()
            assert ending.wait(PATIENCE_SECONDS) == 0, lines[-3:]
        return msgspec.json.decode(lines[-1])

    def kill_after(self, lines: int) -> bool:
        """Let it live until it has told so many things; whether it could be killed then."""
        with self.begin() as process:
            assert process.stdout is not None
            told = 0
            while told < lines and process.stdout.readline():
                told += 1
            os.killpg(process.pid, signal.SIGKILL)
        return told == lines

    def model_bytes(self) -> int:
        """What lies in the cache, unfinished files included, each once.

        Raises:
            OSError: One went while they were counted, and another may have grown in its place.
        """
        found = [
            Path(folder, name)
            for folder, _, names in os.walk(self.cache)
            for name in (names if folder.endswith("blobs") else ())
        ]
        sizes = [path.lstat().st_size for path in found]
        for path in found:
            path.lstat()
        return sum(sizes)


class Watcher:
    """Samples how much a night has on the disk."""

    def __init__(self, sleeper: Sleeper) -> None:
        self._sleeper, self._over = sleeper, threading.Event()
        self.most_bytes = self.samples = 0
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            with contextlib.suppress(OSError):
                self.most_bytes = max(self.most_bytes, self._sleeper.model_bytes())
                self.samples += 1


def same(report: Any) -> Any:
    """A report without its folders, and without what no two measurements have alike."""
    rows = [
        {name: value for name, value in row.items()
         if name not in NOT_THE_SAME and not name.endswith(("_bytes", "_second", "share"))}
        for row in report["candidates"]
    ]  # fmt: skip
    for row in rows:
        row["file"] = row["candidate"] = row["key"] = row["name"]
    chosen = Path(report["recommendation"]["file"] or "").name
    return report["steps"], rows, chosen, report["noise_floor"], len(report["arguments"])


@pytest.mark.slow
def test_a_night_of_kills_cuts_and_a_full_disk_ends_as_an_undisturbed_one(
    hub: FakeHub, models: list[Path], tmp_path: Path
) -> None:
    """It never has more on the disk than it may; the reference has to go for the others."""
    chance = random.Random(18)
    largest, second = models[0].stat().st_size, models[1].stat().st_size
    room = max(largest, 2 * second) + 200_000
    calm = Sleeper(hub, tmp_path / "calm", room + REFERENCE_BYTES)
    stormy = Sleeper(hub, tmp_path / "stormy", room + REFERENCE_BYTES)
    undisturbed = calm.begin()
    with Watcher(stormy) as watcher:
        for life in range(5):
            hub.content_faults.add(
                *(Fault(kind, chance.randrange(1_500_000)) for kind in chance.sample(CUTS, 2))
            )
            if life == 1:  # and again at the last life, which has to find its way out
                hub.content_faults.add(*[Fault(FaultKind.UNAVAILABLE)] * 9)
            assert stormy.kill_after(chance.randrange(1, 8))
        (stormy.home / "full").touch()
        last = stormy.begin()
        assert last.stdout is not None
        while "full" not in last.stdout.readline():
            assert last.poll() is None
        (stormy.home / "full").unlink()
        report = stormy.report(last)

    with reading_ladders(Paths.below(stormy.home / "program").database) as store:
        assert store is not None
        assert all(each.finished_ns for each in store.list_ladders()), "all of it is kept"
    expected = calm.report(undisturbed)
    assert same(report) == same(expected)
    assert [step["level"] for step in report["steps"]] == ["F16", *LEVELS]
    assert all(step["measured"] for step in report["steps"])
    assert all(row["mean_kld"] is not None for row in report["candidates"][1:])
    assert watcher.samples > 100
    assert largest * 0.9 < watcher.most_bytes <= room
    left = [path.name for path in stormy.cache.rglob("*.gguf")]
    (kept,) = [step["level"] for step in report["steps"] if not step["deleted"]]
    assert [name.rpartition("-")[2] for name in left] == [f"{kept}.gguf"]
    assert stormy.model_bytes() <= largest


@pytest.mark.slow
def test_a_reference_of_this_pc_stays_and_a_projector_goes_whatever_happens(
    models: list[Path], tmp_path: Path
) -> None:
    own = tmp_path / "own-F16.gguf"
    shutil.copy(models[0], own)
    eyes = write_projector(tmp_path / "mmproj-demo-F16.gguf", DEMO_WIDTH)
    level = models[-1]
    files = [FakeFile(path.name, path) for path in (level, eyes)]
    room = level.stat().st_size + eyes.stat().st_size + 200_000
    with FakeHub(FakeRepository(REPO, files)) as hub:
        sleeper = Sleeper(hub, tmp_path / "night", room + REFERENCE_BYTES, "none", own)
        with Watcher(sleeper) as watcher:
            # While the first steps of the reference are measured; the projector is here by then.
            assert sleeper.kill_after(3)
            report = sleeper.report()

    assert [step["level"] for step in report["steps"]] == ["F16", "Q2_K"]
    assert [step["downloaded_bytes"] for step in report["steps"]] == [0, level.stat().st_size]
    assert [step["deleted"] for step in report["steps"]] == [False, True]
    assert report["night"]["projectors"] == [
        {"name": eyes.stem, "downloaded_bytes": eyes.stat().st_size, "deleted": True}
    ]
    assert all(row["error"] is None for row in report["candidates"])
    assert [len(row["outcomes"]) for row in report["candidates"]] == [5, 5]
    assert report["candidates"][1]["mean_kld"] is not None
    assert watcher.most_bytes <= room
    assert own.stat().st_size == models[0].stat().st_size
    assert not list(sleeper.cache.rglob("*.gguf"))
