"""Lines of the log: foreign names in them steer no terminal and forge no line; no secrets."""

from __future__ import annotations

import logging

from app.core.text.clean import for_terminal
from app.core.text.log_secrets import without_secrets

_MOST_CHARACTERS = 20_000
"""Of a message; a traceback below it is not counted."""


class LogLines(logging.Formatter):
    """Time, level, logger and message in one line, more lines indented."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        message = for_terminal(record.message[:_MOST_CHARACTERS])
        record.message = message.replace("\n", "\n    ")  # a forged line is seen to be none
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """The message, and a traceback where there is one; nothing that opens anything."""
        return for_terminal(without_secrets(super().format(record)))
