"""llama-perplexity on files and a text: its figures as numbers."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

_TRIES = 3
_NUMBER = r"(-?[0-9.]+(?:e[-+]?[0-9]+)?)"
_FIGURES = {
    "ppl": rf"Mean PPL\(Q\)\s*:\s*{_NUMBER}",
    "ppl_se": rf"Mean PPL\(Q\)\s*:\s*{_NUMBER} ±\s*{_NUMBER}",
    "reference_ppl": rf"Mean PPL\(base\)\s*:\s*{_NUMBER}",
    "ln_ppl_ratio": rf"Mean ln\(PPL\(Q\)/PPL\(base\)\)\s*:\s*{_NUMBER}",
    "ln_ppl_ratio_se": rf"Mean ln\(PPL\(Q\)/PPL\(base\)\)\s*:\s*{_NUMBER} ±\s*{_NUMBER}",
    "mean_kld": rf"Mean\s+KLD:\s*{_NUMBER}",
    "mean_kld_se": rf"Mean\s+KLD:\s*{_NUMBER} ±\s*{_NUMBER}",
    "max_kld": rf"Maximum KLD:\s*{_NUMBER}",
    "kld_p99": rf"99\.0%\s+KLD:\s*{_NUMBER}",
    "kld_p90": rf"90\.0%\s+KLD:\s*{_NUMBER}",
    "median_kld": rf"Median\s+KLD:\s*{_NUMBER}",
    "rms_delta_p_percent": rf"RMS Δp\s*:\s*{_NUMBER}",
    "same_top_percent": rf"Same top p:\s*{_NUMBER}",
    "same_top_se_percent": rf"Same top p:\s*{_NUMBER} ±\s*{_NUMBER}",
}


def tool_version(tool: Path) -> str:
    """What the tool says of itself."""
    done = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True)
    return " ".join((done.stderr + done.stdout).split())


def tool_figures(
    tool: Path,
    reference: Path,
    candidates: Sequence[Path],
    text: Path,
    *,
    ctx: int = 512,
    threads: int = 1,
) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Have the tool write the reference's logits and hold each candidate against them.

    Returns:
        The figures by candidate, and the command line of a candidate, with its files named only.
    """
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base.kld"
        common = ["-f", str(text), "-c", str(ctx), "-t", str(threads)]
        common += ["--kl-divergence-base", str(base)]
        plain = _output([str(tool), "-m", str(reference), *common])
        estimate = re.search(rf"Final estimate: PPL = {_NUMBER}", plain)
        assert estimate is not None, plain[-2000:]
        command = [str(tool), "-m", "", *common, "--kl-divergence"]
        for candidate in candidates:
            command[2] = str(candidate)
            found[str(candidate)] = {
                **_compared(command),
                "full_reference_ppl": float(estimate[1]),
            }
    shown = [Path(word).name if "/" in word else word for word in command]
    return found, shown


def _compared(command: Sequence[str]) -> dict[str, float]:
    """What the tool says at its end; it ends sometimes before its log thread has said it all."""
    for _ in range(_TRIES - 1):
        with contextlib.suppress(AssertionError):
            return _parsed(_output(command))
    return _parsed(_output(command))


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def _parsed(text: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, pattern in _FIGURES.items():
        match = re.search(pattern, text)
        assert match is not None, f"no {name} in the tool's output: {text[-2000:]}"
        figures[name] = float(match.groups()[-1])
    return figures
