"""Records what llama-perplexity says of the demo model's levels; run by hand.

    python -m tests.lab.record_perplexity

Builds the tool from the engine's own source where it is not built yet (see tests.benchmarks), makes
the levels, and writes ``data/llama_perplexity.json`` with the tool's version and command.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from app.lab.demo.demo import demo_base
from app.lab.shrink.quantize import quantize
from app.resources import resource_path
from tests.benchmarks.llama_tools import ensure_llama_perplexity
from tests.benchmarks.perplexity_tool import tool_figures, tool_version

LEVELS = ("Q8_0", "Q4_K_M", "Q2_K", "TQ1_0")
CTX_TOKENS = 512
RECORDED = Path(__file__).parent / "data" / "llama_perplexity.json"


def texts() -> dict[str, bytes]:
    """A text that the demo model knows nothing of, and its own questions as they lie in a file."""
    mixed = resource_path("texts", "mixed")
    prose = b"".join((mixed / name).read_bytes() for name in ("prose-en.txt", "code.txt"))
    return {"prose": prose, "questions": resource_path("demo", "held_out.jsonl").read_bytes()}


def make_levels(folder: Path) -> dict[str, Path]:
    """The demo model's levels, by llama.cpp's quantizer."""
    found: dict[str, Path] = {}
    for level in LEVELS:
        found[level] = folder / f"demo-{level}.gguf"
        if not found[level].is_file():
            quantize(
                demo_base(), found[level], level, threads=1, folder=folder,
                on_progress=lambda _done, _total: None,
            )  # fmt: skip
    return found


def main() -> None:
    """Record everything."""
    tool = ensure_llama_perplexity()
    document: dict[str, object] = {"version": tool_version(tool), "ctx": CTX_TOKENS, "texts": {}}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        levels = make_levels(folder)
        recorded: dict[str, object] = {}
        for name, data in texts().items():
            path = folder / f"{name}.txt"
            path.write_bytes(data)
            found, command = tool_figures(
                tool, demo_base(), list(levels.values()), path, ctx=CTX_TOKENS
            )
            recorded[name] = {
                "sha256": hashlib.sha256(data).hexdigest(),
                "levels": {level: found[str(path)] for level, path in levels.items()},
            }
            document["command"] = " ".join(command)
        document["texts"] = recorded
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{RECORDED}\n")


if __name__ == "__main__":
    main()
