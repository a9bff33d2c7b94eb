"""``inspect`` as a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.cli.main import main
from tests.helpers import gguf_files as files
from tests.helpers.moe_files import write_demo_mixture

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FIELDS = {
    "file", "level", "file_bytes", "bits_per_weight", "parameters", "active_parameters", "experts",
    "experts_used", "types", "tensors", "zero_fraction", "pruned", "merged",
    "savings",
}  # fmt: skip


def test_the_document_of_a_file_by_itself(
    demo_model: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["inspect", str(demo_model), "--json"]) == 0
    document = json.loads(capfdbinary.readouterr().out)
    assert set(document) == FIELDS
    assert document["file"] == str(demo_model)
    assert document["file_bytes"] == demo_model.stat().st_size
    assert sum(each["parameters"] for each in document["types"]) == document["parameters"]
    assert {each["relative_error"] for each in document["tensors"]} == {None}
    assert {each["error_share"] for each in document["tensors"]} == {None}
    savings = document["savings"]
    assert savings["dense_bytes"] == sum(each["bytes"] for each in document["tensors"])
    assert savings["layer_bytes"] < savings["dense_bytes"] == savings["two_of_four_bytes"]


def test_the_table_names_what_was_hurt(
    q3: Path, demo_model: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["inspect", str(q3), "--against", str(demo_model), "--json"]) == 0
    tensors = json.loads(capfdbinary.readouterr().out)["tensors"]
    assert abs(sum(each["error_share"] for each in tensors) - 1) < 1e-6
    worst = max(tensors, key=lambda each: each["error_share"])["name"]
    assert main(["inspect", str(q3), "--against", str(demo_model)]) == 0
    shown = capfdbinary.readouterr().out.decode()
    assert f"Most of the error is in {worst} (" in shown
    assert "token_embd.weight" in shown


def test_two_versions_stand_beside_each_other(
    q3: Path, demo_model: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    table = tmp_path / "tensors.csv"
    words = ["inspect", str(q3), "--beside", str(demo_model), "--csv", str(table)]
    assert main([*words, "--json"]) == 0
    document = json.loads(capfdbinary.readouterr().out)
    assert set(document) == FIELDS | {"beside"}
    assert document["beside"]["level"] == "F16"
    rows = table.read_text("utf-8-sig").splitlines()
    assert len(rows) == 1 + len(document["tensors"])
    assert ",other_type," in rows[0]
    assert main(words) == 0
    shown = capfdbinary.readouterr().out.decode()
    assert "type beside" in shown
    assert main([*words[:-1], str(tmp_path / "nowhere" / "a.csv")]) == 1


def test_experts_of_a_mixture_are_counted(
    demo_model: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    text = tmp_path / "text.txt"
    text.write_text("What is 12 + 30? Spell the word cat. " * 100)
    words = ["inspect", f"{mixture}#experts=1", "--experts", "--text", str(text)]
    assert main([*words, "--json"]) == 0
    document = json.loads(capfdbinary.readouterr().out)
    assert set(document) == FIELDS - {
        "types",
        "tensors",
        "zero_fraction",
        "pruned",
        "merged",
        "savings",
    } | {"expert_usage"}
    usage = document["expert_usage"]
    assert (document["experts"], document["experts_used"], usage["text"]) == (4, 1, "text.txt")
    assert {sum(layer["counts"]) for layer in usage["layers"]} == {usage["tokens"]}
    assert main(words) == 0
    shown = capfdbinary.readouterr().out.decode()
    assert "experts do half of a layer's work" in shown
    assert main(["inspect", str(demo_model), "--experts"]) == 1
    assert "no mixture of experts" in capfdbinary.readouterr().err.decode().replace("\n", " ")


def test_what_cannot_be_inspected_is_a_sentence(
    demo_model: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    tiny = files.write_tiny_llama(tmp_path / "tiny.gguf")
    cut = files.write_truncated_llama(tmp_path / "cut.gguf")
    for words, part in (
        ([str(tiny), "--against", str(demo_model)], "no version of the same model"),
        ([str(cut)], "truncated"),
        ([str(tmp_path / "none.gguf")], "not there"),
    ):
        assert main(["inspect", *words, "--json"]) == 1
        ended = capfdbinary.readouterr()
        assert not ended.out
        assert part in ended.err.decode().replace("\n", " ")
