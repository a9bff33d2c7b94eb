"""``shrink`` as a program: its arguments, too (app.cli.shrinking.recipe)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app.cli.main import main
from app.lab.demo.demo import demo_adapter
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from pathlib import Path


def test_the_document(
    demo_model: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    target = tmp_path / "new.gguf"
    words = [str(demo_model), str(target), "--type", "q4_k_m", "--tensor", "ffn_down=q6_k"]
    assert main(["shrink", *words, "--json"]) == 0
    document = json.loads(capfdbinary.readouterr().out)
    assert list(document) == [
        "source", "target", "level", "file_bytes", "bits_per_weight", "zero_fraction", "recipe",
        "elapsed_ns",
    ]  # fmt: skip
    assert (document["source"], document["target"]) == (str(demo_model), str(target))
    assert document["file_bytes"] == target.stat().st_size
    assert document["bits_per_weight"] == open_model_file(target).bits_per_weight
    assert document["recipe"]["rules"] == [{"pattern": "ffn_down", "type": "Q6_K"}]
    assert document["recipe"]["tensors"]["Q6_K"] > 6

    assert main(["shrink", *words]) == 1
    assert b"is there already" in capfdbinary.readouterr().err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "Say how small it is to be"),
        (["--type", "Q4_K_M", "--target-bits", "4"], "not allowed with"),
        (["--type", "Q4_K_M", "--tensor", "ffn"], "is no rule: write PATTERN=TYPE"),
        (["--merge-lora", "a.gguf*1000"], "the strength must lie between"),
        (["--target-bits", "64"], "is not between 0.5 and 32"),
        (["--target-bytes", "many"], "is not a whole number"),
        (["--drop-layers", "1", "--heal", "much"], "says not how much is learned"),
        (["--target", "tiny"], "is no size: write such as"),
        (["--target", "4 bits", "--target-memory", "9"], "not allowed with"),
    ],
)
def test_words_that_do_not_do(
    demo_model: Path,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    words: list[str],
    part: str,
) -> None:
    assert main(["shrink", str(demo_model), str(tmp_path / "new.gguf"), *words]) == 2
    assert part in capfdbinary.readouterr().err.decode().replace("\n", " ")
    assert not list(tmp_path.iterdir())


def test_a_recipe_is_written_and_made_again(
    demo_model: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    recipe, one, other = (tmp_path / name for name in ("r.json", "one.gguf", "other.gguf"))
    words = ["--type", "Q3_K_M", "--tensor", "ffn_down=q6_k", "--write-recipe", str(recipe)]
    assert main(["shrink", str(demo_model), str(one), *words]) == 0
    assert main(["shrink", str(demo_model), str(other), "--recipe", str(recipe)]) == 0
    assert one.read_bytes() == other.read_bytes()

    third = [str(demo_model), str(tmp_path / "third.gguf")]
    assert main(["shrink", *third, "--recipe", str(recipe), "--type", "Q4_0"]) == 2
    recipe.write_bytes(b'{"type": "shrinkscope-recipe", "level": "Q9"}')
    assert main(["shrink", *third, "--recipe", str(recipe)]) != 0
    recipe.write_bytes(b"[]")
    capfdbinary.readouterr()
    assert main(["shrink", *third, "--recipe", str(recipe)]) == 1
    assert "is no recipe of this program" in capfdbinary.readouterr().err.decode()
    assert main(["shrink", *third, "--type", "Q8_0", "--write-recipe", "/nowhere/r.json"]) == 1
    assert not (tmp_path / "third.gguf").exists()


def test_a_matrix_named_from_a_folder_is_found_again(
    demo_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "text.md").write_text("What is 12 + 30? The answer is 42.\n" * 100, encoding="utf-8")
    monkeypatch.chdir(folder)
    words = [str(demo_model), "--out", "m.gguf", "--text", "text.md", "--chunks", "1"]
    assert main(["imatrix", *words]) == 0
    made = [str(demo_model), "one.gguf", "--type", "Q4_0"]
    assert main(["shrink", *made, "--imatrix", "m.gguf", "--write-recipe", "r.json"]) == 0
    recipe = json.loads((folder / "r.json").read_bytes())
    assert recipe["matrix"] == "m.gguf"
    assert len(recipe["matrix_sha256"]) == 64
    monkeypatch.chdir(tmp_path)
    again = ["shrink", str(demo_model), "two.gguf", "--recipe", "here/r.json"]
    assert main(again) == 0
    assert (tmp_path / "two.gguf").read_bytes() == (folder / "one.gguf").read_bytes()
    (tmp_path / "two.gguf").unlink()
    (folder / "m.gguf").write_bytes(b"another")
    assert main(again) == 0  # a copy was kept
    (tmp_path / "two.gguf").unlink()
    recipe["matrix_sha256"] = "0" * 64
    (folder / "r.json").write_text(json.dumps(recipe))
    assert main(again) == 1
    said = capfdbinary.readouterr().err.decode().replace("\n", " ")
    assert "under this name is another one" in said


def test_a_matrix_is_made_of_texts_that_are_named(
    demo_model: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text, recipe = tmp_path / "notes.md", tmp_path / "r.json"
    text.write_text("What is 12 + 30? The answer is 42.\n" * 100, encoding="utf-8")
    words = [str(demo_model), str(tmp_path / "new.gguf"), "--type", "Q4_0"]
    of = ["--imatrix-text", str(text), "--write-recipe", str(recipe)]
    assert main(["shrink", *words, *of, "--json"]) == 0
    made = json.loads(capfdbinary.readouterr().out)["recipe"]
    assert made["matrix"] == "notes.md.gguf"
    assert str(tmp_path) not in recipe.read_text()
    assert json.loads(recipe.read_bytes())["matrix_sha256"] == made["matrix_sha256"]
    assert main(["shrink", *words, *of[:2], "--imatrix", "none"]) == 2
    words[1] = str(tmp_path / "other.gguf")
    assert main(["shrink", *words, "--imatrix-text", "history"]) == 1
    assert "no chat in History yet" in capfdbinary.readouterr().err.decode()


def test_every_way_to_the_same_memory(
    demo_model: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    words = ["shrink", str(demo_model), "--ways"]
    assert main([*words, "--json"]) == 0
    document = json.loads(capfdbinary.readouterr().out)
    memory = document["memory_bytes"]
    assert {each["way"] for each in document["ways"]} >= {"quantized", "chosen by tensor", "pruned"}
    assert all(0.9 * memory <= each["memory_needed_bytes"] <= memory for each in document["ways"])

    assert main([*words, "--into", str(tmp_path), "--only", "quantized"]) == 0
    target = tmp_path / "shrinkscope-demo-Q4_K_M.gguf"
    told = capfdbinary.readouterr().out.decode()
    assert f"shrinkscope ladder --reference {demo_model} {target}" in told
    assert open_model_file(target).level_name == "Q4_K_M"
    assert target.with_suffix(".recipe.json").is_file()
    assert main([*words, "--into", str(tmp_path / "nowhere")]) == 1
    assert main([*words, str(tmp_path / "target.gguf")]) == 2
    assert main(["shrink", str(demo_model)]) == 2


def test_an_adapter_is_wish_enough(demo_model: Path, tmp_path: Path) -> None:
    words = ["--merge-lora", f"{demo_adapter()}*0.5", "--quiet"]
    assert main(["shrink", str(demo_model), str(tmp_path / "new.gguf"), *words]) == 0
    assert open_model_file(tmp_path / "new.gguf").merged == "demo-capitals.gguf*0.5"
