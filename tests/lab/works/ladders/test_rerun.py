"""A report may come from anybody: what is taken of it, and what of this PC it can reach."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.errors import PersonError
from app.core.ladder.results import StepKind
from app.core.quality.own_texts import TextPart
from app.core.servers.server import Server
from app.core.verdict import Limits
from app.lab.ladder.plan import LadderPlan, Step
from app.lab.quality.kept_texts import KeptTexts
from app.lab.quality.texts import (
    BUNDLED_TEXT,
    HISTORY_TEXT,
    MeasuredText,
    TextSource,
    measured_text,
)
from app.lab.reports.document import items_hash, ladder_document
from app.lab.reports.reported import Reported, read_report, reported
from app.lab.reports.sharing import shareable
from app.lab.tasks.sets import TaskProfile, own_set
from app.lab.works.ladders.rerun import Given, repetition_of
from app.store.database import open_database
from app.store.ladders import LadderStore, StoredStep
from app.store.paths import Paths
from app.store.servers.kept import KeptServers
from tests.helpers.gguf_files import write_tiny_llama
from tests.lab import ladder_cases as cases

not_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths.below(tmp_path / "program")
    found.create()
    return found


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two models of one size; only their contents tell them apart."""
    folder = tmp_path / "models"
    folder.mkdir()
    one = write_tiny_llama(folder / "one.gguf")
    other = folder / "other.gguf"
    data = bytearray(one.read_bytes())
    data[-1] ^= 1
    other.write_bytes(data)
    return [one, other]


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def document(files: list[Path], **arguments: Any) -> dict[str, Any]:
    """What a ladder of these files leaves, as it is passed on."""
    text = measured_text(TextSource.BUNDLED, Path("nowhere"))
    plan = {"text_name": text.name} | arguments
    given = ladder_document(shareable(cases.view(cases.of_files(files, **plan))))
    given["text"] |= {"name": text.name, "sha256": text.sha256}
    return given


def report_of(files: list[Path], **arguments: Any) -> Reported:
    return reported(document(files, **arguments))


def with_text(report: Reported, name: str, sha256: str | None) -> Reported:
    plan = msgspec.structs.replace(report.arguments, text_name=name)
    source = msgspec.structs.replace(report.text, name=name, sha256=sha256)
    return msgspec.structs.replace(report, arguments=plan, text=source)


def with_items(report: Reported, name: str, sha256: str | None) -> Reported:
    plan = msgspec.structs.replace(report.arguments, items_name=name)
    source = msgspec.structs.replace(report.items, name=name, sha256=sha256)
    return msgspec.structs.replace(report, arguments=plan, items=source)


# ------------------------------------------------------------------------------- what it may be


def test_a_report_is_measured_again_as_it_was(files: list[Path], paths: Paths) -> None:
    report = report_of(files)
    repetition = repetition_of(report, Given(tuple(files)), paths)
    assert repetition.order.fresh
    assert repetition.order.limits == Limits(4000 * cases.MB, 5.0)
    assert repetition.order.text is None
    assert repetition.order.items is None
    assert repetition.keys == {str(path): path.name for path in files}
    plan = repetition.order.plan
    assert plan is not None
    assert (plan.reference, plan.candidates) == (str(files[0]), tuple(map(str, files)))
    assert (plan.threads, plan.text_name, plan.items_name) == (4, BUNDLED_TEXT, "bundled")
    assert plan.at_once == cases.AT_ONCE  # as it was found to pay where the report was made


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "x"}', "\x00\x01", "[" * 9999])
def test_what_is_no_report_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PersonError, match="no measurement's JSON report"):
        read_report(path)
    with pytest.raises(PersonError, match="cannot be read"):
        read_report(tmp_path / "nowhere.json")


def changed(*keys: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(found: Any) -> None:
        for key in keys[:-1]:
            found = found[key]
        found[keys[-1]] = to

    return change


deep: Any = []
for _ in range(300):
    deep = [deep]


@pytest.mark.parametrize(
    "change",
    [
        changed("arguments", "threads", to=0),
        changed("arguments", "threads", to=100_000),
        changed("arguments", "threads", to=10**30),
        changed("arguments", "repetitions", to=0),
        changed("arguments", "repetitions", to=10**9),
        changed("arguments", "prompt_tokens", to=-1),
        changed("arguments", "context_tokens", to=0),
        changed("arguments", "depths_tokens", to=[0] * 1000),
        changed("arguments", "seed", to=2**32),
        changed("arguments", "quality_chunks", to=0),
        changed("arguments", "profile", to="endless"),
        changed("arguments", "candidates", to=["x.gguf"]),
        changed("arguments", "candidates", to=["x"] * 5000),
        changed("arguments", "reference", to=""),
        changed("arguments", "reference", to="x" * 100_000),
        changed("arguments", "text_sha256", to="../../../etc/passwd"),
        changed("text", "sha256", to="../" * 20 + "etc/passwd"),
        changed("text", "sha256", to="0" * 64 + "\n"),
        changed("items", "sha256", to="A" * 64),
        changed("candidates", 0, "sha256", to=["nothing"]),
        changed("candidates", 0, "sha256", to=[]),
        changed("candidates", 0, "file_bytes", to=-1),
        changed("candidates", 0, "speed", to=[{"test": "pp512"}]),
        changed("candidates", 0, "speed", 0, "mean", to="fast"),
        changed("candidates", 0, "mean_kld", to="far"),
        changed("candidates", 0, "kinds", to={"a": 1}),
        changed("candidates", 0, "outcomes", to=["a"]),
        changed("candidates", to=[]),
        changed("verdicts", to={"file": "x"}),
        changed("verdicts", 0, "state", to="x" * 1_000_000),
        changed("limits", "tolerance", to=7),
        changed("limits", "memory_bytes", to=-1),
        changed("machine", to=[]),
        changed("machine", to=deep),
        changed("engine", to={"a": "b"}),
    ],
)
def test_bounds_hold_for_everything(
    tmp_path: Path, files: list[Path], change: Callable[[dict[str, Any]], None]
) -> None:
    found = document(files)
    path = tmp_path / "report.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    read_report(path)
    change(found)
    path.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(PersonError, match="no measurement's JSON report"):
        read_report(path)


@pytest.mark.parametrize(
    "put",
    ['"mean_kld": NaN', '"mean_kld": 1e999', '"extra": ' + "[" * 200_000 + "]" * 200_000,
     '"file": "\\ud800"', '"error": "\xff"'],
)  # fmt: skip
def test_json_that_is_none_is_said(tmp_path: Path, files: list[Path], put: str) -> None:
    before = '"is_reference": true'
    text = json.dumps(document(files)).replace(before, f"{before}, {put}")
    path = tmp_path / "report.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(PersonError, match="no measurement's JSON report"):
        read_report(path)


def test_a_report_of_ten_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    with pytest.raises(PersonError, match="larger than 100 MB"):
        read_report(path)


@not_windows
def test_a_pipe_and_a_device_are_no_reports(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report.json")
    for path in (tmp_path / "report.json", Path("/dev/zero"), tmp_path):
        with pytest.raises(PersonError, match=r"cannot be read: it is (no ordinary file|a folder)"):
            read_report(path)


# --------------------------------------------------------------------------------------- texts


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "id_ed25519"
    path.write_text("a secret of the person's " * 400, encoding="utf-8")
    return path


def test_a_file_that_a_report_names_is_not_read(
    files: list[Path], paths: Paths, secret: Path
) -> None:
    given = Given(tuple(files))
    for sha256 in (None, "0" * 64, sha256_of(secret)):
        report = with_text(report_of(files), str(secret), sha256)
        with pytest.raises(PersonError, match="“id_ed25519”, is not on this PC"):
            repetition_of(report, given, paths)
        report = with_items(report_of(files), str(secret), sha256)
        with pytest.raises(PersonError, match="“id_ed25519”, are not on this PC"):
            repetition_of(report, given, paths)


@not_windows
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/ptmx", "pipe"])
def test_a_device_that_a_report_names_is_not_opened(
    files: list[Path], paths: Paths, tmp_path: Path, name: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    where = str(tmp_path / "pipe") if name == "pipe" else name
    for report in (
        with_text(report_of(files), where, "0" * 64),
        with_items(report_of(files), where, "0" * 64),
    ):
        with pytest.raises(PersonError, match="on this PC"):
            repetition_of(report, Given(tuple(files)), paths)


def test_the_persons_chats_are_no_text_of_a_stranger(files: list[Path], paths: Paths) -> None:
    kept = KeptTexts(paths.cache / "texts")
    own = MeasuredText(HISTORY_TEXT, (TextPart(text="what was said here", is_own=True),))
    kept.keep(own)
    strange = with_text(report_of(files), HISTORY_TEXT, "0" * 64)
    with pytest.raises(PersonError, match="“own chats”, is not on this PC"):
        repetition_of(strange, Given(tuple(files)), paths)
    # The same chats as they were: a report of this PC's own.
    known = with_text(report_of(files), HISTORY_TEXT, own.sha256)
    plan = repetition_of(known, Given(tuple(files)), paths).order.plan
    assert plan is not None
    assert (plan.text_name, plan.text_sha256) == (HISTORY_TEXT, own.sha256)


def test_a_text_that_the_person_names_must_be_the_reports(
    files: list[Path], paths: Paths, secret: Path
) -> None:
    text = measured_text(TextSource.FILE, paths.database, secret)
    right = with_text(report_of(files), "notes.txt", text.sha256)
    plan = repetition_of(right, Given(tuple(files), text), paths).order.plan
    assert plan is not None
    assert plan.text_name == str(secret)
    with pytest.raises(PersonError, match="is not the text of this report"):
        repetition_of(report_of(files), Given(tuple(files), text), paths)


def test_questions_that_the_person_names_must_be_the_reports(
    files: list[Path], paths: Paths, tmp_path: Path
) -> None:
    items = tmp_path / "exam.jsonl"
    items.write_text('{"prompt": "1 + 1 = ?", "answer": 2}\n', encoding="utf-8")
    right = items_hash(own_set(items).take(TaskProfile.QUICK).items)
    order = repetition_of(
        with_items(report_of(files), "theirs.jsonl", right), Given(tuple(files), None, items), paths
    ).order
    assert order.items == items
    for report in (report_of(files), with_items(report_of(files), "theirs.jsonl", "0" * 64)):
        with pytest.raises(PersonError, match=r"“exam\.jsonl” is not the file of questions"):
            repetition_of(report, Given(tuple(files), None, items), paths)


# -------------------------------------------------------------------------------------- models


def test_paths_of_a_report_are_not_opened(files: list[Path], paths: Paths) -> None:
    found = document(files)
    for place, path in enumerate(files):
        found["candidates"][place] |= {"file": str(path), "key": str(path)}
        found["verdicts"][place] |= {"file": str(path), "key": str(path)}
    found["arguments"] |= {"reference": str(files[0]), "candidates": list(map(str, files))}
    with pytest.raises(PersonError, match=r"“one\.gguf” of this report is not on this PC: name"):
        repetition_of(reported(found), Given(), paths)


def test_files_are_known_by_name_else_by_content(
    files: list[Path], paths: Paths, tmp_path: Path
) -> None:
    report = report_of(files)
    renamed = [path.rename(tmp_path / name) for path, name in zip(files, "ab", strict=True)]
    found = repetition_of(report, Given(tuple(reversed(renamed))), paths).keys
    assert found == {str(renamed[0]): "one.gguf", str(renamed[1]): "other.gguf"}
    with pytest.raises(PersonError, match=r"“other\.gguf” of this report is not on this PC"):
        repetition_of(report, Given((renamed[0],)), paths)


def test_files_of_the_library_are_found(
    files: list[Path], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.settings.write_text(json.dumps({"library_folders": [str(files[0].parent)]}))
    found = repetition_of(report_of(files), Given(), paths).keys
    assert found == {str(path): path.name for path in files}
    files[1].write_bytes(files[1].read_bytes() + b"more")  # another file by now
    with pytest.raises(PersonError, match=r"“other\.gguf” of this report is not on this PC"):
        repetition_of(report_of_before(files), Given(), paths)


def report_of_before(files: list[Path]) -> Reported:
    """A report of the second file as it was before something was added."""
    found = document(files)
    data = files[1].read_bytes().removesuffix(b"more")
    found["candidates"][1] |= {
        "file_bytes": len(data), "sha256": [hashlib.sha256(data).hexdigest()],
    }  # fmt: skip
    return reported(found)


def test_a_file_that_is_none_of_the_reports_is_said(
    files: list[Path], paths: Paths, tmp_path: Path
) -> None:
    third = write_tiny_llama(tmp_path / "third.gguf", seed=2)
    with pytest.raises(PersonError, match=r"“third\.gguf” is none of this report's files"):
        repetition_of(report_of(files), Given((*files, third)), paths)


def test_a_ladder_of_ones_own_is_known_again(
    files: list[Path], paths: Paths, tmp_path: Path
) -> None:
    """Its files, its text and its questions lie where the store says, not where the report does."""
    text, items = tmp_path / "notes.txt", tmp_path / "exam.jsonl"
    text.write_text("my own words " * 500, encoding="utf-8")
    items.write_text('{"prompt": "1 + 1 = ?", "answer": 2}\n', encoding="utf-8")
    plan = LadderPlan(
        str(files[0]), tuple(map(str, files)), 2, text_name=str(text), items_name=str(items)
    )
    connection = open_database(paths.database)
    store = LadderStore(connection)
    kept = {"plan": msgspec.to_builtins(plan), "steps": []}
    number = store.begin("key", json.dumps(kept)).id
    for path in files:
        facts = cases.facts("Q8_0", 8.5, sha256=(sha256_of(path),))
        step = Step(StepKind.FACTS, (str(path),))
        store.save_step(number, step.name, StoredStep(msgspec.json.encode(facts).decode(), 1))
    connection.close()
    measured = measured_text(TextSource.FILE, paths.database, text)
    report = with_text(report_of(files), "notes.txt", measured.sha256)
    report = with_items(report, "exam.jsonl", items_hash(own_set(items).items))

    order = repetition_of(report, Given(), paths).order
    assert order.plan is not None
    assert order.plan.candidates == tuple(map(str, files))
    assert order.plan.text_name == str(text)
    assert order.items == items

    text.write_text("other words", encoding="utf-8")
    with pytest.raises(PersonError, match=r"“notes\.txt”, is not on this PC, or has changed"):
        repetition_of(report, Given(), paths)


def test_a_servers_row_is_repeated_on_ones_own_server_of_that_name(
    files: list[Path], paths: Paths
) -> None:
    measured, _ = cases.on_server(cases.of_files(files, items_name="", text_name=""), str(files[1]))
    report = reported(ladder_document(shareable(cases.view(measured))))
    assert "big" not in json.dumps(msgspec.to_builtins(report.arguments))
    with pytest.raises(PersonError, match="none of yours"):
        repetition_of(report, Given((files[0],)), paths)
    own = Server(name="Cellar <1>", url="https://mine:1/v1")
    KeptServers(paths.servers).put(own)
    order = repetition_of(report, Given((files[0],)), paths).order
    (there,) = [each.server for each in order.candidates if each.server is not None]
    assert (there.server, there.url, there.model) == (own.name, own.url, "moon")
    # An id that is a path was passed on by its last part, and is known by that.
    KeptServers(paths.servers).put(msgspec.structs.replace(own, listed=("/srv/a/sun", "/srv/moon")))
    order = repetition_of(report, Given((files[0],)), paths).order
    assert [each.server.model for each in order.candidates if each.server] == ["/srv/moon"]
