"""``models``: what is on this PC already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.models import parameters_told
from app.core.models.family import Family, LibraryModel, ModelSource, companions, families
from app.core.words import figures
from app.lab.models.library import Library, LibraryScan

if TYPE_CHECKING:
    import argparse

    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.store.paths import Paths

_SOURCE_WORDS = {
    ModelSource.HUGGING_FACE: "Hugging Face cache",
    ModelSource.LM_STUDIO: "LM Studio",
    ModelSource.OLLAMA: "Ollama",
    ModelSource.LLAMA_CPP: "llama.cpp",
    ModelSource.JAN: "Jan",
    ModelSource.OWN_FOLDER: "own folder",
    ModelSource.OPENED: "opened from disk",
}


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "models",
        parents=[common],
        help="list the model files on this PC",
        description="List every GGUF file that programs of this PC have already: the Hugging Face "
        "cache, LM Studio, Ollama, llama.cpp, Jan, and folders of your own. Nothing is changed.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    with console.progress() as progress:
        task = progress.add_task("Looking through this PC", total=None, note="")
        count = 0

        def show(models: Sequence[LibraryModel]) -> None:
            nonlocal count
            count += len(models)
            progress.update(task, note=f"{count} model files")

        scan = Library(paths).scan(on_found=show)
    for problem in scan.problems:
        console.remark(str(problem))
    if arguments.json:
        console.json(_document(scan))
    else:
        _show(scan, console)
    return 0


def _document(scan: LibraryScan) -> dict[str, object]:
    return {
        "models": [
            _plain(model, family.key) for family in families(scan.models) for model in family.models
        ],
        "companions": [_plain(model, None) for model in companions(scan.models)],
    }


def _plain(model: LibraryModel, family: str | None) -> dict[str, object]:
    facts = model.model
    return {
        "path": str(model.path),
        "name": model.name,
        "family": family,
        "kind": facts.kind.value if facts else None,
        "level": facts.level_name if facts else None,
        "label": model.label or None,
        "file_bytes": model.file_bytes,
        "shards": len(model.files),
        "bits_per_weight": facts.bits_per_weight if facts else None,
        "parameters": facts.parameters if facts else None,
        "active_parameters": facts.active_parameters if facts else None,
        "architecture": facts.architecture or None if facts else None,
        "context_length": facts.context_length if facts else None,
        "has_chat_template": facts.chat_template is not None if facts else None,
        "importance_matrix": facts.has_importance_matrix if facts else None,
        "licence": facts.licence if facts else None,
        "base_model": facts.base_model if facts else None,
        "quantized_by": facts.quantized_by if facts else None,
        "source": str(model.source),
        "repository": model.repository,
        "commit": model.commit,
        "error": None if model.broken is None else str(model.broken),
    }


def _show(scan: LibraryScan, console: Console) -> None:
    groups = families(scan.models)
    if groups:
        rows = [_row(family, model) for family in groups for model in family.models]
        columns = ("family", "version", "file", "bits a weight", "parameters", "from", "name")
        console.table(
            columns,
            rows,
            left=("family", "version", "from", "name"),
            spare=("bits a weight", "parameters", "from"),
        )
    else:
        console.text("There are no models on this PC yet; “shrinkscope get” downloads one.")
    others = companions(scan.models)
    if others:
        console.text("")
        console.text("Other files:")
        console.table(
            ("kind", "file", "from", "name"),
            [
                (
                    model.model.kind.value if model.model else "",
                    figures.size(model.file_bytes),
                    _SOURCE_WORDS[model.source],
                    model.name,
                )
                for model in others
            ],
            left=("kind", "from", "name"),
        )
    for model in scan.models:
        if model.broken is not None:
            console.text(f"{model.path}: {model.broken}")


def _row(family: Family, model: LibraryModel) -> tuple[object, ...]:
    facts = model.model
    if facts is None:
        return (family.key, "broken", figures.size(model.file_bytes), "–", "–",
                _SOURCE_WORDS[model.source], model.name)  # fmt: skip
    return (
        family.key,
        model.label or "–",
        figures.size(model.file_bytes),
        figures.number(facts.bits_per_weight, 2),
        parameters_told(facts),
        _SOURCE_WORDS[model.source],
        model.name,
    )
