"""``files``: the model files of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.arguments import positive
from app.cli.hub_words import add_endpoint, opened_hub, parameters
from app.cli.words import gigabytes, number
from app.core.listing import HubFileKind, bits_per_weight

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from app.cli.arguments import Commands
    from app.cli.console import Console
    from app.core.listing import ListedFile
    from app.hub.catalogue import Repository
    from app.lab.hub_access import HubAccess
    from app.store.paths import Paths

    Fit = Mapping[str, object]
    FitOf = Callable[[HubAccess, Repository, ListedFile, "int | None"], "Fit | None"]


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "files",
        parents=[common],
        help="list the model files of a repository",
        description="List the model files of a repository on the Hub: level, size, and whether "
        "they fit this PC.",
    )
    parser.add_argument("repository", metavar="ORG/REPO")
    parser.add_argument("--ctx", type=positive, metavar="N", help="context length in tokens")
    add_endpoint(parser)
    parser.set_defaults(run=run)


def run(
    arguments: argparse.Namespace, console: Console, paths: Paths, fit_of: FitOf | None = None
) -> int:
    """Carry the command out; returns the exit status.

    Args:
        fit_of: Says whether a file fits this PC; without it that stays unsaid.
    """
    with opened_hub(arguments, console, paths) as hub:
        address = hub.address(arguments.repository)
        repository = hub.catalogue.repository(address.repo_id, address.revision)
        fits = {
            file.name: fit_of(hub, repository, file, arguments.ctx)
            for file in repository.files
            if fit_of is not None and file.kind is HubFileKind.MODEL and file.complete
        }
        originals = [] if repository.files else hub.catalogue.made_from(repository.repo_id)
    if arguments.json:
        rows = [_plain(repository, file, fits.get(file.name)) for file in repository.files]
        console.json({"repo": repository.repo_id, "commit": repository.commit, "files": rows})
    else:
        _show(repository, fits, console)
    for name in repository.skipped:
        console.remark(f"“{name}” has an unsafe name and is left out.")
    if originals:
        names = ", ".join(found.repo_id for found in originals)
        console.remark(f"GGUF files made from it are in: {names}.")
    return 0


def _bits(repository: Repository, file: ListedFile) -> float | None:
    # From the size of the file: its header, which adds less than one percent, is not read here.
    if file.kind is not HubFileKind.MODEL or not file.complete:
        return None
    return bits_per_weight(file.size_bytes, repository.facts.parameters)


def _plain(repository: Repository, file: ListedFile, fit: Fit | None) -> dict[str, object]:
    return {
        "name": file.name,
        "shards": file.shards,
        "level": file.level,
        "kind": file.kind.value,
        "bytes": file.size_bytes,
        "bits_per_weight": _bits(repository, file),
        "fit": None if fit is None else dict(fit),
    }


def _show(repository: Repository, fits: Mapping[str, Fit | None], console: Console) -> None:
    if not repository.files:
        console.text(f"{repository.repo_id} holds no GGUF files.")
        return
    facts = repository.facts
    console.text(
        f"{repository.repo_id} at {repository.commit[:12]}: {facts.architecture or 'model'}, "
        f"{parameters(facts.parameters)} parameters, {facts.licence or 'no licence named'}"
    )
    console.table(
        ("level", "size", "bits/weight", "shards", "fits", "file"),
        [
            (
                file.level or "–",
                gigabytes(file.size_bytes),
                number(_bits(repository, file), 2),
                str(file.shards) if file.complete else f"{len(file.parts)} of {file.shards}",
                str((fits.get(file.name) or {}).get("verdict", "–")),
                file.name if file.kind is HubFileKind.MODEL else f"{file.name} ({file.kind})",
            )
            for file in repository.files
        ],
        left=("level", "fits", "file"),
    )
