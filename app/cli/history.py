"""``history``: what was asked and measured here."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.bootstrap import build_command_session
from app.cli.arguments import WrongArguments, positive
from app.cli.bench import ENERGY_OF, OTHERS_TOO
from app.cli.ladder import progress_shown
from app.core.errors import PersonError
from app.core.history.entry import MARKS, Entry, EntryKind, Wanted
from app.core.text.clean import clean_line, whole_text
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.history.again import MAY_BE_NONE, Again, Changed, measured_before
from app.lab.history.book import HistoryBook
from app.lab.history.export import export_entry, readable
from app.lab.history.keeping import owned_store, shared_store
from app.lab.history.repeat import Repeated, ask_again, measure_again, repeat_entry
from app.store.chats import ChatStore
from app.store.database import in_memory
from app.store.history.marks import EntryMarks
from app.store.ladders import LadderStore

if TYPE_CHECKING:
    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.store.paths import Paths

_VERBS = (
    "list",
    "search",
    "show",
    "export",
    "repeat",
    "delete",
    "restore",
    "pin",
    "unpin",
    "move",
)
_SHOWN = 50
_COLUMNS = ("no.", "when", "kind", "what", "models", "says")
_DAYS = re.compile(r"(\d{1,5})d")
_NS = 1_000_000_000


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "history",
        parents=[common],
        help="what was asked and measured here",
        description="List chats, ladders, speeds, batches and votes, the newest first. “search "
        "WORDS” (or WORDS alone) lists those in whose contents all words stand; “show N” prints "
        "one, with what differs from the time before; “export N --to FILE” writes it; “repeat N” "
        "asks or measures the same once more, and shows that; “pin N”, “unpin N” and “move N "
        "--folder NAME” keep order; “delete N” marks it as deleted, and “restore N” brings it "
        "back until the window is opened next.",
    )
    parser.add_argument("words", nargs="*", metavar="WORDS", help=", ".join(_VERBS) + ", or words")
    parser.add_argument(
        "--kind",
        type=_kinds,
        default=(),
        metavar="KIND,…",
        help="these alone: " + ", ".join(EntryKind),
    )
    parser.add_argument("--model", default="", metavar="NAME", help="about such a model alone")
    parser.add_argument(
        "--since", type=_since, metavar="DATE", help="since 2026-11-30, or the last 7d"
    )
    parser.add_argument("--folder", default="", metavar="NAME", help="in this folder; for “move”")
    parser.add_argument("--pinned", action="store_true", help="what is pinned alone")
    parser.add_argument(
        "--most", type=positive, metavar="N", help=f"no more than these (default: {_SHOWN})"
    )
    parser.add_argument(
        "--to", type=_target, metavar="FILE", help="where “export” writes; its ending says how"
    )
    parser.set_defaults(run=run)


def _kinds(word: str) -> tuple[EntryKind, ...]:
    try:
        return tuple(EntryKind(each.strip().lower()) for each in word.split(","))
    except ValueError:
        listed = ", ".join(EntryKind)
        raise argparse.ArgumentTypeError(f"{word} is none of {listed}") from None


def _since(word: str) -> int:
    """A moment in ns since 1970."""
    if days := _DAYS.fullmatch(word):
        return int((datetime.now(UTC) - timedelta(days=int(days[1]))).timestamp()) * _NS
    try:
        return int(datetime.fromisoformat(word).astimezone().timestamp()) * _NS
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(f"{word} is no date such as 2026-11-30") from None


def _target(word: str) -> Path:
    return Path(whole_text(word))


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    verb, words = "list", [whole_text(word) for word in arguments.words]
    if words and words[0] in _VERBS:
        verb, *words = words
    elif words:
        verb = "search"
    if (verb == "list" and words) or (verb == "search" and not words):
        raise WrongArguments(say("program.history_words"))
    if (verb == "export") != (arguments.to is not None):
        raise WrongArguments(say("program.history_to"))
    if verb in ("list", "search"):
        return _list(arguments, " ".join(words), console, paths)
    numbers = [_number(word) for word in words]
    if not numbers or (verb in ("show", "export", "repeat") and len(numbers) > 1):
        raise WrongArguments(say("program.history_number", verb=verb))
    if verb in ("show", "export"):
        return _one(verb, numbers[0], arguments, console, paths)
    if verb == "repeat":
        return _repeat(numbers[0], arguments, console, paths)
    return _change(verb, numbers, arguments, console, paths)


def _number(word: str) -> int:
    try:
        return positive(word, 2**62)
    except argparse.ArgumentTypeError:
        raise WrongArguments(say("program.history_no_number", word=word)) from None


def _list(arguments: argparse.Namespace, words: str, console: Console, paths: Paths) -> int:
    wanted = Wanted(
        words,
        arguments.kind,
        arguments.model,
        arguments.since,
        arguments.folder,
        arguments.pinned,
    )
    book = HistoryBook(paths)
    with shared_store(paths, console.remark):
        if words or arguments.model or arguments.json:
            with console.measuring() as show:
                book.read(lambda done, total: show(done, total, "reading the history"))
        page = book.find(wanted, arguments.most or (-1 if arguments.json else _SHOWN))
    if arguments.json:
        console.json({"total": page.total, "runs": [_document(each) for each in page.entries]})
        return 0
    if not page.entries:
        console.text("Nothing of that is in the history." if words else "Nothing is here yet.")
        return 0
    console.table(_COLUMNS, [_cells(each) for each in page.entries], left=_COLUMNS[1:])
    if page.total > len(page.entries):
        console.remark(f"{page.total:,} in all; --most shows more.")
    return 0


def _cells(entry: Entry) -> tuple[str, ...]:
    when = datetime.fromtimestamp(entry.when_ns / _NS).astimezone()
    mark = "* " if entry.pinned else ""
    folder = f" [{entry.folder}]" if entry.folder else ""
    names = ", ".join(dict.fromkeys(one.name for one in entry.facts.candidates))
    return (
        str(entry.id),
        f"{when:%Y-%m-%d %H:%M}",
        entry.kind.value,
        f"{mark}{clean_line(entry.facts.title, 40)}{folder}",
        clean_line(names, 60),
        clean_line(_found(entry) or summary(entry), 80),
    )


def summary(entry: Entry) -> str:
    """What came of it, in few words."""
    facts = entry.facts
    match entry.kind:
        case EntryKind.CHAT:
            return f"{facts.parts} asked"
        case EntryKind.VOTE:
            return facts.told
        case EntryKind.BATCH:
            return f"{facts.parts} prompts{', unfinished' if facts.told else ''}"
        case _:
            speeds = [one.speed for one in facts.candidates if one.speed is not None]
            told = ", ".join(f"{figures.speed(speed)}" for speed in speeds)
            return ", ".join(part for part in (told, facts.told) if part)


def _found(entry: Entry) -> str:
    return entry.found.replace(MARKS[0], "").replace(MARKS[1], "")


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "when": datetime.fromtimestamp(entry.when_ns / _NS, UTC).isoformat(),
        "title": entry.facts.title,
        "candidates": [one.name for one in entry.facts.candidates],
        "summary": summary(entry),
        "pinned": entry.pinned,
        "folder": entry.folder or None,
        "found": _found(entry) or None,
    }


def _one(
    verb: str, number: int, arguments: argparse.Namespace, console: Console, paths: Paths
) -> int:
    book = HistoryBook(paths)
    with shared_store(paths, console.remark):
        entry = book.entry(number)
        if entry is None:
            raise PersonError(say("lab.not_in_the_history", number=number))
        if verb == "export":
            written = export_entry(paths, entry, arguments.to)
            if arguments.json:
                console.json({"written": [str(path) for path in written]})
            else:
                console.text("Written: " + ", ".join(map(str, written)))
            return 0
        book.read()
        again = measured_before(entry, book)
        text = readable(paths, entry)
    if arguments.json:
        told = [_again_document(each) for each in again]
        facts = msgspec.to_builtins(entry.facts)
        console.json(_document(entry) | {"facts": facts, "before": told, "text": text})
        return 0
    console.lines(text)
    for each in again:
        console.lines(_again_words(each))
    if left := entry.facts.unsearched:
        console.remark(f"The search does not look through its last {left:,} characters.")
    return 0


_FIGURES = (
    "prompt_speed",
    "speed",
    "needed_bytes",
    "divergence",
    "accuracy",
    "joules_per_token",
)


def _again_document(again: Again) -> dict[str, Any]:
    return {
        "id": again.earlier.id,
        "candidate": again.now.name,
        "ratios": {name: again.ratio(name) for name in _FIGURES},
        "not_compared": {name: msgspec.to_builtins(why) for name, why in again.apart.items()},
        "energy_of": list(again.now.energy_of) or None,
        "changed": [msgspec.to_builtins(each) for each in again.changed],
    }


def _again_words(again: Again) -> str:
    told = [
        f"{name.replace('_', ' ')} {ratio:.2f} times"
        for name in _FIGURES
        if (ratio := again.ratio(name)) is not None
    ]
    if again.ratio("joules_per_token") is not None:
        counted = ", ".join(ENERGY_OF.get(each, each) for each in again.now.energy_of)
        told.append(f"energy of {counted}, {OTHERS_TOO}")
    for figure, why in again.apart.items():
        reasons = "; ".join(map(_change_words, why))
        told.append(f"{figure.replace('_', ' ')} not compared ({reasons})")
    changed = "; ".join(map(_change_words, again.changed))
    figures_told = ", ".join(told) or "nothing that was measured both times"
    return (
        f"{again.now.name}, against no. {again.earlier.id}: {figures_told}"
        f" ({changed or 'nothing else is known to have changed'})."
    )


def _change_words(changed: Changed) -> str:
    nothing = "none" if changed.what in MAY_BE_NONE else "not noted"
    return f"{changed.what.value}: {changed.before or nothing} → {changed.now or nothing}"


def _repeat(number: int, arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    with shared_store(paths, console.remark):
        entry = HistoryBook(paths).entry(number)
    if entry is None:
        raise PersonError(say("lab.not_in_the_history", number=number))
    repeated = _REPEAT[entry.kind](entry, console, paths)
    with shared_store(paths, console.remark) as connection:
        again = EntryMarks(connection).id_of(entry.kind, repeated.number)
    if again is not None:
        _one("show", again, arguments, console, paths)
    for sentence in repeated.failed:
        console.error(sentence)
    return 1 if repeated.failed else 0


def _repeat_chat(entry: Entry, console: Console, paths: Paths) -> Repeated:
    asked = ChatStore(in_memory())
    session, _ = build_command_session(paths, recorder=asked)
    with (
        shared_store(paths, console.remark) as connection,
        closing(session),
        console.measuring() as show,
    ):
        return ask_again(connection, entry.number, session, asked, show)


def _repeat_ladder(entry: Entry, console: Console, paths: Paths) -> Repeated:
    with owned_store(paths, console.remark) as connection, progress_shown(console) as show:
        store = LadderStore(connection)
        return measure_again(paths, entry.number, store, show, console.remark)


def _repeat_measured(entry: Entry, console: Console, paths: Paths) -> Repeated:
    with console.measuring() as show:
        return repeat_entry(paths, entry, lambda: None, show)


def _repeat_vote(_entry: Entry, _console: Console, _paths: Paths) -> Repeated:
    raise PersonError(say("lab.votes_are_cast_in_window"))


_REPEAT: dict[EntryKind, Callable[[Entry, Console, Paths], Repeated]] = {
    EntryKind.CHAT: _repeat_chat,
    EntryKind.LADDER: _repeat_ladder,
    EntryKind.BENCH: _repeat_measured,
    EntryKind.BATCH: _repeat_measured,
    EntryKind.VOTE: _repeat_vote,
}


def _change(
    verb: str,
    numbers: Sequence[int],
    arguments: argparse.Namespace,
    console: Console,
    paths: Paths,
) -> int:
    with owned_store(paths, console.remark) as connection:
        marks = EntryMarks(connection)
        there = marks.of(numbers, deleted=verb == "restore")
        missing = [number for number in numbers if number not in there]
        if missing:
            raise PersonError(say("lab.not_in_the_history", number=missing[0]))
        match verb:
            case "delete":
                marks.delete(numbers)
            case "restore":
                marks.restore(numbers)
            case "move":
                marks.put(numbers, whole_text(arguments.folder))
            case _:
                marks.pin(numbers, pinned=verb == "pin")
    if arguments.json:
        console.json({verb: list(numbers)})
    elif verb == "delete":
        console.remark("Deleted; “history restore” brings it back until the window opens next.")
    return 0
