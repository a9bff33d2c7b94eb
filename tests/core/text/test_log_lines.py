"""What foreign names in the log may do: nothing."""

from __future__ import annotations

import logging

from app.core.text.log_lines import LogLines


def line(message: str, *details: object, error: BaseException | None = None) -> str:
    about = (type(error), error, None) if error is not None else None
    record = logging.LogRecord("app.x", logging.INFO, __file__, 1, message, details, about)
    return LogLines().format(record)


def test_a_name_in_a_message_steers_nothing() -> None:
    shown = line("reading %s", "\x1b]0;mine\x07\u202e.gguf\udcff")
    assert shown.endswith("INFO app.x: reading \ufffd]0;mine\ufffd\ufffd.gguf\ufffd")
    shown.encode()


def test_a_name_forges_no_line() -> None:
    first, second = line("reading %s", "a\n2026-01-01 00:00:00,000 ERROR app.x: b").split("\n")
    assert first.endswith("reading a")
    assert second.startswith("    2026")


def test_an_error_is_told_below_and_cleaned() -> None:
    shown = line("failed", error=ValueError("\x1b[2J"))
    assert shown.endswith("ValueError: \ufffd[2J")
    assert "\x1b" not in shown


def test_a_message_without_end_is_cut() -> None:
    assert len(line("%s", "x" * 1_000_000)) < 21_000


def test_a_line_and_its_traceback_hold_no_signed_address() -> None:
    address = "https://cdn.example/x?X-Amz-Signature=s3cret"
    shown = line("asked %s", address, error=ValueError(address))
    assert "s3cret" not in shown
    assert shown.count("https://cdn.example/x?…") == 2
