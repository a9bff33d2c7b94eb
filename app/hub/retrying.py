"""When something of a download is tried again, and when it is given up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from app.core.words.sentence import say, wait
from app.hub.errors import DownloadGivenUp, HubAstray, HubError, HubRateLimited, HubTrouble
from app.hub.progress import Phase

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.hub.progress import ProgressMeter
    from app.hub.settings import Patience

Result = TypeVar("Result")

log = logging.getLogger(__name__)

_ASTRAY_ATTEMPTS = 1


class Retries:
    """Counts attempts in a row that brought nothing, and waits before the next. One thread.

    Args:
        name: Of the file, for the log.
        patience: How long to wait, and how often.
        jitter: Gives a number from 0 to 1, so that many waiting programs do not come back at once.
        stop: Ends the waiting.
        meter: Told why it waits.

    Attributes:
        failures: So many attempts in a row brought nothing.
    """

    def __init__(
        self,
        name: str,
        patience: Patience,
        jitter: Callable[[], float],
        stop: StopFlag,
        meter: ProgressMeter,
    ) -> None:
        self._name = name
        self._patience = patience
        self._jitter = jitter
        self._stop = stop
        self._meter = meter
        self.failures = 0

    def begin(self, meter: ProgressMeter) -> None:
        """Something else is tried, and told there."""
        self._meter, self.failures = meter, 0

    def patiently(self, work: Callable[[], Result]) -> Result:
        """Do something until it works, or stop when asked, or give up with the reason."""
        while True:
            try:
                return work()
            except HubTrouble as trouble:
                self.pause(trouble, came=False)

    def pause(self, trouble: HubTrouble, *, came: bool) -> None:
        """Wait before the next attempt; ``came``: whether this one brought something.

        Raises:
            HubError: Longer than anybody wants to wait, or too many attempts brought nothing.
            Stopped: Asked to stop.
        """
        self.failures = 1 if came else self.failures + 1
        seconds = self._wait_s(trouble)
        log.info("%s: again in %.1f s after %s", self._name, seconds, trouble.detail or trouble)
        self._meter.enter(Phase.RETRYING, trouble.said)
        self._stop.sleep(seconds)

    def _wait_s(self, trouble: HubTrouble) -> float:
        patience, asked = self._patience, trouble.retry_after_s
        if asked is not None and asked > patience.most_rate_limit_s:
            raise DownloadGivenUp(
                say("hub.hub_asks_wait_try_again", asked=wait(asked)), trouble.detail
            )
        most = patience.attempts
        if self.failures > (
            min(most, _ASTRAY_ATTEMPTS) if isinstance(trouble, HubAstray) else most
        ):
            raise _given_up(trouble)
        backoff = min(patience.first_retry_s * 2 ** (self.failures - 1), patience.most_retry_s)
        chosen = backoff * (0.5 + self._jitter() / 2)
        return chosen if asked is None else asked + chosen


def _given_up(trouble: HubTrouble) -> HubError:
    if isinstance(trouble, HubRateLimited):
        return trouble
    return DownloadGivenUp(
        say("hub.download_does_not_go_already", reason=trouble.said), trouble.detail
    )
