"""What foreign names in the log may do: nothing; and what it must not hold is not in it."""

from __future__ import annotations

import logging
import time

import pytest

from app.core.text.log_lines import LogLines, without_secrets

SECRET = "0123456789abcdefSECRET"


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


@pytest.mark.parametrize(
    "line",
    [
        f'HTTP Request: GET https://cdn.example/a?X-Amz-Signature={SECRET}&X-Amz-Date=1 "200"',
        f"GET https://cdn.example/a?Expires=1&Policy=eyJ_&Signature={SECRET}~&Key-Pair-Id=K2",
        f"(b'Location', b'https://cdn.example/x?response=1&Signature={SECRET}')",
        f"(b'location', b'/lfs/abc?X-Amz-Signature={SECRET}')",
        f"https://me:{SECRET}@hub.example/api",
        f"(b'Authorization', b'Bearer {SECRET}')",
        f"Authorization: Basic {SECRET}",
        f"authorization={SECRET}",
        f"{{'authorization': 'Bearer {SECRET}', 'accept': '*/*'}}",
        f'{{"token": "{SECRET}"}}',
        f"X-Amz-Credential={SECRET}/20261001/us-east-1",
        f"(b'Set-Cookie', b'AWSALB={SECRET}; Path=/')",
        f"x-xet-access-token: {SECRET}",
        f"curl -H 'authorization: Bearer {SECRET}' https://hub.example",
        f"hf_{SECRET}",
    ],
)
def test_secrets_are_left_out(line: str) -> None:
    shown = without_secrets(line)
    assert SECRET not in shown
    assert "…" in shown


@pytest.mark.parametrize(
    "line",
    [
        "GET https://huggingface.co/api/models/org/repo-GGUF",
        "huggingface_hub.file_download: hf_hub_download of model-Q4_K_M.gguf",
        "is this PC online? yes = no",
        "the token limit is 512 tokens; policy of the window",
        "100 tokens, signature of 3 levels",
        "A C:\\models\\m.gguf, size=3",
    ],
)
def test_the_rest_is_told_as_it_was(line: str) -> None:
    assert without_secrets(line) == line


def test_a_long_line_takes_no_time() -> None:
    began = time.process_time()
    for piece in ("?a", "https://", "://a", "token=", "bearer ", "?", "a?", "x-amz-", "hf_a"):
        without_secrets(piece * (100_000 // len(piece)))
    assert time.process_time() - began < 5
