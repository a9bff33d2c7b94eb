"""Until when a night goes: the hour as people say it, and a gate that closes then."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Callable

from app.base.gate import Gate
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.ladder.visits import HourCome

_HOUR = re.compile(r"(\d{1,2}):(\d{2})")
_DAY = datetime.timedelta(days=1)


class HourGate(Gate):
    """Another's gate, which also ends what works once the hour has come. Any thread.

    Args:
        outer: The person's.
        until_ns: The hour, since 1970.
        now_ns: The wall's clock: an hour passes while the PC sleeps, too.

    Attributes:
        armed: Whether the hour ends anything now.
    """

    def __init__(
        self, outer: Gate, until_ns: int, now_ns: Callable[[], int] = time.time_ns
    ) -> None:
        super().__init__()
        self.armed = False
        self._outer = outer
        self._until_ns = until_ns
        self._now_ns = now_ns

    @property
    def left_s(self) -> float:
        """Seconds until the hour; none once it has come."""
        return max(0.0, (self._until_ns - self._now_ns()) / 1e9)

    @property
    def is_stopped(self) -> bool:
        """Whether the person asked to stop."""
        return self._outer.is_stopped

    def check(self) -> None:
        """See :class:`Gate`.

        Raises:
            Stopped: The person ended it.
            HourCome: The hour has come.
        """
        self._outer.check()
        self._mind()

    def check_end(self) -> None:
        """See :class:`Gate`; the same errors as :meth:`check`."""
        self._outer.check_end()
        self._mind()

    def sleep(self, seconds: float) -> None:
        """Wait, at most until the hour; the same errors as :meth:`check`."""
        self._outer.sleep(min(seconds, self.left_s) if self.armed else seconds)
        self._mind()

    def _mind(self) -> None:
        if self.armed and not self.left_s:
            raise HourCome


def until_ns(word: str, now_ns: int) -> int:
    """The next time that a clock on the wall shows ``HH:MM``, since 1970.

    Raises:
        PersonError: It is no time of a day.
    """
    match = _HOUR.fullmatch(word.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise PersonError(say("night.no_hour", word=word))
    now = datetime.datetime.fromtimestamp(now_ns / 1e9)
    found = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    found = found if found > now else found + _DAY
    return int(found.timestamp()) * 10**9


def hour_of(time_ns: int) -> str:
    """``HH:MM`` of a time since 1970, by the person's own clock."""
    return datetime.datetime.fromtimestamp(time_ns / 1e9).strftime("%H:%M")


def same_hour_again(until: int, now_ns: int) -> int:
    """The hour of an earlier night, the next time that it comes."""
    return until if until > now_ns else until_ns(hour_of(until), now_ns)
