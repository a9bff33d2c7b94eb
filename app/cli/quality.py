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
from app.lab.quality_document import quality_figures
from app.lab.quality_plan import QualityMode, QualityPlan, comparable_plan, quick_plan
from app.lab.texts import bundled_text
from app.monitor.machine import available_memory_bytes, machine_facts, physical_core_count

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from app.cli.arguments import Commands
    from app.cli.console import Console
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
    parser.add_argument(
        "--text",
        metavar="FILE",
        help="a text file, UTF-8; mode quick takes the bundled texts without it",
    )
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
    text = text_named(arguments.text, bundled=arguments.mode == str(QualityMode.QUICK))
    count = arguments.threads or physical_core_count()
    if arguments.mode == str(QualityMode.COMPARABLE):
        if arguments.ctx < 8:
            raise PersonError("A chunk needs 8 tokens at least.")
        return comparable_plan(text, count, arguments.ctx, arguments.chunks)
    return quick_plan(text, count, arguments.chunks)


def text_named(word: str | None, *, bundled: bool) -> bytes:
    """The text of a file; the bundled ones where none is named.

    Raises:
        PersonError: It cannot be read, is no UTF-8, or none is named where it must be.
    """
    if word is None and bundled:
        try:
            return bundled_text()
        except OSError as error:
            raise PersonError(
                "The bundled texts are missing from this installation: name one with --text.",
                str(error),
            ) from error
    if word is None:
        raise PersonError("Name a text file with --text: this mode measures on a text of yours.")
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
    facts |= quality_figures(row.figures)
    return facts | {
        "bits_per_byte": row.bits_per_byte,
        "worst": [msgspec.to_builtins(worst) for worst in row.worst],
        "scored_ns": row.scored_ns or None,
        "stopped_by": row.stopped_by.value if row.stopped_by else None,
        "error": row.error,
    }


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
