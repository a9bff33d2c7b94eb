"""``quality``: what candidates lose against a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.cli.arguments import THREADS_HELP, Commands, chunks, positive, threads
from app.cli.models import ChosenModels, add_model_arguments, chosen_models, reference_of
from app.cli.words import told
from app.cli.words.texts import TEXT_HELP, text_named
from app.core.errors import PersonError
from app.core.ladder.results import QualityStep
from app.core.quality.floor import AT_FLOOR, NO_FURTHER, floor_sentence
from app.core.quality.guessing import guessing_sentence
from app.core.words.figures import number, share
from app.core.words.sentence import say
from app.lab.engines.room import EngineRoom
from app.lab.quality.document import (
    at_floor,
    floor_document,
    longest_figures,
    part_figures,
)
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.measure import Quality
from app.lab.quality.plan import (
    QualityMode,
    QualityPlan,
    QualityResult,
    QualityRow,
    comparable_plan,
    quick_plan,
)
from app.lab.quality.texts import shared_text_name
from app.lab.quality.told import ByLikeliest
from app.lab.reports.words import partings
from app.lab.verdict.remarks import too_short
from app.monitor.machine import machine_facts, physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.core.candidates.candidate import Candidate
    from app.core.models.model_file import ModelFile
    from app.store.paths import Paths

_SHOWN_WORST = 3
# A version that is as good as the same has no worst place either.
_WORTH_TELLING = 1e-4


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "quality",
        parents=[common],
        help="measure what candidates lose against a reference",
        description="Hold candidates against a reference, position by position of a text: KL "
        "divergence, same top token, perplexity. Mode quick stops when the mean is known within "
        "20 % or 0.0005 nats; comparable is llama-perplexity's own method on --text. Beside models "
        "of servers (vLLM, SGLang: others tell nothing of texts) by the 20 likeliest tokens alone.",
    )
    add_model_arguments(parser, with_reference=True)
    parser.add_argument(
        "--text",
        metavar="FILE",
        help=TEXT_HELP,
    )
    parser.add_argument(
        "--mode",
        choices=[str(mode) for mode in QualityMode],
        default=str(QualityMode.QUICK),
        help="default: quick",
    )
    parser.add_argument(
        "--ctx", type=positive, default=512, metavar="N", help="chunk length of mode comparable"
    )
    parser.add_argument(
        "--chunks", type=chunks, metavar="N", help="no more chunks than these, two at least"
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    chosen = chosen_models(arguments, console, paths)
    candidates = list(chosen.candidates)
    reference = reference_of(arguments, chosen, paths)
    if any(each.server is not None for each in (reference, *candidates)):
        return _run_beside_servers(arguments, console, paths, chosen, reference)
    readable = chosen.readable((reference, *candidates))
    models = {each.candidate.key(): each.model for each in readable}
    plan = _plan(arguments, paths, models.values())
    with console.measuring() as show:
        references = KeptReferences(paths.cache / "references", engines_folder=paths.state)
        quality = Quality(plan, EngineRoom.of_this_pc(paths), references, show, chosen.open)
        result = quality.run(reference, candidates)
    remarks = [*result.remarks, *_guessing(result, models)]
    if arguments.json:
        console.json(_document(result, plan, remarks, chosen.called))
    else:
        _show(result, chosen.called, console)
    for sentence in remarks:
        console.remark(sentence)
    failed = {
        chosen.called(row.candidate): row.error or row.refused
        for row in (result.reference, *result.rows)
    }
    for file, sentence in failed.items():
        if sentence:
            console.error(f"{file}: {sentence}")
    return 1 if any(failed.values()) else 0


def _run_beside_servers(
    arguments: argparse.Namespace,
    console: Console,
    paths: Paths,
    chosen: ChosenModels,
    reference: Candidate,
) -> int:
    """By the likeliest tokens, which is all that servers tell of a text."""
    every = (reference, *chosen.candidates)
    if arguments.mode == str(QualityMode.COMPARABLE):
        host = next(each.server.host for each in every if each.server is not None)
        raise PersonError(say("lab.unable_quality", host=host))
    text = text_named(
        arguments.text, paths, [each.model for each in chosen.readable(every) if each.header]
    )
    count = arguments.threads or physical_core_count()
    measure = ByLikeliest(reference, text, EngineRoom.of_this_pc(paths), lambda: count, chosen.open)
    rows: list[tuple[Candidate, QualityStep]] = []
    with console.measuring() as show:
        floor = measure.step(reference, lambda share: show(round(share * 100), 100, reference.name))
        for each in chosen.candidates:

            def on_share(share: float, name: str = each.name) -> None:
                show(round(share * 100), 100, name)

            try:
                rows.append((each, measure.step(each, on_share)))
            except PersonError as error:
                failed = QualityStep("", part_figures(None), (), (), 0, None, error.sentence)
                rows.append((each, failed))
    if arguments.json:
        console.json(told.document((reference, floor), rows, text, chosen.called))
    else:
        told.show((reference, floor), rows, chosen.called, console)
    wrong = {chosen.called(each): step.error or step.refused for each, step in rows}
    for called, sentence in wrong.items():
        if sentence:
            console.error(f"{called}: {sentence}")
    return 1 if any(wrong.values()) else 0


def _plan(arguments: argparse.Namespace, paths: Paths, models: Iterable[ModelFile]) -> QualityPlan:
    comparable = arguments.mode == str(QualityMode.COMPARABLE)
    text = text_named(arguments.text, paths, models, needs_file=comparable)
    count = arguments.threads or physical_core_count()
    if comparable:
        if arguments.ctx < 8:
            raise PersonError(say("program.chunk_needs_8_tokens_least"))
        return comparable_plan(text, count, arguments.ctx, arguments.chunks)
    return quick_plan(text, count, arguments.chunks)


def _document(
    result: QualityResult,
    plan: QualityPlan,
    remarks: Sequence[str],
    called: Callable[[Candidate], str],
) -> dict[str, object]:
    return {
        "machine": msgspec.to_builtins(machine_facts()),
        "engine": result.engine or None,
        "mode": str(plan.mode),
        "reference": {
            "file": result.reference.file,
            "candidate": called(result.reference.candidate),
            "level": result.reference.level,
            "error": result.reference.error,
        },
        "text": {
            "name": shared_text_name(plan.text.name),
            "bytes": plan.text.size_bytes,
            "sha256": plan.text.sha256,
        },
        "noise_floor": floor_document(result),
        "candidates": [_candidate(row, result, called(row.candidate)) for row in result.rows],
        "remarks": list(remarks),
    }


def _candidate(row: QualityRow, result: QualityResult, called: str) -> dict[str, object]:
    facts: dict[str, object] = {"file": row.file, "candidate": called, "level": row.level}
    facts |= part_figures(row.shown)
    return facts | {
        "at_noise_floor": at_floor(result, row),
        "longest": longest_figures(row),
        "worst": msgspec.to_builtins(row.worst),
        "continuations": msgspec.to_builtins(row.partings),
        "scored_ns": row.scored_ns or None,
        "stopped_by": row.stopped_by.value if row.stopped_by else None,
        "error": row.error or row.refused,
    }


def _guessing(result: QualityResult, models: Mapping[str, ModelFile]) -> list[str]:
    """A warning for each file that foresees the text worse than guessing would."""

    def said(row: QualityRow, ppl: float | None, bits: float | None, *, base: bool) -> str | None:
        model = models.get(row.candidate.key())
        size = model.vocabulary_size if model is not None else None
        warning = guessing_sentence(row.candidate.place, ppl, size, bits, is_reference=base)
        return None if warning is None else str(warning)

    rows = [(row, part_figures(row.shown)) for row in result.rows]
    for _, known in sorted(rows, key=lambda one: -(one[1].get("chunks") or 0))[:1]:
        of_base = known.get("reference_ppl"), known.get("reference_bits_per_byte")
        if sentence := said(result.reference, *of_base, base=True):
            return [sentence]
    found = [said(row, f.get("ppl"), f.get("bits_per_byte"), base=False) for row, f in rows]
    return [sentence for sentence in found if sentence is not None]


def _show(result: QualityResult, called: Callable[[Candidate], str], console: Console) -> None:
    console.table(
        (
            "version",
            "drift",
            "95 %",
            "same next word",
            "ln PPL ratio",
            "PPL",
            "bits/byte",
            "positions",
            "file",
        ),
        [
            _cells(row, called(row.candidate), is_at_floor=at_floor(result, row) is True)
            for row in result.rows
        ],
        left=("version", "file"),
        spare=("ln PPL ratio", "bits/byte", "positions"),
    )
    _show_text(result, console)
    if said := floor_sentence(floor_document(result)):
        console.text(said)
    for row in result.rows:
        if at_floor(result, row):
            console.text(f"{row.level}: {NO_FURTHER}.")
        for worst in row.worst[:_SHOWN_WORST]:
            if worst.kld < _WORTH_TELLING:
                continue
            before, token = _one_line(worst.before), _one_line(worst.token)
            console.remark(
                f"{row.level}: after “…{before}” comes “{token}”: the original "
                f"{share(worst.reference_p, 1)}, here {share(worst.candidate_p, 1)}."
            )
        _show_partings(row, console)


def _show_text(result: QualityResult, console: Console) -> None:
    """What the reference needs for the same text, and who has read too little of it."""
    held = next((row.shown for row in result.rows if row.figures is not None), None)
    if held is not None and held.figures is not None:
        bits = "" if held.bits is None else f", {number(held.bits.reference.value, 3)} bits/byte"
        console.text(
            f"The original over the same {held.chunks} chunks of text: PPL "
            f"{number(held.figures.reference_ppl.value, 3)}{bits}."
        )
    for row in result.rows:
        if row.error is None and row.parts and row.shown is None:
            console.remark(too_short(row.level or row.file, row.parts[-1].chunks))


def _show_partings(row: QualityRow, console: Console) -> None:
    """How soon greedy answers part, and the first that does."""
    if not row.partings:
        return
    parted = [one for one in row.partings if one.parted]
    console.remark(f"{row.level}: {partings(row.partings)}.")
    for one in parted[:1]:
        console.remark(
            f"{row.level}: after “{_one_line(one.prompt[-60:])}” and “…"
            f"{_one_line(one.before[-60:])}” the original writes “{_one_line(one.reference)}”, "
            f"here “{_one_line(one.candidate)}”."
        )


def _cells(row: QualityRow, called: str, *, is_at_floor: bool) -> Sequence[object]:
    figures = row.figures
    bits = "–" if row.bits is None else number(row.bits.value.value, 3)
    if figures is None:
        part = row.shown
        ppl = "–" if part is None or part.ppl is None else number(part.ppl.value, 3)
        count = "–" if part is None or part.positions is None else str(part.positions)
        return (row.level or "–", "–", "–", "–", "–", ppl, bits, count, called)
    interval = figures.mean_kld.log_interval()
    return (
        row.level or "–",
        f"{figures.mean_kld.value:.4g}{f' {AT_FLOOR}' if is_at_floor else ''}",
        f"{interval.low:.4g} to {interval.high:.4g}" if interval else "–",
        share(figures.same_top.value, 2),
        number(figures.ln_ppl_ratio.value, 4),
        number(figures.ppl.value, 3),
        bits,
        str(figures.positions),
        called,
    )


def _one_line(text: str) -> str:
    return text.replace("\n", "↵")
