"""Records what llama-imatrix finds in the demo model and a mixture made of it; run by hand.

    python -m tests.lab.shrink.record_imatrix

Builds the tool from the engine's own source where it is not built yet (see tests.benchmarks), and
writes counts and some sums of each tensor into ``tests/lab/data/imatrix.json``.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import gguf

from app.lab.demo.demo import demo_base
from app.resources import resource_path
from tests.benchmarks.llama_tools import ensure_tool
from tests.benchmarks.perplexity_tool import tool_version
from tests.helpers.moe_files import write_demo_mixture

RECORDED = Path(__file__).parents[1] / "data" / "imatrix.json"
SUMS = 8
"""So many of each tensor, evenly spread."""


def main() -> None:
    """Record both models."""
    tool = ensure_tool("llama-imatrix")
    text = resource_path("texts", "calibration.txt")
    document: dict[str, Any] = {"version": tool_version(tool)}
    with tempfile.TemporaryDirectory() as home:
        out = Path(home, "found.gguf")
        mixture = write_demo_mixture(demo_base(), Path(home, "mixture.gguf"))
        for kind, model, size, chunks in (
            ("plain", demo_base(), 512, 3),
            ("mixture", mixture, 100, 21),
        ):
            command = [tool, "-m", model, "-f", text, "-o", out, "-c", str(size), "-t", "1"]
            command += ["--chunks", str(chunks), "--no-ppl", "-ngl", "0"]
            subprocess.run(command, check=True, capture_output=True)
            document |= _found(kind, out)
    RECORDED.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _found(kind: str, path: Path) -> dict[str, Any]:
    tensors = {tensor.name: tensor.data.ravel() for tensor in gguf.GGUFReader(path).tensors}
    names = [name.removesuffix(".in_sum2") for name in tensors if name.endswith(".in_sum2")]
    found: dict[str, Any] = {}
    for name in names:
        sums = tensors[f"{name}.in_sum2"]
        some = sums[:: max(1, sums.size // SUMS)][:SUMS]
        found[name] = {
            "counts": tensors[f"{name}.counts"].tolist(), "sums": [float(f"{v:.7g}") for v in some]
        }  # fmt: skip
    return {kind: found, f"{kind}_tensors": len(names)}


if __name__ == "__main__":
    main()
