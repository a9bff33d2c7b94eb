"""``night``: what is refused, and a small night."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.cli import night
from app.cli.main import main
from app.hub.connection import HubConnection
from app.lab.works.ladders.run import LadderRun
from app.store.paths import Paths
from app.store.window.lock import OwnerLock
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.inhibitor import LET_GO, stand_in

if TYPE_CHECKING:
    from app.lab.works.ladders.run import LadderOrder

pytestmark = pytest.mark.e2e


REPO = "org/demo-GGUF"


@pytest.fixture
def demo_hub(
    demo_model: Path, q3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeHub]:
    monkeypatch.setenv("SHRINKSCOPE_HOME", str(tmp_path / "program"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    files = [FakeFile("demo-F16.gguf", demo_model), FakeFile("demo-Q3_K_S.gguf", q3)]
    with FakeHub(FakeRepository(REPO, files)) as hub:
        yield hub


def test_what_is_wrong_is_said_in_a_sentence(
    demo_hub: FakeHub, capfd: pytest.CaptureFixture[str]
) -> None:
    for words, status, sentence in (
        ((), 2, "Name what is to be measured: ORG/REPO:Q8_0"),
        (("--levels", "F16"), 2, "--levels are those of a --repo"),
        ((f"{REPO}:F16", "--until", "25:00"), 2, "“25:00” is no time of a day"),
        ((f"{REPO}:F16", "--disk", "much"), 2, "“much” is no size"),
        ((f"{REPO}:F16",), 1, "at least two versions"),
        ((f"{REPO}:F16,Q3_K_S", "--reference", "Q2_K"), 2, "“Q2_K” is none of the versions"),
        ((REPO, "--disk", "20MB"), 1, "the night may use 20.0 MB"),
        ((REPO, "--projector"), 1, "no projector beside these versions"),
        ((REPO, "--reference", "http://127.0.0.1:1/v1#model=a"), 2, "not with a server’s model"),
    ):
        assert main(["night", *words, "--endpoint", demo_hub.endpoint]) == status, words
        assert sentence in capfd.readouterr().err, words


def test_a_night_that_could_not_be_kept_does_not_begin(
    demo_hub: FakeHub,
    demo_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    opened, begin = list[HubConnection](), HubConnection.__init__

    def note(connection: HubConnection, *given: Any) -> None:
        opened.append(connection)
        begin(connection, *given)

    monkeypatch.setattr(HubConnection, "__init__", note)
    paths = Paths.default()
    paths.create()
    lock = OwnerLock(paths.lock)
    lock.acquire()
    try:
        for levels in (("F16,Q3_K_S",), ("Q3_K_S", "--reference", str(demo_model))):
            words = ["night", "--repo", REPO, "--levels", *levels]
            assert main([*words, "--endpoint", demo_hub.endpoint]) == 1
            assert "must keep what it has done" in capfd.readouterr().err
    finally:
        lock.release()
    assert len(opened) > 2
    assert all(each._client is None for each in opened), "each is closed again"  # noqa: SLF001


class _Small(LadderRun):
    """Three questions, no text, short tests of speed."""

    items_file: Path

    def __init__(self, order: LadderOrder, paths: Paths) -> None:
        super().__init__(dataclasses.replace(order, items=self.items_file, quality=False), paths)
        self.plan = msgspec.structs.replace(
            self.plan, prompt_tokens=16, generated_tokens=4, repetitions=1, depths_tokens=(0,),
            context_tokens=256,
        )  # fmt: skip


def test_levels_come_are_measured_and_go(
    demo_hub: FakeHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    _Small.items_file = tmp_path / "items.jsonl"
    _Small.items_file.write_text(
        "\n".join(
            json.dumps({"kind": "sums", "prompt": f"{n} + 1 =", "answer": str(n + 1)})
            for n in range(3)
        )
    )
    monkeypatch.setattr(night, "LadderRun", _Small)
    stand_in(tmp_path / "bin", tmp_path / "notes.txt", monkeypatch)
    words = ["night", REPO, "--keep", "none", "--disk", "60MB", "--threads", "1"]
    assert main([*words, "--endpoint", demo_hub.endpoint, "--json"]) == 0
    out, err = capfdbinary.readouterr()
    report: Any = json.loads(out)
    assert [row["level"] for row in report["candidates"]] == ["F16", "Q3_K_S"]
    assert all(row["tokens_per_second"] and row["all_questions"] != {}
               for row in report["candidates"])  # fmt: skip
    assert all(test["anchor"] for row in report["candidates"] for test in row["speed"])
    assert report["steps"] == [
        {"level": level, "downloaded_bytes": file.size, "measured": True, "deleted": True,
         "error": None}
        for level, file in zip(("F16", "Q3_K_S"), demo_hub.repositories[REPO].files,
                               strict=True)
    ]  # fmt: skip
    assert "night" not in report["arguments"]
    assert report["remarks"][0].startswith("Each version was measured in a visit of its own")
    assert not list((tmp_path / "hub").rglob("*.gguf"))
    said = err.decode().splitlines()
    assert said[1].startswith("2 versions, ")
    assert said[2:6] == [
        "Downloading F16",
        "Next: F16 is measured.",
        f"Next: Q3_K_S ({_size(demo_hub)}) is downloaded.",
        "Downloading Q3_K_S",
    ]
    asked = (tmp_path / "notes.txt").read_text().splitlines()
    assert (asked[0], asked[-1]) == ("--what=sleep:idle", LET_GO)
    assert not any("may sleep" in line for line in said)


def _size(hub: FakeHub) -> str:
    return f"{hub.repositories[REPO].files[1].size / 1e6:.2f} MB"
