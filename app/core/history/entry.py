"""An entry of the history: a chat, a ladder, a bench, a batch or a vote.

Ten thousand of them are held at once. None refers back to itself, so Python's collector need not
look at them (``gc=False``), which holds up the window.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class EntryKind(StrEnum):
    """What an entry is; the values stand in the store."""

    CHAT = "chat"
    LADDER = "ladder"
    BENCH = "bench"
    BATCH = "batch"
    VOTE = "vote"


class Basis(msgspec.Struct, frozen=True, gc=False):
    """What a ladder's figures of a candidate rest on; empty and None where nobody noted it.

    Attributes:
        file: The beginning of its file's SHA-256.
        reference: Likewise of what it was held against, with all that is set of that.
        text: Likewise of the text, and how it was read where that is not the usual way.
        chunks: So many pieces of the text were read.
        questions: The beginning of a hash of those that were answered.
        asked: So many were.
        context_tokens: Of the engine whose memory was measured.
    """

    file: str = ""
    reference: str = ""
    text: str = ""
    chunks: int | None = None
    questions: str = ""
    asked: int | None = None
    context_tokens: int | None = None


class Measured(msgspec.Struct, frozen=True, gc=False):
    """A candidate that an entry is about, with what was measured of it.

    Attributes:
        key: The candidate's.
        name: What it is called: its file's name, or its model's on a server, and what is set.
        prompt_speed: Tokens per second of the prompt test; None where it was not taken.
        speed: Likewise of the generation test.
        deviation: Of that speed, the sample's; None below two repetitions.
        test: By which tests, such as ``pp512 tg128 @0``: others cannot be compared.
        threads: Of the engine; None where nobody noted.
        needed_bytes: Memory.
        divergence: Mean KL divergence from the reference, in nats.
        accuracy: Share of the questions that it answered right.
        calm: Whether other programs left the engine its cores; None where that is not known.
        joules_per_token: Energy for a token of the generation test, other programs' included; None
            where the system does not tell it.
        energy_of: What was counted in it: ``package``, the processor's, and ``gpu``.
        basis: What a ladder's figures rest on; None for what is of no ladder.
    """

    key: str
    name: str
    prompt_speed: float | None = None
    speed: float | None = None
    deviation: float | None = None
    test: str = ""
    threads: int | None = None
    needed_bytes: int | None = None
    divergence: float | None = None
    accuracy: float | None = None
    calm: bool | None = None
    joules_per_token: float | None = None
    energy_of: tuple[str, ...] = ()
    basis: Basis | None = None

    @property
    def has_figures(self) -> bool:
        """Whether anything was measured of it."""
        figures = (self.prompt_speed, self.speed, self.needed_bytes, self.divergence, self.accuracy)
        return any(figure is not None for figure in figures)


class Circumstances(msgspec.Struct, frozen=True, gc=False):
    """What a measurement was taken with; empty and None where nobody noted it.

    Attributes:
        program: With its version.
        engine: The build that ran.
        cpu: The processor.
        os: The operating system.
        power: ``mains`` or ``battery``.
        gpus: Their names.
        memory_bytes: Of the PC.
    """

    program: str = ""
    engine: str = ""
    cpu: str = ""
    os: str = ""
    power: str = ""
    gpus: tuple[str, ...] = ()
    memory_bytes: int | None = None


class EntryFacts(msgspec.Struct, frozen=True, gc=False):
    """What is read out of an entry's own rows, and kept beside the index of its words.

    Attributes:
        title: In the person's own words where there are any: a chat's title, a prompt; else empty.
        candidates: What it is about, in its order.
        parts: How many turns, rows, tests or prompts it has.
        told: One word of a vote's or a ladder's outcome, as its room calls it; else empty.
        circumstances: Of what was measured.
        unsearched: So many characters at its end are not looked through for words.
    """

    title: str = ""
    candidates: tuple[Measured, ...] = ()
    parts: int = 0
    told: str = ""
    circumstances: Circumstances = Circumstances()
    unsearched: int = 0


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A line of the history.

    Attributes:
        id: In the history; it never comes to mean another.
        number: Of its own kind.
        when_ns: When it was changed or measured last, since 1970.
        pinned: Whether it stands above the others.
        folder: In which it is; empty for none.
        facts: What it is about.
        found: Words around what was looked for, which stands between ``MARKS``; else empty.
    """

    id: int
    kind: EntryKind
    number: int
    when_ns: int
    pinned: bool = False
    folder: str = ""
    facts: EntryFacts = EntryFacts()
    found: str = ""


MARKS = ("\x02", "\x03")
"""Stand around words that were found."""


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """Which entries are looked for; what is empty or None lets all through.

    Attributes:
        words: In their contents.
        kinds: Of these kinds.
        model: About a candidate whose name has this text in it.
        since_ns: Changed since then.
        folder: In this folder.
        pinned: Pinned ones alone.
        key: About the candidate with this key.
    """

    words: str = ""
    kinds: tuple[EntryKind, ...] = ()
    model: str = ""
    since_ns: int | None = None
    folder: str = ""
    pinned: bool = False
    key: str = ""
