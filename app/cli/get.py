"""``get``: bring a model file from the Hub; goes on where it was stopped, and verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.base.gate import StopFlag
from app.cli.words.hub import add_endpoint, opened_hub
from app.core.listing import with_eyes
from app.core.words import figures
from app.core.words.sentence import say
from app.hub.progress import Phase, Progress
from app.lab.works.downloads import queued_digests
from app.lab.works.nights.brought import BroughtFiles

if TYPE_CHECKING:
    import argparse

    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.hub.download import Fetched
    from app.store.paths import Paths

_PHASES = {
    Phase.CONNECTING: "Asking the Hub",
    Phase.WAITING: "Waiting for another program",
    Phase.CHECKING: "Checking",
    Phase.DOWNLOADING: "Downloading",
    Phase.RETRYING: "Trying again",
    Phase.FINISHING: "Finishing",
}


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "get",
        parents=[common],
        help="download a model file from the Hub",
        description="Bring a model file into the Hugging Face cache. What an earlier, broken-off "
        "run left is used; the checksum is verified before the file counts as there.",
    )
    parser.add_argument("model", metavar="ORG/REPO:LEVEL", help="or the address of its page")
    parser.add_argument(
        "--projector",
        action="store_true",
        help="bring the projector beside it, too, with which it sees pictures",
    )
    add_endpoint(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    with opened_hub(arguments, console, paths) as hub:
        repository, file = hub.find(hub.address(arguments.model))
        with console.lasting(say("hub.bringing")) as progress:
            task = progress.add_task(_PHASES[Phase.CONNECTING], total=file.size_bytes, note="")

            def tell(now: Progress) -> None:
                progress.update(
                    task,
                    description=_PHASES[now.phase],
                    completed=now.done_bytes,
                    total=now.total_bytes,
                    note=_note(now),
                )
                if now.phase is Phase.RETRYING and now.remark:
                    console.remark(str(now.remark))

            sees = arguments.projector
            wanted = with_eyes(repository.files, file) if sees else file.parts
            with BroughtFiles.below(paths.cache).asked_for(wanted):
                fetched = hub.get(repository, file, StopFlag(), tell, sees=sees)
        queued = queued_digests(paths.database)
        if queued is not None:
            hub.cache.remove_old_parts(queued)
    if arguments.json:
        console.json(_document(fetched))
    else:
        console.name(str(fetched[0].path))
    return 0


def _note(now: Progress) -> str:
    parts = [f"{figures.size(now.done_bytes)} of {figures.size(now.total_bytes)}"]
    if now.bytes_per_second:
        parts.append(f"{figures.rate(now.bytes_per_second)}")
    if now.seconds_left is not None:
        parts.append(f"about {figures.about(now.seconds_left)} left")
    return " · ".join(parts)


def _document(fetched: list[Fetched]) -> dict[str, object]:
    files = [
        {
            "path": str(file.path),
            "bytes": file.size_bytes,
            "sha256": file.sha256,
            "resumed_from_bytes": file.resumed_from_bytes,
        }
        for file in fetched
    ]
    # Of a set of shards the first stands for the whole, as everywhere; the sums are the set's.
    return {
        "path": str(fetched[0].path),
        "bytes": sum(file.size_bytes for file in fetched),
        "sha256": fetched[0].sha256,
        "resumed_from_bytes": sum(file.resumed_from_bytes for file in fetched),
        "files": files,
    }
