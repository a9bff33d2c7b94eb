"""``inspect``: what is in the tensors of a file, and which of them were hurt."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.cli.arguments import THREADS_HELP, Commands, threads
from app.cli.models import MODEL_HELP, candidate_named, model_path
from app.cli.words.texts import READ_HELP
from app.core.errors import PersonError
from app.core.shrink.inside.savings import PART, savings_of
from app.core.shrink.inside.tensor_table import facts_of, paired
from app.core.text.clean import whole_text
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.shrink.inspecting import inspect, write_table
from app.lab.shrink.left_out.usage import USUAL_CHUNKS, expert_usage
from app.lab.shrink.matrices.texts import calibration_of
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.core.models.model_file import ModelFile
    from app.core.shrink.inside.inspection import InspectedTensor, Inspection
    from app.core.shrink.inside.savings import Savings
    from app.core.shrink.usage import ExpertUsage
    from app.store.paths import Paths

_SHOWN_HURT = 3


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "inspect",
        parents=[common],
        help="look into a model file: types, zeros and errors of every tensor",
        description="Tell of every tensor of MODEL its type, size, zeros and outliers and, held "
        "against another version of the same model, what its numbers lost.",
    )
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--against", metavar="REF", help="another version of the same model, best the original"
    )
    what.add_argument(
        "--experts",
        action="store_true",
        help="of a mixture: let it read a text and tell which of its experts work, layer by layer; "
        "MODEL may have settings, such as #experts=4",
    )
    parser.add_argument(
        "--beside",
        metavar="OTHER",
        help="a second version, looked into in the same way, to be shown beside the first",
    )
    parser.add_argument(
        "--csv", metavar="FILE", help="write the tensors as a table for spreadsheets, too"
    )
    parser.add_argument(
        "--text",
        metavar="FILE",
        help=f"what is read for --experts: {READ_HELP}; default: bundled",
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    if arguments.experts:
        return _tell_experts(arguments, console, paths)
    path = model_path(arguments.model, paths)
    reference = model_path(arguments.against, paths) if arguments.against else None
    beside = model_path(arguments.beside, paths) if arguments.beside else None
    table = Path(whole_text(arguments.csv)) if arguments.csv else None
    if table is not None and not table.resolve().parent.is_dir():
        raise PersonError(say("lab.no_folder", parent=table.resolve().parent))
    with console.progress() as progress:
        task = progress.add_task("Looking into the file", total=None, note="")

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, note=str(figures.size(done)))

        every = [
            inspect(
                each,
                reference,
                threads=arguments.threads or physical_core_count(),
                folder=paths.state,
                on_progress=show,
            )
            for each in (path, beside)
            if each is not None
        ]
    found, other = every[0], every[1] if len(every) > 1 else None
    if table is not None:
        write_table(found, other, table)
    if arguments.json:
        with_other = {"beside": _document(other)} if other is not None else {}
        console.json(_document(found) | with_other)
    elif other is not None:
        _show_beside(found, other, console)
    else:
        _show(found, console, with_error=reference is not None)
    if found.unmatched:
        console.remark(
            f"{len(found.unmatched)} tensors have none of the same name and shape in the "
            f"reference, such as {found.unmatched[0]}."
        )
    return 0


def _tell_experts(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    candidate = candidate_named(arguments.model, paths)
    read = opened(candidate, open_model_file)
    words = [whole_text(arguments.text)] if arguments.text else []
    text = calibration_of(words, read.model, paths.database) if words else None
    with console.progress() as progress:
        task = progress.add_task("Reading", total=None, note="")

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, note=f"chunk {done + 1} of {total}")

        usage = expert_usage(
            read,
            text,
            chunks=0 if text else USUAL_CHUNKS,
            threads=arguments.threads or physical_core_count(),
            room=EngineRoom.of_this_pc(paths),
            on_progress=show,
        )
    if arguments.json:
        console.json(_facts(read.model) | {"expert_usage": asdict(usage)})
    else:
        _show_experts(read.model, usage, console)
    return 0


def _show_experts(model: ModelFile, usage: ExpertUsage, console: Console) -> None:
    console.text(_summary(model))
    console.table(
        ("layer", "do half of the work", "without work", "busiest", "of its layer"),
        [
            (
                each.layer,
                f"{each.half} of {usage.experts}",
                each.idle,
                f"expert {each.busiest}",
                figures.share(max(each.shares), 1),
            )
            for each in usage.layers
        ],
        left=("layer",),
    )
    idle, every = usage.idle, usage.experts * len(usage.layers)
    console.text(
        f"Over {usage.tokens} tokens of {usage.text}, about {usage.half:.0f} of {usage.experts} "
        f"experts do half of a layer's work; {idle} of {every} had none."
    )


def _facts(model: ModelFile) -> dict[str, object]:
    return {
        "file": str(model.path),
        "level": model.level_name,
        "file_bytes": model.file_bytes,
        "bits_per_weight": model.bits_per_weight,
        "parameters": model.parameters,
        "active_parameters": model.active_parameters,
        "experts": model.expert_count,
        "experts_used": model.expert_used_count,
    }


def _document(found: Inspection) -> dict[str, object]:
    model = found.model
    return _facts(model) | {
        "types": [msgspec.to_builtins(each) for each in found.types],
        "tensors": [facts_of(found, each) for each in found.tensors],
        "zero_fraction": found.zero_fraction,
        "pruned": model.pruned or None,
        "savings": msgspec.to_builtins(savings_of(found)),
        "merged": model.merged or None,
    }


def _show(found: Inspection, console: Console, *, with_error: bool) -> None:
    console.text(_summary(found.model))
    console.table(
        ("type", "tensors", "size", "of all", "weights"),
        [
            (
                each.type,
                each.tensors,
                figures.size(each.bytes),
                figures.share(each.bytes / max(1, found.model.tensor_bytes)),
                figures.parameters(each.parameters),
            )
            for each in found.types
        ],
        left=("type",),
    )
    console.text("")
    error = ("error", "of all errors") if with_error else ()
    console.table(
        ("tensor", "shape", "type", "size", "zeros", "near zero", "RMS", "largest", "outliers",
         *error),
        [_row(found, each, with_error=with_error) for each in found.tensors],
        left=("tensor", "shape", "type"),
        spare=("outliers", "largest", "RMS", "near zero"),
    )  # fmt: skip
    zeros = figures.share(found.zero_fraction, 1)
    console.text(f"Exact zeros: {zeros} of all weights. They save nothing in these formats.")
    console.text(_savings_line(savings_of(found)))
    if with_error:
        shares = {each.info.name: found.error_share(each) or 0.0 for each in found.tensors}
        hurt = sorted(shares, key=shares.__getitem__, reverse=True)[:_SHOWN_HURT]
        console.text(
            "Most of the error is in "
            + ", ".join(f"{name} ({figures.share(shares[name], 1)})" for name in hurt)
            + "."
        )


def _savings_line(found: Savings) -> str:
    part = figures.share(PART)
    ways = (
        ("without one layer", found.layer_bytes),
        (f"with a feed-forward {part} narrower", found.width_bytes),
        (f"with {part} fewer experts", found.experts_bytes),
    )
    really = ", ".join(f"{figures.size(size)} {way}" for way, size in ways if size is not None)
    words = (
        f"Its {figures.size(found.dense_bytes)} of weights would take "
        f"{figures.size(found.bitmap_bytes)} in a bitmap format and "
        f"{figures.size(found.two_of_four_bytes)} in a 2:4 format, which no engine here reads"
    )
    return f"{words}; {really}, which all do." if really else f"{words}."


def _show_beside(found: Inspection, other: Inspection, console: Console) -> None:
    for each in (found, other):
        console.text(_summary(each.model))
    console.table(
        ("tensor", "type", "size", "error", "type beside", "size beside", "error beside"),
        [
            (tensor.info.name, *_brief(tensor), *_brief(beside))
            for tensor, beside in paired(found, other)
        ],
        left=("tensor", "type", "type beside"),
        spare=("size", "size beside"),
    )


def _brief(tensor: InspectedTensor | None) -> tuple[object, ...]:
    if tensor is None:
        return ("–", "–", "–")
    error = tensor.figures.relative_error if tensor.figures else None
    return (tensor.type_name, figures.size(tensor.info.n_bytes), figures.share(error, 2))


def _summary(model: ModelFile) -> str:
    words = (
        f"{model.path.name}: {model.level_name or 'no level'}, {figures.size(model.file_bytes)}, "
        f"{figures.parameters(model.parameters)} weights, {model.bits_per_weight:.2f} bits a weight"
    )
    if model.expert_count:
        words += (
            f", {model.expert_used_count} of {model.expert_count} experts at work "
            f"({figures.parameters(model.active_parameters)} weights)"
        )
    for name, what in (("pruned", model.pruned), ("merged", model.merged)):
        words += f"; {name}: {what}" if what else ""
    return f"{words}."


def _row(found: Inspection, tensor: InspectedTensor, *, with_error: bool) -> tuple[object, ...]:
    known = tensor.figures
    row: tuple[object, ...] = (
        tensor.info.name,
        " × ".join(map(str, tensor.info.dimensions)),
        tensor.type_name,
        figures.size(tensor.info.n_bytes),
        figures.share(tensor.zero_fraction, 1),
        figures.share(tensor.near_zero_fraction),
        figures.significant(known.rms, 3) if known else "–",
        figures.significant(known.largest, 3) if known else "–",
        figures.share(tensor.outlier_fraction, 2),
    )
    if not with_error:
        return row
    error = known.relative_error if known else None
    return (*row, figures.share(error, 1), figures.share(found.error_share(tensor), 1))
