"""When, where and by which program a ladder was measured: kept beside it, true for ever."""

from __future__ import annotations

import time

import msgspec

from app.base.build import PROGRAM
from app.monitor.machine import MachineFacts, machine_facts


class Taken(msgspec.Struct, frozen=True):
    """The circumstances of a measurement; each is None where nobody noted it.

    Attributes:
        when_ns: When its last step ended, since 1970.
        program: With its version.
        machine: The PC.
    """

    when_ns: int | None = None
    program: str | None = None
    machine: MachineFacts | None = None


def taken_now() -> Taken:
    """Those of a measurement that ends now; takes some milliseconds. Any thread."""
    return Taken(time.time_ns(), PROGRAM, machine_facts())
