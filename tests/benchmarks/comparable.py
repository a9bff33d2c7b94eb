"""(l) ``quality --mode comparable`` against llama-perplexity on the same files and text."""

from __future__ import annotations

from app.lab.demo.demo import DemoFiles, demo_base
from app.store.paths import Paths
from tests.benchmarks.commands import run_program
from tests.benchmarks.demo_levels import ensure_demo_levels
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, tell
from tests.benchmarks.llama_tools import ensure_llama_perplexity
from tests.benchmarks.perplexity_tool import tool_figures, tool_version
from tests.lab.record_perplexity import CTX_TOKENS, LEVELS, texts

MOST_PPL_PERCENT = 0.1
MOST_KLD_PERCENT = 1.0
SMALL_KLD_NATS = 2e-5
MOST_TOP_POINTS = 0.2
LETTER = "l"
HOW = f"""llama-perplexity with `--kl-divergence`, built from the source inside llama-cpp-python's
own source distribution, and `quality --mode comparable`, both with `--ctx {CTX_TOKENS}` on the demo
model's levels against F16 and on two texts: one that it knows nothing of, and its own questions.
Differences are the largest over {len(LEVELS)} levels and both texts; of the mean KL divergence the
one in percent, or none where it is below {SMALL_KLD_NATS:g} nats."""


def measure(run: Run) -> list[Figure]:
    """Have both say what they find."""
    tool = ensure_llama_perplexity()
    ensure_demo_levels(run)
    levels = DemoFiles.below(Paths.below(run.home).demo)
    files = {level: levels.path(level) for level in LEVELS}
    ppl = kld = top = 0.0
    for name, data in texts().items():
        if run.quick and name != "prose":
            continue
        text = run.home / f"{name}.txt"
        text.write_bytes(data)
        theirs, _ = tool_figures(
            tool, demo_base(), list(files.values()), text, ctx=CTX_TOKENS, threads=run.threads
        )
        words = ["quality", "--reference", str(demo_base()), *map(str, files.values())]
        words += ["--mode", "comparable", "--ctx", str(CTX_TOKENS), "--text", str(text)]
        document = run_program(run.home, [*words, "--threads", str(run.threads)])
        for level, row in zip(LEVELS, document["candidates"], strict=True):
            tool_row = theirs[str(files[level])]
            apart = [abs(row[one] / tool_row[one] - 1) for one in ("ppl", "reference_ppl")]
            ppl = max(ppl, 100 * max(apart))
            nats = abs(row["mean_kld"] - tool_row["mean_kld"])
            if nats > SMALL_KLD_NATS:
                kld = max(kld, 100 * nats / tool_row["mean_kld"])
            top = max(top, abs(100 * row["same_top"] - tool_row["same_top_percent"]))
            tell(
                f"  {name}, {level}: PPL {row['ppl']:.4f} / {tool_row['ppl']:.4f}, mean KLD "
                f"{row['mean_kld']:.6f} / {tool_row['mean_kld']:.6f}, same top "
                f"{100 * row['same_top']:.3f} / {tool_row['same_top_percent']:.3f} %"
            )
    return [
        limit_figure("l", "perplexity beside llama-perplexity's", ppl, MOST_PPL_PERCENT, "%"),
        limit_figure("l", "mean KL divergence beside it", kld, MOST_KLD_PERCENT, "%"),
        limit_figure("l", "same top token beside it", top, MOST_TOP_POINTS, "points"),
        fact("l", "the tool", tool_version(tool)),
    ]
