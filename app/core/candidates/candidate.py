"""Candidates: the whole of what runs, and the letters and colours that they are shown by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import msgspec

from app.core.candidates.adapters import Adapter
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import EngineSettings
from app.core.errors import PersonError
from app.core.servers.address import host_of
from app.core.text.shared_names import file_name, is_path
from app.core.words.sentence import say

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


class ServerModel(msgspec.Struct, frozen=True, tag="server"):
    """A model of a server, which runs it; keys and secrets are kept elsewhere.

    Attributes:
        server: The name that the server is saved under; empty where only an address was typed.
        url: Its address, without a slash at the end; empty while only its name is known.
        model: The model's id there; empty for the only or first one that it lists.
    """

    server: str = ""
    url: str = ""
    model: str = ""

    @property
    def host(self) -> str:
        """How the server is called among people: its name, else its address."""
        return self.server or host_of(self.url)

    @property
    def shared(self) -> ServerModel:
        """The same by its name alone: where it is, is the person's own affair."""
        model = file_name(self.model) if is_path(self.model) else self.model
        return msgspec.structs.replace(self, url="", server=self.server or "…", model=model)

    @property
    def counted(self) -> str:
        """What is measured of it is filed under: a server counts by its address."""
        return f"{self.url or self.server}#model={self.model}"

    @property
    def words(self) -> str:
        """As it is typed."""
        return f"{f'server:{self.server}' if self.server else self.url}#model={self.model}"


Source = LocalFile | ServerModel
"""What is run."""


class NoFileError(PersonError):
    """A file was wanted of what runs on a server."""


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
    def local(self) -> Path | None:
        """The model file; None where a server runs it."""
        return Path(self.source.path) if isinstance(self.source, LocalFile) else None

    @property
    def server(self) -> ServerModel | None:
        """The server's model that it is; None where it is a file."""
        return self.source if isinstance(self.source, ServerModel) else None

    @property
    def file(self) -> Path:
        """The model file, for what cannot be done without one.

        Raises:
            NoFileError: A server runs it.
        """
        if isinstance(self.source, LocalFile):
            return Path(self.source.path)
        raise self.no_file()

    def no_file(self) -> NoFileError:
        """Why what needs its file cannot be done."""
        server = self.server or ServerModel()
        return NoFileError(say("compare.runs_on_server", model=server.model, server=server.host))

    def moved(self, place_of: Callable[[Path], Path]) -> Candidate:
        """The same with its file where it is now, as ``place_of`` tells."""
        if not isinstance(self.source, LocalFile):
            return self
        source = LocalFile(str(place_of(Path(self.source.path))))
        return msgspec.structs.replace(self, source=source)

    @property
    def name(self) -> str:
        """What it is called without folders and addresses: its file, or its model on a server."""
        source = self.source
        return file_name(source.path) if isinstance(source, LocalFile) else source.model

    @property
    def place(self) -> str:
        """Where its model is, as it is typed: the file, or the server's model."""
        return self.source.path if isinstance(self.source, LocalFile) else self.source.words

    @property
    def is_plain(self) -> bool:
        """Whether nothing is set."""
        return self == Candidate(self.source)

    @property
    def spoken(self) -> Candidate:
        """The same without a draft, threads and whatever else changes speed and memory alone."""
        engine = self.engine.spoken
        if self.draft is None and engine == self.engine:
            return self
        return msgspec.structs.replace(self, draft=None, engine=engine)

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
        settings; never to be taken apart again. A server counts by its address, whatever it is
        saved under.
        """
        source = self.source
        place = source.path if isinstance(source, LocalFile) else source.counted
        settings = self.settings_key()
        return f"{place}#{settings}" if settings else place


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
