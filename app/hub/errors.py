"""What can go wrong with a Hub, each as one sentence."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from app.core.errors import DiskTrouble, PersonError
from app.core.words.sentence import Sentence, say, size


class HubError(PersonError):
    """A request to the Hub failed."""


class Remedy(Enum):
    """What a person may do about it, besides trying again."""

    NONE = auto()
    CERTIFICATE = auto()  # choose a certificate file


class HubBarred(HubError):
    """Something between this PC and the Hub bars the way until the person does something.

    Attributes:
        remedy: What may be done from here.
    """

    def __init__(
        self, said: Sentence | str, detail: str = "", remedy: Remedy = Remedy.NONE
    ) -> None:
        super().__init__(said, detail)
        self.remedy = remedy


class HubTrouble(HubError):
    """A failure that may be gone in a moment: worth another attempt.

    Attributes:
        retry_after_s: How long the server asks to wait, None if it does not say.
    """

    def __init__(
        self, said: Sentence | str, detail: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(said, detail)
        self.retry_after_s = retry_after_s


class HubOffline(HubTrouble):
    """The Hub cannot be reached at all."""


class HubProxyTrouble(HubOffline):
    """The proxy on the way does not do its work at the moment."""


class HubSilent(HubTrouble):
    """The Hub was reached and then said nothing."""


class HubRateLimited(HubTrouble):
    """Too many requests."""


class HubBroken(HubTrouble):
    """The Hub says that it has a fault, or says nonsense."""


class HubAstray(HubBroken):
    """The request was led where no answer is: worth one more attempt, not many."""


class HubPage(HubAstray):
    """A page for people came in place of what was asked for: something on the way answers."""


class HubClosed(HubError):
    """The program is ending."""


class HubSwitchedOff(HubError):
    """The person's environment forbids using the Hub."""


class HubMissing(HubError):
    """There is no such repository, revision or file, or it is private."""


class HubUnauthorized(HubError):
    """The token is not accepted."""


class HubGated(HubError):
    """The licence must be accepted first.

    Attributes:
        link: The page where that is done.
    """

    def __init__(self, repo_id: str, link: str, detail: str = "") -> None:
        super().__init__(
            say("hub.asks_accept_licence_first_sign", repo_id=repo_id, link=link), detail
        )
        self.link = link


class DownloadError(HubError):
    """A download cannot be finished; its part file is kept unless the sentence says otherwise."""


class DownloadGivenUp(DownloadError):
    """Too many attempts brought nothing: it goes on another time."""


class CacheNotWritable(DownloadError):
    """Nothing can be put into the cache: it is another account's, or its disk is read-only."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            say("hub.cache_cannot_written_set_hf", folder=folder, reason=error.strerror or error),
            repr(error),
        )


class CacheFull(CacheNotWritable, DiskTrouble):
    """Nothing more can be put into the cache, not even an entry: its disk is full."""


class DiskFull(DownloadError):
    """There is not enough room for the file.

    Attributes:
        needed_bytes: What is still to be written.
        free_bytes: What the disk has left.
    """

    def __init__(self, needed_bytes: int, free_bytes: int, folder: str) -> None:
        super().__init__(
            say(
                "hub.disk_too_full_still_written",
                needed_bytes=size(needed_bytes),
                free_bytes=size(free_bytes),
            ),
            folder,
        )
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes


class DownloadCorrupt(DownloadError):
    """What arrived is not what the Hub promised, twice."""
