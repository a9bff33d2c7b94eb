"""``night``: levels of repositories are downloaded, measured and deleted again, one by one."""

from __future__ import annotations

import argparse
import contextlib
import re
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from app.cli.arguments import THREADS_HELP, Commands, WrongArguments, threads
from app.cli.ladder import add_limits, limits_of, progress_shown, report, report_target
from app.cli.models import candidate_named
from app.cli.words.hub import add_endpoint, opened_hub
from app.cli.words.ladder import show_ladder
from app.core.candidates.served import names_server
from app.core.errors import PersonError
from app.core.hub.listed_choice import find_file, models_among
from app.core.ladder.night import Keep
from app.core.words.sentence import say
from app.lab.ladder.plan import Profile
from app.lab.models.names import NoSuchModelError
from app.lab.reports.document import ladder_document
from app.lab.works.ladders.run import LadderOrder, LadderRun, ladder_keeper
from app.lab.works.ladders.worker import LadderWorkers
from app.lab.works.nights.chosen import Chosen, planned_night
from app.lab.works.nights.hour import until_ns
from app.lab.works.nights.setting import last_rate, night_of, night_seconds, told
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from app.cli.terminal.console import Console
    from app.core.candidates.candidate import Candidate
    from app.core.ladder.night import Night
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.lab.hub.access import HubAccess
    from app.lab.ladder.progress import LadderProgress
    from app.store.ladders import LadderStore
    from app.store.paths import Paths

_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(GB|MB|GiB|MiB)?", re.IGNORECASE)
_UNITS = {"": 1e9, "gb": 1e9, "mb": 1e6, "gib": 1 << 30, "mib": 1 << 20}
_USUAL_HOURS = 12


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "night",
        parents=[common],
        help="download, measure and delete levels one by one, within room and time",
        description="Measure levels that are not on this PC: each is downloaded, measured and "
        "deleted again, one after another, so that no more than --disk is taken at any time, until "
        "--until. What was here before is used and never deleted. The same words go on with a "
        "night that was broken off. It ends with the report of a ladder.",
    )
    parser.add_argument(
        "levels_of",
        nargs="*",
        metavar="ORG/REPO[:LEVEL,…]",
        help="levels of a repository on the Hub; all of them where none is named",
    )
    parser.add_argument("--repo", metavar="ORG/REPO", help="the repository of --levels")
    parser.add_argument("--levels", metavar="L,L,…", help="levels of --repo")
    parser.add_argument(
        "--reference",
        metavar="REF",
        help="compare with this one: a level of theirs (default: the largest), or what is on this "
        "PC, as ladder has it; that takes nothing of --disk and is never deleted",
    )
    parser.add_argument(
        "--projector",
        action="store_true",
        help="bring the projector beside them, too, with which they are asked about pictures",
    )
    parser.add_argument(
        "--disk",
        type=_room,
        metavar="GB",
        help="what may lie on the disk at once, as 40 or 500MB (default: what is free)",
    )
    parser.add_argument(
        "--until", type=_hour, metavar="HH:MM", help="when it ends (default: in twelve hours)"
    )
    parser.add_argument(
        "--keep",
        choices=[str(keep) for keep in Keep],
        default=str(Keep.WINNER),
        help="which of the files stay that it brought (default: winner)",
    )
    parser.add_argument(
        "--profile",
        choices=[str(profile) for profile in Profile],
        default=str(Profile.QUICK),
        help="how much is asked, as ladder has it (default: quick)",
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    add_limits(parser)
    parser.add_argument("--report", type=report_target, metavar="FILE.html", help="write a report")
    add_endpoint(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    with opened_hub(arguments, console, paths) as hub:
        night, candidates = planned_night(hub, _chosen(hub, arguments, paths), paths)
    reference, *_ = candidates
    profile = Profile(arguments.profile)
    order = LadderOrder(
        reference,
        [each for key in night.files for each in candidates if each.key() == key],
        limits_of(arguments),
        profile,
        arguments.threads,
        night=night,
    )
    measured = LadderRun(order, paths)
    with _kept(paths) as keeper:
        for sentence in told(
            night,
            reference.key(),
            _seconds(night, reference.key(), paths, keeper, profile, measured.plan.threads),
            time.time_ns(),
        ):
            console.remark(str(sentence))
        with progress_shown(console) as show:
            view = measured.measure(keeper, _telling(show, console))
    if arguments.json:
        console.json(ladder_document(view))
    else:
        show_ladder(view, console)
    return report(view, arguments.report, console)


def _chosen(hub: HubAccess, arguments: argparse.Namespace, paths: Paths) -> Chosen:
    words: list[str] = list(arguments.levels_of)
    if arguments.levels and not arguments.repo:
        raise WrongArguments(say("night.levels_of_what"))
    if arguments.repo:
        words.append(f"{arguments.repo}:{arguments.levels}" if arguments.levels else arguments.repo)
    if not words:
        raise WrongArguments(say("night.nothing_named"))
    files: list[tuple[Repository, ListedFile]] = []
    for word in words:
        files += [each for each in _files(hub, word) if each not in files]
    reference = here = None
    if arguments.reference:
        reference, here = _reference(files, arguments.reference, paths)
    return Chosen(
        files,
        arguments.until or time.time_ns() + _USUAL_HOURS * 3600 * 10**9,
        reference,
        arguments.disk,
        Keep(arguments.keep),
        here,
        arguments.projector,
    )


def _files(hub: HubAccess, word: str) -> list[tuple[Repository, ListedFile]]:
    """The model files that a word names: ``ORG/REPO``, or with levels behind a colon."""
    first, *more = word.split(",")
    address = hub.address(first)
    repository = hub.catalogue.repository(address.repo_id, address.revision)
    wanted = address.file_name or address.level
    if wanted is None:
        whole = [file for file in models_among(repository.files) if file.complete]
        return [(repository, file) for file in whole]
    levels = [level.strip() for level in (wanted, *more) if level.strip()]
    return [(repository, find_file(repository.files, level)) for level in levels]


def _reference(
    files: list[tuple[Repository, ListedFile]], word: str, paths: Paths
) -> tuple[str | None, Candidate | None]:
    """The name of a version, or what a word means on this PC."""
    if names_server(word):
        raise WrongArguments(say("night.reference_elsewhere"))
    with contextlib.suppress(PersonError):
        return find_file([file for _, file in files], word).name, None
    try:
        return None, candidate_named(word, paths)
    except NoSuchModelError as error:
        versions = ", ".join(file.level or file.name for _, file in files)
        said = say("night.no_such_reference", word=word, versions=versions)
        raise WrongArguments(said, error.sentence) from error


@contextlib.contextmanager
def _kept(paths: Paths) -> Generator[LadderStore]:
    """The store: without one, nobody would know after a crash which files the night brought."""
    told_why: list[str] = []
    with ladder_keeper(paths, told_why.append) as keeper:
        if keeper is None:
            reason = told_why[-1] if told_why else say("night.no_store")
            raise PersonError(say("night.not_kept", reason=reason))
        yield keeper


def _seconds(
    night: Night, reference: str, paths: Paths, keeper: LadderStore, profile: Profile, threads: int
) -> float | None:
    setting = night_of(night, paths)
    assert setting is not None
    with contextlib.closing(setting.files):
        pace = LadderWorkers(paths, open_model_file).pace()
        return night_seconds(setting, reference, pace, profile, threads, last_rate(keeper))


def _telling(
    show: Callable[[LadderProgress], None], console: Console
) -> Callable[[LadderProgress], None]:
    """Shows progress, and says each next step in a line of its own."""
    said: list[str] = []

    def tell(progress: LadderProgress) -> None:
        show(progress)
        doing = str(progress.doing).partition(": ")[0] if progress.doing is not None else ""
        warning = str(progress.warning or "")
        if warning and warning not in said:
            said.insert(0, warning)
            console.remark(warning)
        for line in (doing, str(progress.then or "")):
            if line and line not in said[-2:]:
                said.append(line)
                console.remark(line)

    return tell


def _room(word: str) -> int:
    match = _SIZE.fullmatch(word.strip())
    if match is None:
        raise argparse.ArgumentTypeError(str(say("night.no_room", word=word)))
    return int(float(match[1].replace(",", ".")) * _UNITS[(match[2] or "").lower()])


def _hour(word: str) -> int:
    try:
        return until_ns(word, time.time_ns())
    except PersonError as error:
        raise argparse.ArgumentTypeError(error.sentence) from None
