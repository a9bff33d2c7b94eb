"""``quality``: what candidates lose against a reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.cli.arguments import positive, threads
from app.cli.models import MODEL_HELP, add_model_arguments, chosen_models, model_path
from app.cli.words import number
from app.core.errors import PersonError
from app.lab.demo import DEMO_LEVELS
from app.lab.kept_references import KeptReferences
from app.lab.quality import Quality
from app.lab.quality_plan import QualityMode, QualityPlan, comparable_plan, quick_plan
from app.monitor.machine import available_memory_bytes, machine_facts, physical_core_count

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from app.cli.arguments import Commands
    from app.cli.console import Console
    from app.core.quality.summary import QualityFigures
    from app.core.statistics.percentiles import Percentile
    from app.lab.quality_plan import QualityResult, QualityRow
    from app.store.paths import Paths

_SHOWN_WORST = 3


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "quality",
        parents=[common],
        help="measure what candidates lose against a reference",
        description="Hold candidates against a reference, position by position of a text: KL "
        "divergence, same top token, perplexity. Mode quick stops when the mean is known within "
        "20 %% or 0.0005 nats; comparable is llama-perplexity's own method on --text.",
    )
    add_model_arguments(parser)
    parser.add_argument("--reference", metavar="REF", help=MODEL_HELP)
    parser.add_argument("--text", metavar="FILE", help="a text file, UTF-8")
    parser.add_argument(
        "--mode", choices=[str(mode) for mode in QualityMode], default=str(QualityMode.QUICK)
    )
    parser.add_argument(
        "--ctx", type=positive, default=512, metavar="N", help="chunk length of mode comparable"
    )
    parser.add_argument("--chunks", type=positive, metavar="N", help="no more chunks than these")
    parser.add_argument("--threads", type=threads, metavar="N")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    chosen = chosen_models(arguments, console, paths)
    if chosen is None:
        console.error("Name at least one model file, or --demo.")
        return 2
    files = list(chosen.files)
    if arguments.reference:
        reference = model_path(arguments.reference, paths)
    elif arguments.demo:
        reference = files[DEMO_LEVELS.index("F16")]
    else:
        console.error("Name the reference with --reference.")
        return 2
    plan = _plan(arguments)
    with console.progress() as progress:
        task = progress.add_task("Loading", total=None, note="")

        def show(done: int, total: int, name: str) -> None:
            progress.update(
                task, completed=done, total=total, description="Measuring", note=name[-40:]
            )

        references = KeptReferences(paths.cache / "references")
        quality = Quality(plan, paths.state, references, available_memory_bytes, show, chosen.open)
        result = quality.run(reference, files)
    if arguments.json:
        console.json(_document(result, plan))
    else:
        _show(result, console)
    for row in result.rows:
        if row.error:
            console.error(f"{row.file}: {row.error}")
    return 1 if any(row.error for row in result.rows) else 0


def _plan(arguments: argparse.Namespace) -> QualityPlan:
    text = _text(arguments.text)
    count = arguments.threads or physical_core_count()
    if arguments.mode == str(QualityMode.COMPARABLE):
        if arguments.ctx < 8:
            raise PersonError("A chunk needs 8 tokens at least.")
        return comparable_plan(text, count, arguments.ctx, arguments.chunks)
    return quick_plan(text, count, arguments.chunks)


def _text(word: str | None) -> bytes:
    if word is None:
        raise PersonError("Name a text file with --text.")
    try:
        data = Path(word).read_bytes()
    except OSError as error:
        raise PersonError(f"{word} cannot be read: {error.strerror or error}.") from error
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PersonError(
            f"{word} is no UTF-8 text: its byte {error.start + 1:,} cannot be read."
        ) from error
    return data


def _document(result: QualityResult, plan: QualityPlan) -> dict[str, object]:
    floor = result.noise_floor
    return {
        "machine": msgspec.to_builtins(machine_facts()),
        "engine": result.engine or None,
        "mode": str(plan.mode),
        "reference": {"file": result.reference.file, "level": result.reference.level},
        "noise_floor": {
            "positions": floor.positions,
            "mean_kld": floor.mean_kld.value,
            "max_kld": floor.max_kld,
            "same_top": floor.same_top.value,
        },
        "candidates": [_candidate(row) for row in result.rows],
    }


def _candidate(row: QualityRow) -> dict[str, object]:
    facts: dict[str, object] = {"file": row.file, "level": row.level}
    facts |= _figures(row.figures) if row.figures else dict.fromkeys(_FIGURE_NAMES)
    return facts | {
        "bits_per_byte": row.bits_per_byte,
        "worst": [msgspec.to_builtins(worst) for worst in row.worst],
        "scored_ns": row.scored_ns or None,
        "stopped_by": row.stopped_by.value if row.stopped_by else None,
        "error": row.error,
    }


def _figures(figures: QualityFigures) -> dict[str, object]:
    tool, interval = figures.tool_errors, figures.mean_kld.log_interval()
    values = (
        figures.positions,
        figures.chunks,
        figures.mean_kld.value,
        tool.mean_kld if tool else None,
        figures.mean_kld.standard_error,
        interval.low if interval else None,
        interval.high if interval else None,
        _value(figures.median_kld),
        _value(figures.kld_p90),
        _value(figures.kld_p99),
        _value(figures.kld_p999),
        figures.max_kld,
        figures.same_top.value,
        tool.same_top if tool else None,
        figures.same_top.standard_error,
        figures.rms_delta_p.value,
        tool.rms_delta_p if tool else None,
        figures.rms_delta_p.standard_error,
        figures.ln_ppl_ratio.value,
        tool.ln_ppl_ratio if tool else None,
        figures.ln_ppl_ratio.standard_error,
        figures.ppl.value,
        tool.ppl if tool else None,
        figures.ppl.standard_error,
        figures.reference_ppl.value,
    )
    return dict(zip(_FIGURE_NAMES, values, strict=True))


_FIGURE_NAMES = (
    "positions",
    "chunks",
    "mean_kld",
    "mean_kld_se",
    "mean_kld_se_chunks",
    "mean_kld_low",
    "mean_kld_high",
    "median_kld",
    "kld_p90",
    "kld_p99",
    "kld_p999",
    "max_kld",
    "same_top",
    "same_top_se",
    "same_top_se_chunks",
    "rms_delta_p",
    "rms_delta_p_se",
    "rms_delta_p_se_chunks",
    "ln_ppl_ratio",
    "ln_ppl_ratio_se",
    "ln_ppl_ratio_se_chunks",
    "ppl",
    "ppl_se",
    "ppl_se_chunks",
    "reference_ppl",
)


def _value(percentile: Percentile | None) -> float | None:
    return percentile.value if percentile else None


def _show(result: QualityResult, console: Console) -> None:
    console.table(
        ("level", "mean KLD", "95 %", "same top", "ln PPL ratio", "PPL", "positions", "file"),
        [_cells(row) for row in result.rows],
        left=("level", "file"),
    )
    floor = result.noise_floor
    console.text(
        f"Noise floor, the reference against itself with other batches: mean KLD "
        f"{floor.mean_kld.value:.2g}, same top {100 * floor.same_top.value:.2f} %."
    )
    for row in result.rows:
        for worst in row.worst[:_SHOWN_WORST]:
            before, token = _one_line(worst.before), _one_line(worst.token)
            console.remark(
                f"{row.level}: after “…{before}” comes “{token}”: reference "
                f"{100 * worst.reference_p:.1f} %, here {100 * worst.candidate_p:.1f} %."
            )


def _cells(row: QualityRow) -> Sequence[str]:
    figures = row.figures
    if figures is None:
        return (row.level or "–", "–", "–", "–", "–", "–", "–", row.file)
    interval = figures.mean_kld.log_interval()
    return (
        row.level or "–",
        f"{figures.mean_kld.value:.4g}",
        f"{interval.low:.4g} to {interval.high:.4g}" if interval else "–",
        f"{100 * figures.same_top.value:.2f} %",
        number(figures.ln_ppl_ratio.value, 4),
        number(figures.ppl.value, 3),
        str(figures.positions),
        row.file,
    )


def _one_line(text: str) -> str:
    return text.replace("\n", "↵")
