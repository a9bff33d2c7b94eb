"""Which Hub is used, where its cache lies, and how long a server may be silent.

huggingface_hub reads its environment once, when it is imported: :func:`prepare_environment` must
come before that, which is why nothing else in the program imports it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.base.named import named
from app.core.errors import PersonError
from app.core.servers.address import is_loopback
from app.core.words.sentence import say

DEFAULT_ENDPOINT = "https://huggingface.co"
ENDPOINT_VARIABLE = "HF_ENDPOINT"
_TRUE = {"1", "ON", "YES", "TRUE"}

# Xet neither resumes nor can be cancelled; telemetry is nobody's business.
_SWITCHED = {
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_XET_TELEMETRY_ENABLED": "0",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
}


class EndpointError(PersonError):
    """An address that must not be used as a Hub."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    Attributes:
        connect_s: For a connection.
        read_s: For the next byte of an answer of the API.
        stall_s: For the next byte of a download, before the connection is made anew.
        first_retry_s: Before the first new attempt; doubled each time.
        most_retry_s: The longest wait that the program chooses itself.
        most_rate_limit_s: The longest wait that a server may ask for; above that it is said.
        attempts: New attempts in a row that bring no byte before a download gives up.
        answer_s: For an answer of the API as a whole, and for a megabyte of a header.
    """

    connect_s: float = 6.0
    read_s: float = 10.0
    stall_s: float = 15.0
    first_retry_s: float = 0.5
    most_retry_s: float = 20.0
    most_rate_limit_s: float = 330.0
    attempts: int = 8
    answer_s: float = 20.0


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What a connection to a Hub is built from.

    Attributes:
        endpoint: Address of the Hub without a slash at its end; checked.
        cache_folder: Hugging Face's cache, shared with other programs.
        offline: The person has switched the Hub off (``HF_HUB_OFFLINE``).
    """

    endpoint: str = DEFAULT_ENDPOINT
    cache_folder: Path = field(default_factory=lambda: hub_cache_folder())
    offline: bool = False
    patience: Patience = field(default_factory=Patience)

    @classmethod
    def from_environment(
        cls, endpoint: str | None = None, environ: Mapping[str, str] = os.environ
    ) -> HubSettings:
        """The settings that the person's environment asks for.

        Args:
            endpoint: Another Hub than that of the environment.
            environ: The environment.

        Raises:
            EndpointError: That address must not be used as a Hub.
        """
        chosen = endpoint or named(environ, ENDPOINT_VARIABLE) or DEFAULT_ENDPOINT
        return cls(
            check_endpoint(chosen),
            hub_cache_folder(environ),
            environ.get("HF_HUB_OFFLINE", "").upper() in _TRUE
            or environ.get("TRANSFORMERS_OFFLINE", "").upper() in _TRUE,
        )

    @property
    def badge(self) -> str | None:
        """What to show of a Hub that is not the default one: its host; None for the default."""
        return None if self.endpoint == DEFAULT_ENDPOINT else urlsplit(self.endpoint).netloc

    def page(self, repo_id: str) -> str:
        """The address of a repository's page."""
        return f"{self.endpoint}/{repo_id}"


def check_endpoint(address: str) -> str:
    """Return a Hub's address in its usual form.

    Raises:
        EndpointError: It is not https (or http on this PC), or holds more than host and path.
    """
    try:
        parsed = urlsplit(address.strip())
        host, port = parsed.hostname, parsed.port
    except ValueError as error:
        raise EndpointError(say("hub.address_hub_cannot_read"), address) from error
    if not host or parsed.scheme not in {"http", "https"}:
        raise EndpointError(say("hub.address_hub_must_begin_https"), address)
    if parsed.username or parsed.password or parsed.query or parsed.fragment:
        raise EndpointError(say("hub.address_hub_must_plain"), "it has other parts")
    if parsed.scheme == "http" and not is_loopback(host):
        raise EndpointError(say("hub.address_hub_must_begin_https_2"), address)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port is None else f"{shown}:{port}"
    return f"{parsed.scheme}://{netloc}{parsed.path.rstrip('/')}"


def hub_cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Hugging Face's cache as its own programs find it."""
    direct = _folder(environ, "HF_HUB_CACHE") or _folder(environ, "HUGGINGFACE_HUB_CACHE")
    return (direct or hugging_face_home(environ) / "hub").absolute()


def hugging_face_home(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the Hugging Face programs: cache and token."""
    home = _folder(environ, "HF_HOME")
    if home is not None:
        return home
    caches = _folder(environ, "XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return caches / "huggingface"


def _folder(environ: Mapping[str, str], variable: str) -> Path | None:
    value = named(environ, variable)
    return Path(os.path.expandvars(value)).expanduser() if value else None


def prepare_environment(environ: MutableMapping[str, str] = os.environ) -> None:
    """Switch off what the program does not want of huggingface_hub, before its import."""
    environ.update(_SWITCHED)
