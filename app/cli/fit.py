"""``fit``: what a model will need, and how fast it will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.arguments import positive, threads
from app.cli.models import MODEL_HELP, model_path
from app.cli.words import gigabytes, number
from app.core.memory import memory_budget_bytes
from app.core.settings import KvType
from app.lab.fit import Fitter
from app.lab.speeds import speed_store
from app.monitor.machine import available_memory_bytes, physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.arguments import Commands
    from app.cli.console import Console
    from app.lab.fit import Fit
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "fit",
        parents=[common],
        help="say whether a model fits this PC, and how fast it will be",
        description="Say what a model will need, part by part, whether this PC has it, and how "
        "fast it will generate. Nothing is loaded: llama.cpp plans from the header alone.",
    )
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument("--ctx", type=positive, metavar="N", help="size of the context in tokens")
    parser.add_argument("--kv", choices=[str(kind) for kind in KvType], default=str(KvType.F16))
    parser.add_argument("--threads", type=threads, metavar="N")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    path = model_path(arguments.model, paths)
    with console.progress() as progress:
        progress.add_task("Planning", total=None, note=path.name[-40:])
        with Fitter(
            paths.state,
            lambda: memory_budget_bytes(available_memory_bytes()),
            speed_store(paths),
            arguments.threads or physical_core_count(),
        ) as fitter:
            fit = fitter.fit(path, arguments.ctx, KvType(arguments.kv))
    if arguments.json:
        console.json(document(fit))
    else:
        _show(fit, console)
    return 0


def document(fit: Fit) -> dict[str, object]:
    """The answer as the command line's contract has it."""
    needs, speed = fit.needs, fit.speed
    return {
        "file": str(fit.model.path),
        "level": fit.model.level_name or None,
        "context_tokens": fit.context_tokens,
        "kv_type": str(fit.kv_type),
        "weights_bytes": needs.weights_bytes,
        "kv_bytes": needs.kv_bytes,
        "compute_bytes": needs.compute_bytes,
        "output_bytes": needs.output_bytes,
        "overhead_bytes": needs.overhead_bytes,
        "total_bytes": needs.total_bytes,
        "available_bytes": fit.available_bytes,
        "verdict": str(fit.judgement.verdict),
        "reason": fit.judgement.reason,
        "predicted_tokens_per_second": speed.tokens_per_second if speed else None,
        "basis": str(speed.basis) if speed else None,
        "gpu_layers": fit.gpu_layers,
        "devices": [
            {
                "name": share.name,
                "kind": share.kind,
                "weights_bytes": share.weights_bytes,
                "kv_bytes": share.kv_bytes,
                "compute_bytes": share.compute_bytes,
                "available_bytes": share.available_bytes,
                "layers": share.layers,
            }
            for share in fit.devices
        ],
    }


def _show(fit: Fit, console: Console) -> None:
    needs = fit.needs
    console.table(
        ("part", "size"),
        [
            ("weights", gigabytes(needs.weights_bytes)),
            (f"KV cache, {fit.context_tokens} tokens, {fit.kv_type}", gigabytes(needs.kv_bytes)),
            ("compute buffers", gigabytes(needs.compute_bytes + needs.output_bytes)),
            ("engine and vocabulary", gigabytes(needs.overhead_bytes)),
            ("together", gigabytes(needs.total_bytes)),
            ("free for engines", gigabytes(fit.available_bytes)),
        ],
        left=("part",),
    )
    reason = fit.judgement.reason
    console.text(f"{reason[:1].upper()}{reason[1:]}.")
    if fit.gpu_layers is not None:
        console.text(f"{fit.gpu_layers} of {fit.model.block_count + 1} layers fit on the GPU.")
    if fit.speed is not None:
        speed = number(fit.speed.tokens_per_second)
        console.text(f"About {speed} tokens per second, by {fit.speed.basis}.")
