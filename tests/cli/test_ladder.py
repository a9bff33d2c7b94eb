"""``ladder`` and ``rerun`` as processes: real engines, few questions."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.cli.main import main
from app.cli.terminal.console import Console
from app.cli.words.ladder import show_ladder
from app.core.candidates.notation import with_settings
from app.core.errors import PersonError
from app.lab.ladder.tuning import tuning_of
from tests.core.ladder.test_tuned import FILE, SMALLER, speeds
from tests.core.ladder.test_tuned import view as settings_view
from tests.helpers.gguf_files import Shape, write_scripted_model, write_truncated_llama
from tests.helpers.moe_files import write_demo_mixture

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.ladder.tuned import Tuned
    from app.lab.verdict.view import LadderView
    from tests.cli.conftest import Program

LONG_PATIENCE_SECONDS = 600
LINES = [
    "The sky is blue because air scatters short waves of light more than long ones.",
    "What is 47 + 38? 7 + 8 = 15, carry 1; 4 + 3 + 1 = 8. The answer is 85.",
]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(f"{n}. {LINES[n % 2]}" for n in range(40)), encoding="utf-8")
    return path


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "items.jsonl"
    rows = [{"kind": "sums", "prompt": f"{n} + 5 = ?", "answer": str(n + 5)} for n in range(30, 42)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_ladder_says_who_loses_and_can_be_repeated(
    program: Program, demo_model: Path, text: Path, items: Path, tmp_path: Path
) -> None:
    q8, tq1 = program.home / "demo-Q8_0.gguf", program.home / "demo-TQ1_0.gguf"
    for level, target in (("Q8_0", q8), ("TQ1_0", tq1)):
        program.run("quantize", demo_model, target, "--type", level, "--quiet")
    broken = write_truncated_llama(program.home / "broken.gguf")
    words = (
        "ladder", "--reference", demo_model, demo_model, q8, tq1, "--text", text, "--items", items,
        "--threads", "1", "--memory-limit", "4",
    )  # fmt: skip
    document = program.json(*words, "--report", tmp_path / "report.html")

    f16, near, far = document["candidates"]
    assert near["memory_needed_bytes"] > 0
    assert near["memory_predicted_bytes"] > 0
    assert near["tokens_per_second"] > 0
    assert near["mean_kld"] < far["mean_kld"]
    assert f16["kinds"][0]["accuracy"] >= 0.9
    assert far["kinds"][0]["verdict"] == "loses"
    assert far["kinds"][0]["lost"] >= 10
    states = {verdict["file"]: verdict["state"] for verdict in document["verdicts"]}
    assert states[str(q8)] != "loses"
    assert states[str(tq1)] == "loses"
    assert document["recommendation"]["file"] in (str(demo_model), str(q8))
    assert {path.suffix for path in tmp_path.glob("report.*")} == {".html", ".json", ".md", ".csv"}
    for path in tmp_path.glob("report.*"):
        assert str(tmp_path) not in path.read_text(encoding="utf-8")
    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [one["file"] for one in written["verdicts"]] == [
        Path(one["file"]).name for one in document["verdicts"]
    ]

    again = program.json("rerun", tmp_path / "report.json")  # known by the ladder in the store
    assert again["report"]["arguments"] == document["arguments"]
    changed = {one["figure"] for one in again["differences"] if one["notable"]}
    assert not changed & {"sha256", "state", "error", "text", "items", "engine"}
    assert broken.exists()

    (entry,) = program.json("history", "--kind", "ladder")["runs"]
    repeated = program.json("history", "repeat", str(entry["id"]))
    assert repeated["id"] != entry["id"]
    assert {each["id"] for each in repeated["before"]} == {entry["id"]}

    # Somebody else, who has the files in a folder of another name and no such ladder.
    shutil.rmtree(program.home / "program")
    theirs = program.home / "elsewhere"
    theirs.mkdir()
    for model in (q8, tq1):
        model.rename(theirs / model.name)
    text.rename(theirs / text.name)
    rerun = ("rerun", tmp_path / "report.json")
    models = (demo_model, theirs / q8.name, theirs / tq1.name)
    for words, sentence in (
        ((), f"“{q8.name}” of this report is not on this PC"),
        (models, "“text.txt”, is not on this PC, or has changed since: name it with --text."),
        ((*models, broken), "“broken.gguf” is none of this report's files"),
        ((*models, "--text", items), "“items.jsonl” is not the text of this report"),
        ((*models, "--text", theirs / text.name), "“items.jsonl”, are not on this PC"),
    ):
        assert sentence in program.run(*rerun, *words, status=1).err


@pytest.mark.slow
def test_a_smaller_model_beside_a_larger_one_at_fewer_bits(
    program: Program, demo_model: Path, text: Path, tmp_path: Path
) -> None:
    """Other size, other vocabulary, about the same memory: tasks and bits per byte compare them."""
    larger = program.home / "demo-TQ1_0.gguf"
    program.run("quantize", demo_model, larger, "--type", "TQ1_0", "--quiet")
    shape = Shape(n_layers=4, d_feed_forward=1024)
    pieces = ["It", " is", " 4", "."]
    smaller = write_scripted_model(program.home / "small.gguf", pieces, shape=shape)
    items = tmp_path / "fours.jsonl"
    rows = [{"kind": "fours", "prompt": f"What is {n} - {n - 4}?", "answer": 4}
            for n in range(20, 80)]  # fmt: skip
    items.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = tmp_path / "report.html"
    ended = program.run(
        "ladder", "--reference", demo_model, larger, smaller, "--text", text, "--items", items,
        "--threads", "1", "--memory-limit", "4", "--report", report, "--json",
    )  # fmt: skip
    document = ended.document
    assert "At best, 60 questions find a loss of" in ended.err
    reference, broken, small = document["candidates"]
    assert small["refused"] is not None
    assert small["error"] is None
    assert small["mean_kld"] is None
    assert small["bits_per_byte"] > 0
    assert small["bits_per_byte_difference"] == pytest.approx(
        small["bits_per_byte"] - small["reference_bits_per_byte"], rel=1e-6
    )
    needs = [row["memory_needed_bytes"] for row in (broken, small)]
    assert max(needs) < 1.15 * min(needs)
    assert reference["bits_per_byte"] > 0
    assert [one["correct"] for one in small["kinds"]] == [60]
    assert broken["kinds"][0]["correct"] < 20
    pairs = [pair for pair in document["at_equal_memory"] if pair["second"] == str(larger)]
    assert [pair["first"] for pair in pairs] == [str(smaller)]
    assert pairs[0]["state"] == "loses"
    assert "small is the better choice: demo-TQ1_0 loses at fours" in pairs[0]["sentence"]
    assert "bits for a byte of text" in pairs[0]["sentence"]
    said = {verdict["file"]: verdict["sentence"] for verdict in document["verdicts"]}
    assert "it foresees the text worse than guessing would" in said[str(smaller)]
    assert any("has another vocabulary" in remark for remark in document["remarks"])
    assert pairs[0]["sentence"] in report.read_text(encoding="utf-8")


def test_bad_words_are_said(program: Program, demo_model: Path, tmp_path: Path) -> None:
    for words, sentence in (
        (["ladder", demo_model], "Name the version to compare with"),
        (["ladder"], "Name at least one"),
        (["ladder", "--demo", "--memory-limit", "-3"], "not between"),
        (["ladder", "--demo", "--report", "report.pdf"], "ends in none"),
    ):
        assert sentence in program.run(*words, status=2).err
    for words, sentence in (
        (["rerun", tmp_path / "nowhere.json"], "cannot be read"),
        (["rerun", demo_model], "no measurement's JSON report"),
        (["ladder", "--reference", "nowhere.gguf", demo_model], "nowhere.gguf"),
        (["ladder", "--demo", "--mode", "comparable"], "a text file: name one"),
        (["ladder", "--reference", demo_model, demo_model, "--items", demo_model], "UTF-8"),
    ):
        assert sentence in program.run(*words, status=1).err


@pytest.mark.slow
@pytest.mark.e2e
def test_the_demo_ladder_has_the_right_verdict(program: Program) -> None:
    with program.start("ladder", "--demo", "--json", "--quiet") as process:
        try:
            out, err = process.communicate(timeout=LONG_PATIENCE_SECONDS)
        except BaseException:
            process.kill()
            raise
    assert process.returncode == 0, err.decode()
    document = json.loads(out)
    levels = {row["file"]: row["level"] for row in document["candidates"]}
    assert list(levels.values()) == ["F16", "Q8_0", "Q4_K_M", "Q2_K", "TQ1_0"]
    verdicts = {levels[one["file"]]: one for one in document["verdicts"]}
    assert verdicts["Q8_0"]["state"] != "loses"
    assert verdicts["Q4_K_M"]["state"] != "loses"
    assert verdicts["TQ1_0"]["state"] == "loses"
    assert "decided after" in verdicts["TQ1_0"]["sentence"]
    assert levels[document["recommendation"]["file"]] in {"F16", "Q8_0", "Q4_K_M", "Q2_K"}
    klds = [row["mean_kld"] for row in document["candidates"][1:]]
    assert klds == sorted(klds)


@pytest.mark.slow
def test_other_numbers_of_experts_are_rows_with_speed_and_loss(
    program: Program, demo_model: Path, text: Path, items: Path, tmp_path: Path
) -> None:
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    words = ("ladder", "--reference", mixture, f"{mixture}#experts=1", f"{mixture}#experts=4")
    document = program.json(*words, "--text", text, "--items", items, "--threads", "1")
    _, one, every = document["candidates"]
    assert one["parameters"] == every["parameters"] == every["active_parameters"]
    assert one["active_parameters"] < every["active_parameters"]
    for row in (one, every):
        assert row["error"] is None
        assert row["mean_kld"] > 0
        assert row["tokens_per_second"] > 0
        assert row["memory_needed_bytes"] > 0
        assert row["kinds"][0]["items"] == 12


@pytest.mark.slow
def test_tuning_ends_in_settings_as_they_are_typed_and_measured_together(
    program: Program,
    demo_model: Path,
    text: Path,
    items: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is best is said for it, since no two settings are better for certain on a busy PC."""
    alone: list[Tuned] = []

    def best_of(tuned: Tuned | None, base: Candidate) -> tuple[Candidate, ...]:
        assert tuned is not None
        assert tuned.base == base.key()
        alone.append(tuned)
        faster = tuned.tried[0].candidate
        return base, faster, with_settings(faster, "ubatch=64")

    monkeypatch.setattr("app.cli.ladder.together_of", best_of)
    monkeypatch.setattr("app.cli.ladder.tuning_of", partial(tuning_of, threads=(1,)))
    for name, value in program.environment().items():
        monkeypatch.setenv(name, value)
    base = f"{demo_model}#ctx=1024,kv=q8_0,threads=2"
    report = program.home / "tuned.json"
    words = ["--text", str(text), "--items", str(items), "--report", str(report), "--json"]
    assert main(["ladder", "--tune", base, *words]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    first, faster, both = document["candidates"]
    settings, apart = document["settings"], document["settings_alone"]
    assert first["settings"]["context_tokens"] == 1024
    assert [one["settings"] for one in settings["tried"]] == [
        ["threads"], ["micro_batch_tokens", "threads"],
    ]  # fmt: skip
    assert settings["measured_together"] is True
    assert settings["best"].startswith(f"{demo_model}#ctx=1024,kv=q8_0")
    assert settings["sentence"] == document["recommendation"]["sentence"]
    assert [one["sentence"] for one in apart["tried"]] == [one.sentence for one in alone[0].tried]
    assert {tuple(one["settings"]) for one in apart["tried"]} == {("threads",)}
    assert {one["loss"] for one in (*apart["tried"], *settings["tried"])} == {
        "same by construction"
    }
    for row in (faster, both):
        assert (row["error"], row["kinds"]) == (None, first["kinds"])
        assert len(row["speed"][0]["samples"]) in (5, 10, 20)
    assert "measured together" in err
    for path, headline in (
        (report, settings["headline"]),
        (report.with_stem("tuned-alone"), apart["headline"]),
    ):
        written = json.loads(path.read_text(encoding="utf-8"))
        assert written["settings"]["headline"] == headline


@pytest.mark.parametrize("json_wanted", [True, False])
def test_what_was_tuned_alone_stays_where_it_cannot_be_measured_together(
    program: Program,
    demo_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    json_wanted: bool,
) -> None:
    views = iter([settings_view(("threads=2", {"speed": speeds(1.12)}))])

    def measured(*_: object) -> LadderView:
        for view in views:
            return view
        raise PersonError("The file is gone.")

    monkeypatch.setattr("app.cli.ladder._measured", measured)
    monkeypatch.setattr("app.cli.ladder.together_of", lambda _tuned, base: (base, base))
    for name, value in program.environment().items():
        monkeypatch.setenv(name, value)
    words = ["ladder", "--tune", f"{demo_model}#threads=2", *(["--json"] if json_wanted else [])]
    assert main(words) == 1
    out, err = capsys.readouterr()
    assert "The file is gone." in err
    if json_wanted:
        document = json.loads(out)
        assert [one["settings"] for one in document["settings"]["tried"]] == [["threads"]]
        assert "settings_alone" not in document
    else:
        assert out.count("As it is typed") == 1


def test_the_best_settings_are_told_as_they_are_typed(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(quiet=True)
    faster = ("threads=2", {"speed": speeds(1.12)})
    show_ladder(settings_view(faster), console)
    assert f"As it is typed: {FILE}#threads=2\n" in capsys.readouterr().out
    for apart in ([("threads=2", {"speed": speeds(0.8)})], [faster, ("kv=q8_0", SMALLER)]):
        show_ladder(settings_view(*apart), console)
        assert "As it is typed" not in capsys.readouterr().out


def test_a_model_to_tune_is_named_alone(program: Program, demo_model: Path) -> None:
    done = program.run("ladder", "--tune", demo_model, demo_model, status=2)
    assert "names its model itself" in done.err
