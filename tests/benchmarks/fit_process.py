"""Answers ``fit`` for one file of a Hub as the command line does, and tells how long that took.

``python -m tests.benchmarks.fit_process ORG/REPO:LEVEL`` prints one JSON line: the seconds
from the header to the answer.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from app.cli.fit import PATIENCE_SECONDS
from app.cli.words.fit import fitter
from app.hub.headers import HeaderReader
from app.lab.hub.access import HubAccess
from app.lab.hub.fit import HubFitter
from app.store.paths import Paths

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.core.listing import ListedFile
    from app.hub.headers import RemoteHeader


class _Timed(HeaderReader):
    """Notes when a header was there."""

    there_s = 0.0

    def read(
        self, repo_id: str, commit: str, file: ListedFile, stop: StopFlag | None = None
    ) -> list[RemoteHeader]:
        """As any reader."""
        headers = super().read(repo_id, commit, file, stop)
        self.there_s = time.monotonic()
        return headers


def main() -> int:
    """Answer once."""
    paths = Paths.default()
    paths.create()
    hub = HubAccess.open(paths.cache)
    headers = _Timed(hub.connection, paths.cache / "headers")
    with fitter(paths, None, PATIENCE_SECONDS) as answers:
        repository, file = hub.find(hub.address(sys.argv[1]))
        fit = HubFitter(headers, answers, paths.cache / "fit").fit(repository, file, None)
        seconds = time.monotonic() - headers.there_s
    hub.close()
    speed = None if fit.speed is None else fit.speed.tokens_per_second
    print(json.dumps({"seconds": seconds, "needed": fit.needs.total_bytes, "speed": speed}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
