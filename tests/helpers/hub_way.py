"""This program's way to a fake Hub, and what that holds."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from app.hub.cache import HubCache
from app.hub.catalogue import Catalogue
from app.hub.connection import HubConnection
from app.hub.download import Downloader
from app.hub.net.certificates import Certificates
from app.hub.settings import HubSettings, Patience
from app.hub.tokens import Tokens
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository

QUICK = Patience(
    connect_s=60.0, read_s=60.0, stall_s=60.0, first_retry_s=0.02, most_retry_s=0.1, attempts=6,
    answer_s=60.0,
)  # fmt: skip
"""Little waiting between attempts. Whoever speaks is heard out, however busy this PC is."""
HASTY = replace(QUICK, connect_s=2.0, read_s=2.0, stall_s=1.0)
"""For silence, which is over soon; a busy PC may make some of its own."""
_laid: list[HubConnection] = []


@dataclass(frozen=True, slots=True)
class Way:
    """Everything that stands on one connection."""

    connection: HubConnection
    catalogue: Catalogue
    cache: HubCache
    downloader: Downloader


def way_to(
    hub: FakeHub,
    folder: Path,
    *,
    patience: Patience = QUICK,
    token: str = "",
    certificates: Path | None = None,
) -> Way:
    """Build the way to a fake Hub, with a cache in ``folder``; :func:`close_library` closes it."""
    settings = HubSettings(hub.endpoint, folder / "hub", patience=patience)
    environ = {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": token, "HF_HOME": str(folder)}
    tokens = Tokens(hub.endpoint, environ=environ, keyring=lambda: None)
    connection = HubConnection(settings, tokens, Certificates(certificates))
    _laid.append(connection)
    cache = HubCache(settings.cache_folder)
    return Way(connection, Catalogue(connection), cache, Downloader(connection, cache))


def content(n_bytes: int, seed: int = 1) -> bytes:
    """Bytes that are always the same."""
    return random.Random(seed).randbytes(n_bytes)


def example_repository() -> FakeRepository:
    """A repository with a single file, a set of shards, and other things."""
    return FakeRepository(
        "org/model-GGUF",
        [
            FakeFile("model-Q4_K_M.gguf", content(3_000_000)),
            FakeFile("Q8_0/model-Q8_0-00001-of-00002.gguf", content(900_000, 2)),
            FakeFile("Q8_0/model-Q8_0-00002-of-00002.gguf", content(700_000, 3)),
            FakeFile("mmproj-F16.gguf", content(1_000, 4)),
            FakeFile("model.imatrix", content(1_000, 5)),
            FakeFile("tiny-Q2_K.gguf", content(2_000, 6), lfs=False),
            FakeFile("README.md", b"# model", lfs=False),
        ],
        facts={
            "downloads": 1234,
            "likes": 5,
            "trendingScore": 3,
            "gguf": {"total": 1_100_000_000, "architecture": "llama", "context_length": 8192},
            "cardData": {"license": "apache-2.0", "base_model": "org/model"},
            "tags": ["gguf", "license:apache-2.0", "base_model:org/model"],
        },
    )


def close_library() -> None:
    """Close all connections of the Hub's library and of ways; they open again when needed.

    Left open they would be met by the collector, in whichever test it comes by.
    """
    while _laid:
        _laid.pop().close()
    if library := sys.modules.get("huggingface_hub"):
        library.close_session()
