"""Every command is carried out by somebody."""

from __future__ import annotations

from typing import get_args

from app.engine.host.table import TABLE
from app.engine.protocol.messages import Command
from app.engine.protocol.running import Stop


def test_every_command_stands_in_the_table() -> None:
    assert set(TABLE) == set(get_args(Command)) - {Stop}
