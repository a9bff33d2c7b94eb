"""``fit``: what a model will need, and how fast it will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.arguments import CONTEXT_HELP, KV_HELP, THREADS_HELP, Commands, positive, threads
from app.cli.models import CANDIDATE_HELP, candidate_named, parameters_told
from app.cli.words.hub import add_endpoint, names_hub_file, opened_hub
from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import EngineSettings, KvType
from app.core.memory.speed import TAKEN_WHILE_BUSY, Basis
from app.core.words import figures
from app.lab.engines.drafts import draft_bytes, read_draft
from app.lab.engines.opened import context_of
from app.lab.engines.parts import check_parts, parts_bytes
from app.lab.models.names import NoSuchModelError
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.lab.predict.fit import Fit
    from app.store.paths import Paths

# Of one answer, the plan included: what is not measured by then is left for the next one.
PATIENCE_SECONDS = 1.3


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "fit",
        parents=[common],
        help="say whether a model fits this PC, and how fast it will be",
        description="Say what a model will need, part by part, whether this PC has it, and how "
        "fast it will generate. Nothing is loaded or downloaded: llama.cpp plans from the header "
        "alone, and of a file on the Hub only the header is read. A projector that comes with it "
        "counts.",
    )
    parser.add_argument("model", metavar="CANDIDATE", help=CANDIDATE_HELP)
    parser.add_argument("--ctx", type=positive, metavar="N", help=CONTEXT_HELP)
    parser.add_argument(
        "--kv", choices=[str(kind) for kind in KvType], default=str(KvType.F16), help=KV_HELP
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    add_endpoint(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    candidate = _here(arguments, paths)
    if candidate is None:
        file, fit = _on_hub(arguments, console, paths)
    else:
        file, fit = candidate.place, _on_this_pc(candidate, arguments, console, paths)
    if arguments.json:
        from app.cli.words.fit import fit_document

        level = fit.model.level_name or None
        console.json({"file": file, "level": level} | fit_document(fit))
    else:
        show_fit(file, fit, console)
    return 0


def _here(arguments: argparse.Namespace, paths: Paths) -> Candidate | None:
    """What the word means on this PC; None where it means a file on the Hub.

    A server's model has no file to ask about, so that a plain address is that of a page.
    """
    word: str = arguments.model
    if "://" in word and "#" not in word:
        return None
    try:
        usual = Candidate(LocalFile(""), EngineSettings(kv_type=KvType(arguments.kv)))
        return candidate_named(word, paths, usual)
    except NoSuchModelError:
        if not names_hub_file(word):
            raise
        return None


def _on_this_pc(
    candidate: Candidate, arguments: argparse.Namespace, console: Console, paths: Paths
) -> Fit:
    from app.cli.words.fit import fitter

    check_parts(candidate)
    path, engine = candidate.file, candidate.engine
    context = engine.context_tokens or arguments.ctx
    with console.progress() as progress:
        progress.add_task("Planning", total=None, note=path.name[-40:])
        with fitter(paths, arguments.threads or engine.threads, PATIENCE_SECONDS) as answers:
            own, draft = open_model_file(path), read_draft(candidate)
            more_bytes = parts_bytes(candidate, own)
            more_bytes += draft_bytes(candidate, own, draft, context_of(engine, own, context))
            return answers.fit(path, context, engine, more_bytes)


def _on_hub(arguments: argparse.Namespace, console: Console, paths: Paths) -> tuple[str, Fit]:
    """The name of the file on the Hub, and the answer; only its header is fetched."""
    from app.cli.words.fit import fitter
    from app.lab.hub.fit import HubFitter

    with (
        fitter(paths, arguments.threads, PATIENCE_SECONDS) as answers,
        console.progress() as progress,
    ):
        task = progress.add_task("Asking the Hub", total=None, note="")
        with opened_hub(arguments, console, paths) as hub:
            repository, file = hub.find(hub.address(arguments.model))
            progress.update(task, description="Reading the header", note=file.name[-40:])
            hub_fitter = HubFitter(hub.headers, answers, paths.cache / "fit")
            fit = hub_fitter.fit(repository, file, arguments.ctx, KvType(arguments.kv))
    return f"{repository.repo_id}/{file.name}", fit


def show_fit(file: str, fit: Fit, console: Console) -> None:
    """Say on the terminal whether a file fits, and how fast it will be."""
    needs = fit.needs
    level = fit.model.level_name or "no version named"
    console.text(f"{file} ({level}, {parameters_told(fit.model)} parameters)")
    more = "adapters, projector, draft"
    parts = [(more, figures.size(fit.parts_bytes))] if fit.parts_bytes else []
    console.table(
        ("part", "memory"),
        [
            ("weights", figures.size(needs.weights_bytes - fit.parts_bytes)),
            *parts,
            (
                f"KV cache, context of {figures.context(fit.context_tokens)}, {fit.engine.kv_type}",
                figures.size(needs.kv_bytes),
            ),
            ("compute buffers", figures.size(needs.compute_bytes + needs.output_bytes)),
            ("engine and vocabulary", figures.size(needs.overhead_bytes)),
            ("together", figures.size(needs.total_bytes)),
            ("free for engines", figures.size(fit.available_bytes)),
        ],
        left=("part",),
    )
    reason = fit.judgement.reason
    console.text(f"{reason[:1].upper()}{reason[1:]}.")
    if fit.disk_bytes:
        read = figures.size(fit.disk_bytes)
        console.text(f"It runs all the same: every token reads {read} of weights from disk.")
    if fit.gpu_layers is not None:
        console.text(f"{fit.gpu_layers} of {fit.model.block_count + 1} layers fit on the GPU.")
    if fit.speed is not None:
        speed = figures.speed(fit.speed.tokens_per_second).value
        about = "At most" if fit.speed.basis is Basis.PARTLY_GPU else "About"
        full, with_full = fit.tokens_per_second_when_full, ""
        if full is not None:
            with_full = f" with an empty context, {figures.speed(full).value} with a full one"
        console.text(f"{about} {speed} tokens per second{with_full}, by {fit.speed.basis}.")
        if fit.speed.taken_while_busy:
            console.text(TAKEN_WHILE_BUSY)
