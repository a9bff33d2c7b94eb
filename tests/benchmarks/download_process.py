"""Downloads in a process that stays, as the window's does, led by lines on its stdin.

``python -m tests.benchmarks.download_process REPOSITORY``: every line is a folder for a cache of
its own; it is answered by one JSON line with the seconds that bringing the repository's only file
took, its checksum compared.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from app.base.gate import StopFlag
from app.hub.cache import HubCache
from app.hub.catalogue import Catalogue
from app.hub.connection import HubConnection
from app.hub.download import Downloader
from app.hub.settings import HubSettings
from app.hub.tokens import Tokens


def main() -> int:
    """Download as often as asked."""
    settings = HubSettings.from_environment()
    connection = HubConnection(settings, Tokens(settings.endpoint))
    repository = Catalogue(connection).repository(sys.argv[1])
    [file] = repository.files
    for line in sys.stdin:
        folder = Path(line.strip())
        connection.settings = replace(settings, cache_folder=folder)
        downloader = Downloader(connection, HubCache(folder))
        begin_s = time.monotonic()
        [fetched] = downloader.fetch_all(
            repository.repo_id, repository.commit, file.parts, stop=StopFlag(), tell=_quiet
        )
        seconds = time.monotonic() - begin_s
        assert fetched.resumed_from_bytes == 0
        print(json.dumps({"seconds": seconds, "sha256": fetched.sha256}), flush=True)
    connection.close()
    return 0


def _quiet(_progress: object) -> None:
    """Nobody looks."""


if __name__ == "__main__":
    sys.exit(main())
