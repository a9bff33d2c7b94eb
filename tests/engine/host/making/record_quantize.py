"""Records what llama-quantize makes of a tiny model at every level; run by hand.

    python -m tests.engine.host.making.record_quantize

Builds the tool from the engine's own source where it is not built yet (see tests.benchmarks), and
writes the SHA-256 of each file that it makes, with the tool's version, beside this file.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

from app.core.models.levels import LEVELS
from tests.benchmarks.llama_tools import ensure_tool
from tests.benchmarks.perplexity_tool import tool_version
from tests.engine.host.making.quantized import MATRIX_NAME, RECORDED, write_matrix, write_source


def main() -> None:
    """Record every level, without a matrix where that can be made, and with one."""
    tool = ensure_tool("llama-quantize")
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        source = write_source(folder / "source.gguf")
        write_matrix(folder / MATRIX_NAME, source)
        for level in LEVELS:
            for name, words in (("", []), (" with matrix", ["--imatrix", MATRIX_NAME])):
                if not level.can_be_made or (level.needs_importance_matrix and not words):
                    continue
                target = folder / "made.gguf"
                command = [tool, *words, source, target, str(level.ftype), "2"]
                subprocess.run(command, check=True, cwd=folder, capture_output=True)
                found[level.name + name] = hashlib.sha256(target.read_bytes()).hexdigest()
                target.unlink()
    ensured = ensure_tool("llama-imatrix")  # llama-quantize does not tell its version
    document = {"version": tool_version(ensured), "sha256": found}
    RECORDED.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
