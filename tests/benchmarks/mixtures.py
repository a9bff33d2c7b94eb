"""(ze) What a target's types lose, beside llama.cpp's own mixture of as many bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from app.lab.demo.demo import demo_base
from tests.benchmarks.commands import run_program
from tests.benchmarks.figures import Figure, Run, fact

WANTED, NEVER_ABOVE = 0.95, 1.02
LEVELS = ("Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M", "Q6_K")
QUICK_LEVELS = ("Q3_K_M", "Q4_K_M")
SOURCES = "SHRINKSCOPE_BENCH_SOURCES"
PATIENCE_SECONDS = 3_000
LETTER = "ze"
HOW = f"""Each level is made with the importance matrix of the bundled text, then a target of just
its file's bytes, with the same matrix. What both lost is the mean KL divergence from the original
over the bundled texts (the demo model's: its held-out chats), as many chunks as `quality` takes
until it is precise; the mixtures were chosen by the first 16 of them. A ratio below one means that
less is lost. Beside the demo model: the originals that the variable {SOURCES} names."""


def measure(run: Run) -> list[Figure]:
    """Measure level by level."""
    others = [Path(each) for each in os.environ.get(SOURCES, "").split(os.pathsep) if each]
    return [figure for source in (demo_base(), *others) for figure in _of(run, source)]


def _of(run: Run, source: Path) -> Iterator[Figure]:
    ratios: list[float] = []
    for level in QUICK_LEVELS if run.quick else LEVELS:
        own, ours = run.home / "own.gguf", run.home / "ours.gguf"
        how = ["--imatrix", "own", "--threads", str(run.threads)]
        made = run_program(
            run.home, ["shrink", str(source), str(own), "--type", level, *how], PATIENCE_SECONDS
        )
        target = ["--target-bytes", str(made["file_bytes"])]
        chosen = run_program(
            run.home, ["shrink", str(source), str(ours), *target, *how], PATIENCE_SECONDS
        )
        words = ["quality", "--reference", str(source), str(own), str(ours)]
        rows = run_program(run.home, words, PATIENCE_SECONDS)["candidates"]
        theirs, mine = (row["mean_kld"] for row in rows)
        ratios.append(mine / theirs)
        by = chosen["recipe"]["chosen_by"]
        said = f"{mine / theirs:.3f} ({mine:.5f} over {theirs:.5f} nats; {by})"
        name = (
            f"{source.stem}, {level}, {made['file_bytes'] / 1e6:.2f} MB: loss over llama.cpp's own"
        )
        yield Figure(LETTER, name, f"≤ {WANTED}", said, mine / theirs <= WANTED)
        own.unlink()
        ours.unlink()
    most = max(ratios)
    yield Figure(
        LETTER, f"{source.stem}, the worst level", f"≤ {NEVER_ABOVE}", f"{most:.3f}",
        most <= NEVER_ABOVE,
    )  # fmt: skip
    yield fact(LETTER, f"{source.stem}, mean over levels", f"{sum(ratios) / len(ratios):.3f}")
