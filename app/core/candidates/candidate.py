"""Candidates: the whole of what runs, and the letters and colours that they are shown by."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

import msgspec

from app.core.candidates.adapters import Adapter
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import EngineSettings

LETTERS = "ABCDEF"
MAX_CANDIDATES = len(LETTERS)
# The palette of Okabe and Ito, told apart by people with any kind of colour vision.
COLOURS: dict[str, str] = dict(
    zip(
        LETTERS,
        ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"),
        strict=True,
    )
)
_KEY_DIGITS = 16


class LocalFile(msgspec.Struct, frozen=True, tag="file"):
    """A model file of this PC.

    Attributes:
        path: The file, its first shard if it has several.
    """

    path: str


Source = LocalFile
"""What is run; a union of tagged structs as soon as there is another one."""


class Candidate(msgspec.Struct, frozen=True):
    """What runs; equal candidates give equal results.

    Attributes:
        source: Where the model is.
        engine: How it is loaded.
        template_id: A well-known chat template; None takes the file's own.
        adapters: What is added to the model's weights; the order does not matter to a result.
        projector: The file with which it sees pictures; None where it sees none.
        draft: What proposes tokens; it changes speed and memory, not what is said.
    """

    source: Source
    engine: EngineSettings = EngineSettings()
    template_id: str | None = None
    adapters: tuple[Adapter, ...] = ()
    projector: str | None = None
    draft: Draft | None = None

    @property
    def path(self) -> str:
        """The model file."""
        return self.source.path

    @property
    def is_plain(self) -> bool:
        """Whether it is a file with nothing set."""
        return self == Candidate(self.source)

    @property
    def spoken(self) -> Candidate:
        """The same without a draft: what says the same, only slower."""
        return self if self.draft is None else msgspec.structs.replace(self, draft=None)

    def load_key(self) -> tuple[object, ...]:
        """What must be equal for a loaded engine to serve this candidate instead.

        How strongly its adapters count is said with each question.
        """
        adapters = (each.path for each in self.adapters)
        return (*self.engine.load_key(), *adapters, self.projector, self.draft)

    @property
    def strengths(self) -> list[float]:
        """How strongly its adapters count."""
        return [each.strength for each in self.adapters]

    def settings_key(self) -> str:
        """Names its settings beside the source; empty where all are the defaults.

        A digest of the settings that are no defaults: a setting that a later version adds with a
        default changes no key.
        """
        return _settings_key(self)

    def key(self) -> str:
        """What is measured of it is filed under this name, the same in every version.

        A file with nothing set is named by its path alone, as everything was before candidates had
        settings; never to be taken apart again.
        """
        settings = self.settings_key()
        return f"{self.path}#{settings}" if settings else self.path


def candidate_of(path: Path | str) -> Candidate:
    """A model file with nothing set."""
    return Candidate(LocalFile(str(path)))


@lru_cache(maxsize=1024)
def _settings_key(candidate: Candidate) -> str:
    chosen = _chosen(candidate)
    if not chosen:
        return ""
    text = json.dumps(chosen, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]


def _chosen(struct: msgspec.Struct) -> dict[str, object]:
    """The settings that are not their defaults, as plain values, structs within alike."""
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(struct):
        value: object = getattr(struct, field.name)
        if field.required:
            continue
        if isinstance(value, msgspec.Struct) and field.default is not None:
            if within := _chosen(value):
                found[field.name] = within
        elif value != field.default:
            found[field.name] = msgspec.to_builtins(value)
    return found
