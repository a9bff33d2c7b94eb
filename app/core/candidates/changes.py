"""What one candidate has set otherwise than another of the same model, and how that is combined."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import asdict, replace

from app.core.candidates.candidate import Candidate
from app.core.candidates.settings import SPEED_ALONE, USUAL_ENGINE

DRAFT = "draft"
CACHE = frozenset({"kv_type", "value_type"})
CONTEXT = frozenset({"context_tokens"})
THREADS = frozenset({"threads"})
DRAFT_ALONE = frozenset({DRAFT})


def changed(base: Candidate, other: Candidate) -> frozenset[str] | None:
    """Names of the settings in which another candidate differs from the first.

    None where it is not the same model, said something else or with other adapters.
    """
    same = replace(other, engine=base.engine, draft=base.draft)
    if same != base:
        return None
    mine, theirs = asdict(base.engine), asdict(other.engine)
    names = {name for name, value in theirs.items() if mine[name] != value}
    if names & CACHE:
        names |= CACHE  # keys and values are chosen together
    return frozenset(names | ({DRAFT} if base.draft != other.draft else set[str]()))


def is_speed_alone(names: frozenset[str]) -> bool:
    """Whether these settings change speed and memory, and nothing of what is said."""
    return names <= {*SPEED_ALONE, DRAFT}


def change_alone(base: Candidate, other: Candidate) -> Candidate:
    """The other with nothing set but that in which it differs: what tells the difference."""
    names = changed(base, other) or frozenset()
    theirs = {name: value for name, value in asdict(other.engine).items() if name in names}
    draft = other.draft if DRAFT in names else None
    return Candidate(other.source, replace(USUAL_ENGINE, **theirs), draft=draft)


def combined(base: Candidate, others: Iterable[Candidate]) -> Candidate:
    """The first with all that the others have set otherwise."""
    found = base
    for other in others:
        names = changed(base, other) or frozenset()
        theirs = {name: value for name, value in asdict(other.engine).items() if name in names}
        draft = other.draft if DRAFT in names else found.draft
        found = replace(found, engine=replace(found.engine, **theirs), draft=draft)
    return found
