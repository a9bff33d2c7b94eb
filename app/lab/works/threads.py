"""The threads of the queue of downloads: one brings a file, one removes what nobody wants."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.base.gate import Stopped
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.hub.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.base.gate import StopFlag
    from app.core.hub.downloads import DownloadOrder
    from app.lab.works.item import Download, Fetch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a thread ended; all None: it was stopped."""

    path: Path | None = None
    error: PersonError | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """Nothing is there any more of a cancelled download."""


Event = Progress | Outcome | Swept


def start_bringing(
    fetch: Fetch,
    download: Download,
    stop: StopFlag,
    tell: Callable[[Download, Event], None],
) -> None:
    """Start the thread that brings a download's files; its last word is an :class:`Outcome`."""

    def bring() -> None:
        tell(download, _brought(fetch, download, stop, tell))

    name = f"download-{download.id}"
    download.thread = threading.Thread(target=bring, name=name, daemon=True)
    download.thread.start()


def start_sweeping(
    discard: Callable[[DownloadOrder], object],
    download: Download,
    tell: Callable[[Download, Event], None],
) -> threading.Thread:
    """Start the thread that removes what is there of a download; its last word is ``Swept``."""

    def sweep() -> None:
        try:
            discard(download.order)
        except Exception:  # nobody else would ever hear of it
            log.exception("what is left of a download was not removed")
        tell(download, Swept())

    thread = threading.Thread(target=sweep, name="download-discard", daemon=True)
    thread.start()
    return thread


def _brought(
    fetch: Fetch, download: Download, stop: StopFlag, tell: Callable[[Download, Event], None]
) -> Outcome:
    try:
        path = fetch(download.order, stop, lambda progress: tell(download, progress))
    except Stopped:
        return Outcome()
    except PersonError as error:
        return Outcome(error=error)
    except Exception as error:  # nobody else would ever hear of it
        log.exception("a download ended in an unforeseen way")
        return Outcome(error=PersonError(say("hub.download_failed_unknown_reason"), repr(error)))
    return Outcome(path=path)
