"""What the History page says of entries."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app.core.history.entry import Entry, EntryKind, Measured
from app.core.votes.choices import Outcome
from app.lab.history.again import MAY_BE_NONE, Again, Change, Changed
from app.ui.kit.words.energy import counted_words
from app.ui.kit.words.format import byte_size, count, divergence, moment, number, percent, speed
from app.ui.kit.words.text import translate

DOT = " · "
_MOST_NAMES = 3

ICONS = {
    EntryKind.CHAT: "chat",
    EntryKind.LADDER: "ladder",
    EntryKind.BENCH: "speed",
    EntryKind.BATCH: "file",
    EntryKind.VOTE: "compare",
}


def kind_word(kind: EntryKind) -> str:
    """What one entry of a kind is called."""
    return {
        EntryKind.CHAT: translate("History", "Chat"),
        EntryKind.LADDER: translate("History", "Measurement"),
        EntryKind.BENCH: translate("History", "Speeds"),
        EntryKind.BATCH: translate("History", "Batch"),
        EntryKind.VOTE: translate("History", "Blind vote"),
    }[kind]


def kind_words(kind: EntryKind) -> str:
    """What all of a kind are called."""
    return {
        EntryKind.CHAT: translate("History", "Chats"),
        EntryKind.LADDER: translate("History", "Measurements"),
        EntryKind.BENCH: translate("History", "Speeds"),
        EntryKind.BATCH: translate("History", "Batches"),
        EntryKind.VOTE: translate("History", "Blind votes"),
    }[kind]


def entry_title(entry: Entry) -> str:
    """The person's own words where there are any, else what it is about."""
    return entry.facts.title or names_of(entry) or kind_word(entry.kind)


def names_of(entry: Entry) -> str:
    """Whose it is, in one line."""
    names = list(dict.fromkeys(each.name for each in entry.facts.candidates))
    more = len(names) - _MOST_NAMES
    told = ", ".join(names[:_MOST_NAMES])
    if more <= 0:
        return told
    return translate("History", "{names} and {n} more").format(names=told, n=count(more))


def entry_second(entry: Entry) -> str:
    """What it is, of which models, when."""
    about = names_of(entry) if entry.facts.title else ""
    folder = f"▸ {entry.folder}" if entry.folder else ""
    when = moment(entry.when_ns, time.time_ns())
    parts = (kind_word(entry.kind), came_of(entry), folder, when, about)
    return DOT.join(part for part in parts if part)


def came_of(entry: Entry) -> str:
    """What came of it, in few words; empty where nothing is to be said."""
    facts = entry.facts
    match entry.kind:
        case EntryKind.VOTE:
            return _OUTCOMES.get(facts.told, lambda: "")()
        case EntryKind.BATCH | EntryKind.LADDER if facts.told:
            return translate("History", "not finished")
        case EntryKind.BENCH:
            speeds = [str(speed(each.speed)) for each in facts.candidates if each.speed is not None]
            return ", ".join(speeds[:_MOST_NAMES])
        case _:
            return ""


_OUTCOMES = {
    Outcome.BETTER.value: lambda: translate("History", "the first was better"),
    Outcome.WORSE.value: lambda: translate("History", "the second was better"),
    Outcome.TIE.value: lambda: translate("History", "equally good"),
    Outcome.BOTH_BAD.value: lambda: translate("History", "both bad"),
    Outcome.IDENTICAL.value: lambda: translate("History", "the same answer"),
}


def unsearched_words(entry: Entry) -> str:
    """What the search leaves out of it; empty where that is nothing."""
    left = entry.facts.unsearched
    words = translate("History", "The search does not look through its last {n} characters.")
    return words.format(n=count(left)) if left else ""


def figures_of(measured: Measured) -> str:
    """What was measured of a candidate, in one line."""
    parts = [measured.name]
    if measured.speed is not None:
        parts.append(str(speed(measured.speed)))
    if measured.needed_bytes is not None:
        parts.append(str(byte_size(measured.needed_bytes)))
    if measured.divergence is not None:
        parts.append(str(divergence(measured.divergence)))
    if measured.accuracy is not None:
        right = percent(measured.accuracy)
        parts.append(translate("History", "{share} right").format(share=right))
    if measured.joules_per_token is not None:
        words = translate("History", "{energy} a token ({what})")
        energy, what = _joules(measured.joules_per_token), counted_words(measured.energy_of)
        parts.append(words.format(energy=energy, what=what))
    return DOT.join(parts)


def before_words(before: Sequence[Again]) -> str:
    """How candidates have changed since the time before, a line each.

    What else has changed, and why something is not compared, stands below, once, where it is the
    same of all.
    """
    lines, shared = list(map(_since_words, before)), list[str]()
    for tell in (_changed_words, apart_words):
        said = list(map(tell, before))
        if len(said) > 1 and len(set(said)) == 1:
            shared.append(said[0])
        else:
            lines = [f"{line} {more}".rstrip() for line, more in zip(lines, said, strict=True)]
    return "\n".join(line for line in (*lines, *shared) if line)


def _since_words(again: Again) -> str:
    when = moment(again.earlier.when_ns, time.time_ns())
    found = [words for figure in _DIFFERENCES if (words := _difference(again, figure))]
    told = "; ".join(found) or translate("History", "nothing was measured both times")
    if again.apart and not found:
        told = translate("History", "nothing can be compared")
    sentence = translate("History", "{name}, since {when}: {told}.")
    return sentence.format(name=again.now.name, when=when, told=told)


def _changed_words(again: Again) -> str:
    changed = ", ".join(map(change_words, again.changed))
    if not changed:
        changed = translate("History", "nothing else is known to have changed")
    return translate("History", "What changed: {changed}.").format(changed=changed)


def apart_words(again: Again) -> str:
    """Which figures of both times are not held together, and why; empty where all are."""
    together: dict[tuple[Changed, ...], list[str]] = {}
    for figure, why in again.apart.items():
        together.setdefault(why, []).append(_FIGURES[figure]())
    because = translate("History", "{figures}, because of {reasons}")
    apart = "; ".join(
        because.format(figures=", ".join(names), reasons=", ".join(map(change_words, why)))
        for why, names in together.items()
    )
    return translate("History", "Not compared: {apart}.").format(apart=apart) if apart else ""


_FIGURES = {
    "speed": lambda: translate("History", "generating"),
    "prompt_speed": lambda: translate("History", "reading"),
    "needed_bytes": lambda: translate("History", "memory"),
    "divergence": lambda: translate("History", "drift"),
    "accuracy": lambda: translate("History", "right answers"),
    "joules_per_token": lambda: translate("History", "energy a token"),
}
_DIFFERENCES = {
    "speed": lambda: translate("History", "generates {change} ({before} → {now})"),
    "prompt_speed": lambda: translate("History", "reads {change} ({before} → {now})"),
    "needed_bytes": lambda: translate("History", "memory {change} ({before} → {now})"),
    "divergence": lambda: translate("History", "drift {change} ({before} → {now})"),
    "accuracy": lambda: translate("History", "right answers {change} ({before} → {now})"),
    "joules_per_token": lambda: translate(
        "History", "energy a token {change} ({before} → {now}: {what})"
    ),
}


def _difference(again: Again, figure: str) -> str:
    ratio = again.ratio(figure)
    if ratio is None:
        return ""
    write = {
        "needed_bytes": byte_size,
        "divergence": divergence,
        "accuracy": percent,
        "joules_per_token": _joules,
    }.get(figure, speed)
    before, now = getattr(again.before, figure), getattr(again.now, figure)
    change = f"{'+' if ratio >= 1 else '−'}{number(abs(ratio - 1) * 100, 1)} %"
    words, what = _DIFFERENCES[figure](), counted_words(again.now.energy_of)
    return words.format(change=change, before=write(before), now=write(now), what=what)


def _joules(value: float) -> str:
    return f"{number(value, 2 if value >= 1 else 3)}\u00a0J"


def change_words(changed: Changed) -> str:
    """One circumstance, as it was and as it is."""
    name = {
        Change.PROGRAM: translate("History", "program"),
        Change.ENGINE: translate("History", "engine"),
        Change.PROCESSOR: translate("History", "processor"),
        Change.SYSTEM: translate("History", "system"),
        Change.POWER: translate("History", "power"),
        Change.GPUS: translate("History", "graphics cards"),
        Change.MEMORY: translate("History", "memory of the PC"),
        Change.THREADS: translate("History", "threads"),
        Change.OTHERS: translate("History", "other programs"),
        Change.FILE: translate("History", "the file"),
        Change.TESTS: translate("History", "the tests"),
        Change.COUNTED: translate("History", "what was counted"),
        Change.CONTEXT: translate("History", "the context"),
        Change.REFERENCE: translate("History", "what it is compared with"),
        Change.TEXT: translate("History", "the text"),
        Change.QUESTIONS: translate("History", "the questions"),
    }[changed.what]
    nothing = translate("History", "not noted")
    if changed.what in MAY_BE_NONE:
        nothing = translate("History", "none")
    return f"{name} ({changed.before or nothing} → {changed.now or nothing})"
