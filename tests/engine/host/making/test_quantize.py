"""Every level bit for bit as llama-quantize of the same llama.cpp makes it.

What the tool made stands in ``tests/engine/host/making/llama_quantize.json``;
``python -m tests.engine.host.making.record_quantize`` asks it anew. Compilers for other processors
may round elsewhere, so that only x86 is held against it.
"""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path

import pytest

from app.core.models.levels import LEVELS
from app.engine.protocol.making import Quantize
from app.lab.engines.room import EngineRoom
from app.lab.shrink.quantize import carry_out
from tests.engine.host.making.quantized import MATRIX_NAME, RECORDED, write_matrix, write_source

_BOOKS = ("IQ1", "IQ2", "IQ3")


@pytest.mark.skipif(platform.machine().lower() not in ("x86_64", "amd64"), reason="recorded on x86")
@pytest.mark.parametrize("by_book", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_all_levels_are_those_of_llama_quantize(tmp_path: Path, by_book: bool) -> None:
    """Those by code books take many seconds to begin with."""
    recorded: dict[str, str] = json.loads(RECORDED.read_text("utf-8"))["sha256"]
    known = {name: sha for name, sha in recorded.items() if name.startswith(_BOOKS) is by_book}
    source = write_source(tmp_path / "source.gguf")
    matrix = write_matrix(tmp_path / MATRIX_NAME, source)
    target = tmp_path / "made.gguf"
    found: dict[str, str] = {}
    with EngineRoom(tmp_path).calls("quantize") as engine:
        for level in LEVELS:
            if level.name.startswith(_BOOKS) is not by_book:
                continue
            for with_matrix in (False, True):
                if not level.can_be_made or (level.needs_importance_matrix and not with_matrix):
                    continue
                command = Quantize(
                    engine.next_id(), str(source), str(target), level.ftype, 2,
                    matrix=str(matrix) if with_matrix else "",
                    matrix_name=MATRIX_NAME if with_matrix else "",
                )  # fmt: skip
                carry_out(engine, command, lambda _done, _total: None)
                name = f"{level.name}{' with matrix' if with_matrix else ''}"
                found[name] = hashlib.sha256(target.read_bytes()).hexdigest()
                target.unlink()
    assert found == known
