"""``imatrix`` as a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.cli.main import main
from app.core.shrink.importance import from_bytes

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_document_and_the_file(
    demo_model: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    out, text = tmp_path / "new.gguf", tmp_path / "text.txt"
    text.write_text("What is 12 + 30? The answer is 42. " * 60, encoding="utf-8")
    words = [str(demo_model), "--out", str(out), "--text", str(text), "--ctx", "256"]
    assert main(["imatrix", *words, "--chunks", "2", "--json"]) == 0
    document = json.loads(capfdbinary.readouterr().out)
    elapsed = document.pop("elapsed_ns")
    assert elapsed > 0
    assert document == {
        "file": str(out), "tensors": 42, "tokens": 512, "chunks": 2, "unused": 0,
    }  # fmt: skip
    found = from_bytes(out.read_bytes(), "new")
    assert (found.datasets, found.chunk_tokens) == (("text.txt",), 256)

    assert main(["imatrix", *words[:4], str(tmp_path / "none.txt"), "--json"]) == 1
    ended = capfdbinary.readouterr()
    assert not ended.out
    assert b"cannot be read" in ended.err
