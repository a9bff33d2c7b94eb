"""``files``: the model files of a repository, and whether they fit this PC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.cli.arguments import CONTEXT_HELP, KV_HELP, Commands, positive
from app.cli.models import parameters_told
from app.cli.words.hub import add_endpoint, opened_hub
from app.core.candidates.settings import KvType
from app.core.errors import PersonError
from app.core.listing import ListedFile, bits_per_weight, largest_first
from app.core.memory.speed import TAKEN_WHILE_BUSY
from app.core.models.kinds import ModelKind
from app.core.models.model_file import NoCandidateError
from app.core.words import figures
from app.lab.hub.recommend import level_of, recommended

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.hub.repositories import FoundRepository, Repository
    from app.lab.hub.access import HubAccess
    from app.lab.predict.fit import Fit
    from app.store.paths import Paths

    Answers = Mapping[str, Fit | PersonError]

_MODEL = ModelKind.LANGUAGE_MODEL


_COLUMNS = (
    "", "version", "file", "bits a weight", "memory", "speed", "on this PC", "shards", "name",
)  # fmt: skip
_LEFT = ("version", "on this PC", "name")
_SPARE = ("shards", "bits a weight")


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "files",
        parents=[common],
        help="list the model files of a repository",
        description="List the model files of a repository on the Hub: version, size, and whether "
        "they fit this PC. Of each file only the header is read.",
    )
    parser.add_argument("repository", metavar="ORG/REPO", help="a repository of the Hub")
    parser.add_argument("--ctx", type=positive, metavar="N", help=CONTEXT_HELP)
    parser.add_argument(
        "--kv", choices=[str(kind) for kind in KvType], default=str(KvType.F16), help=KV_HELP
    )
    add_endpoint(parser)
    parser.set_defaults(run=run)


@dataclass(frozen=True, slots=True)
class _Listing:
    """What was found out.

    Attributes:
        answers: By file name: whether it fits, or why that cannot be told.
        originals: Where it holds no model files: repositories that were made from it.
    """

    repository: Repository
    answers: Answers
    originals: list[FoundRepository] = field(default_factory=lambda: list["FoundRepository"]())

    def fit(self, file: ListedFile) -> Fit | None:
        """Whether a file fits; None where that cannot be told."""
        answer = self.answers.get(file.name)
        return None if isinstance(answer, PersonError) else answer

    def kind(self, file: ListedFile) -> ModelKind:
        """What it is: by its header where that was read, by its name else."""
        answer = self.answers.get(file.name)
        return answer.kind if isinstance(answer, NoCandidateError) else file.kind

    def error(self, file: ListedFile) -> str | None:
        """Why it cannot be told; None too for what is no language model."""
        answer = self.answers.get(file.name)
        if isinstance(answer, NoCandidateError):
            return None
        return answer.sentence if isinstance(answer, PersonError) else None

    def level(self, file: ListedFile) -> str | None:
        """The level to show: of its name, of its header where the weights belie the name."""
        return level_of(file, self.fit(file)) or None

    def rows(self) -> list[ListedFile]:
        """The files as they are shown: models by their bits, the largest first."""
        return largest_first(self.repository.files, self.bits)

    def bits(self, file: ListedFile) -> float | None:
        """Bits per weight: of the tensors, or where the header was not read, of the file."""
        fit = self.fit(file)
        if fit is not None:
            return fit.model.bits_per_weight or None
        if self.kind(file) is not _MODEL or not file.complete:
            return None
        return bits_per_weight(file.size_bytes, self.repository.facts.parameters)

    def recommendation(self) -> tuple[str | None, str]:
        """The name of the file to take, and why; of those that are known."""
        known = [(file, fit) for file in self.repository.files if (fit := self.fit(file))]
        file, reason = recommended(known)
        return None if file is None else file.name, str(reason or "")


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    with opened_hub(arguments, console, paths) as hub:
        address = hub.address(arguments.repository)
        repository = hub.catalogue.repository(address.repo_id, address.revision)
        if repository.files:
            listing = _Listing(repository, _answers(repository, hub, arguments, console, paths))
        else:
            listing = _Listing(repository, {}, hub.catalogue.made_from(repository.repo_id))
    if arguments.json:
        console.json(_document(listing))
    else:
        _show(listing, console)
    for name in repository.skipped:
        console.remark(f"“{name}” has an unsafe name and is left out.")
    for name in repository.unsized:
        console.remark(f"“{name}” is left out: the Hub says no size that can be right.")
    if listing.originals:
        names = ", ".join(found.repo_id for found in listing.originals)
        console.remark(f"GGUF files made from it are in: {names}.")
    for sentence, names in _errors(listing).items():
        named = names[0] if len(names) == 1 else f"{len(names)} files"
        console.error(f"{named}: {sentence}")
    return 1 if _errors(listing) else 0


def _answers(
    repository: Repository,
    hub: HubAccess,
    arguments: argparse.Namespace,
    console: Console,
    paths: Paths,
) -> Answers:
    models = [file for file in repository.files if file.kind is _MODEL]
    if not models:
        return {}
    from app.cli.words.fit import fitter
    from app.lab.hub.fit import HubFitter

    with fitter(paths, None) as asked, console.progress() as progress:
        task = progress.add_task("Reading headers", total=len(models), note="")
        found: dict[str, Fit | PersonError] = {}
        done = 0

        def turn(file: ListedFile) -> None:
            if not (
                progress.disable or arguments.json
            ):  # the table at once, the figures as they come
                rows = _rows(_Listing(repository, found), None)
                progress.known = console.table_lines(_COLUMNS, rows, left=_LEFT, spare=_SPARE)
            progress.update(task, completed=len(found), note=(file.level or file.name)[-40:])

        fits = HubFitter(hub.headers, asked, paths.cache / "fit").fits(
            repository, models, arguments.ctx, KvType(arguments.kv), turn
        )
        for file, answer in fits:
            if file.name in found:  # the second time with its speed
                done += 1
                progress.update(task, description="Predicting speeds", completed=done, note="")
            found[file.name] = answer
    return found


def _errors(listing: _Listing) -> dict[str, list[str]]:
    """What cannot be told, each sentence with the files that it is about."""
    found: dict[str, list[str]] = {}
    for file in listing.repository.files:
        if (sentence := listing.error(file)) is not None:
            found.setdefault(sentence, []).append(file.name)
    return found


def _document(listing: _Listing) -> dict[str, object]:
    repository = listing.repository
    recommended, reason = listing.recommendation()
    return {
        "repo": repository.repo_id,
        "commit": repository.commit,
        "files": [_plain(listing, file) for file in listing.rows()],
        "recommended": recommended,
        "recommendation": reason or None,
    }


def _plain(listing: _Listing, file: ListedFile) -> dict[str, object]:
    from app.cli.words.fit import fit_document

    fit = listing.fit(file)
    of_header = fit.model.level_name or None if fit is not None else None
    return {
        "name": file.name,
        "shards": file.shards,
        "level": of_header or file.level,
        "label": file.level,
        "kind": "model" if listing.kind(file) is _MODEL else listing.kind(file).value,
        "bytes": file.size_bytes,
        "bits_per_weight": listing.bits(file),
        "fit": None if fit is None else fit_document(fit),
        "error": listing.error(file),
    }


def _show(listing: _Listing, console: Console) -> None:
    repository = listing.repository
    if not repository.files:
        console.text(f"{repository.repo_id} holds no GGUF files.")
        return
    facts = repository.facts
    read = next((fit.model for fit in map(listing.fit, repository.files) if fit), None)
    parameters = parameters_told(read) if read else figures.parameters(facts.parameters)
    console.text(
        f"{repository.repo_id} at {repository.commit[:12]}: {facts.architecture or 'model'}, "
        f"{parameters} parameters, {facts.licence or 'no licence named'}"
    )
    recommended, reason = listing.recommendation()
    console.table(_COLUMNS, _rows(listing, recommended), left=_LEFT, spare=_SPARE)
    if reason:
        console.text(f"{'*' if recommended else '–'} {reason}")
    bases = dict.fromkeys(
        str(fit.speed.basis)
        for file in repository.files
        if (fit := listing.fit(file)) is not None and fit.speed is not None
    )
    if bases:
        console.text(f"speed: predicted, by {'; '.join(bases)}")
    fits = map(listing.fit, repository.files)
    if any(fit.speed.taken_while_busy for fit in fits if fit is not None and fit.speed is not None):
        console.text(TAKEN_WHILE_BUSY)


def _rows(listing: _Listing, recommended: str | None) -> list[tuple[object, ...]]:
    return [
        (
            "*" if file.name == recommended else "",
            listing.level(file) or "–",
            figures.size(file.size_bytes),
            figures.number(listing.bits(file), 2),
            _memory(listing.fit(file)),
            _speed(listing.fit(file)),
            _verdict(listing.fit(file)),
            str(file.shards) if file.complete else f"{len(file.parts)} of {file.shards}",
            file.name if listing.kind(file) is _MODEL else f"{file.name} ({listing.kind(file)})",
        )
        for file in listing.rows()
    ]


def _memory(fit: Fit | None) -> figures.Quantity:
    return figures.size(None if fit is None else fit.needs.total_bytes)


def _speed(fit: Fit | None) -> figures.Quantity:
    return figures.speed(fit.speed.tokens_per_second if fit and fit.speed else None)


def _verdict(fit: Fit | None) -> str:
    return "–" if fit is None else f"{fit.judgement.word}, {fit.judgement.free}"
