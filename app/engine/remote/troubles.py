"""What can go wrong with a server, each as one sentence."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import cast

import httpx2

from app.core.errors import PersonError
from app.core.text.clean import clean_line
from app.core.words.sentence import Sentence, say, verbatim, wait
from app.engine.remote.access import Access
from app.engine.remote.lenient import count, entries, inside, read_json, text

_MOST_WORDS = 300
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_NOT_VALID_NOW = {9, 10}
_OTHER_NAME = {62, 64}
_TOO_LONG = re.compile(
    r"exceed_context_size|context_length_exceeded|maximum context length|truncation is disabled"
    r"|longer than the model's context|exceeds? the (?:available )?context",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(r"model_not_found|model.{0,200}(?:not found|not exist|no such)", re.I | re.S)
# What the library says of a connection's end, not of what came over it.
_CLOSED = re.compile(r"disconnected|peer closed")
_LOADING = re.compile(r"loading model|model is loading|unavailable_error", re.IGNORECASE)


class Trouble(Enum):
    """What kind of trouble it is, for who can do something about it."""

    UNREACHABLE = auto()
    BROKE_OFF = auto()
    SILENT = auto()
    CERTIFICATE = auto()
    KEY = auto()
    FORBIDDEN = auto()
    MISSING = auto()
    BUSY = auto()
    LOADING = auto()
    FAULT = auto()
    REFUSED = auto()
    TOO_LONG = auto()
    NONSENSE = auto()
    LED_AWAY = auto()
    STORE = auto()


class RemoteError(PersonError):
    """A request to a server failed.

    Attributes:
        trouble: Which kind of failure.
        status: Of HTTP, where there was an answer.
        wait_s: How long the server asks to wait.
        excess_tokens: By how many tokens a prompt is too long.
        parameter: The field that the server does not take, where it names one.
    """

    def __init__(
        self,
        trouble: Trouble,
        said: Sentence,
        detail: str = "",
        *,
        status: int | None = None,
        wait_s: float | None = None,
        excess_tokens: int | None = None,
        parameter: str = "",
    ) -> None:
        super().__init__(said, detail)
        self.trouble = trouble
        self.status = status
        self.wait_s = wait_s
        self.excess_tokens = excess_tokens
        self.parameter = parameter


def without_secrets(words: str, access: Access) -> str:
    """A text with a sign in the place of everything that must not be shown."""
    for secret in access.secrets:
        words = words.replace(secret, "…")
    return words


def of_network(error: Exception, access: Access) -> RemoteError:
    """What a failure of the connection means."""
    host = access.host
    detail = without_secrets(f"{type(error).__name__}: {error}", access)
    causes = list(causes_of(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause, host)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return RemoteError(Trouble.CERTIFICATE, say("remote.no_tls", host=host), detail)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        name = httpx2.URL(access.url).host
        return RemoteError(Trouble.UNREACHABLE, say("remote.no_such_host", host=name), detail)
    if any(_is_refusal(cause) for cause in causes):
        return RemoteError(Trouble.UNREACHABLE, say("remote.refused", host=host), detail)
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
        return RemoteError(Trouble.UNREACHABLE, say("remote.not_reached", host=host), detail)
    if isinstance(error, httpx2.RemoteProtocolError) and not _CLOSED.search(str(error)):
        said = say("remote.no_http", host=host)
        return RemoteError(Trouble.NONSENSE, said, detail)
    if isinstance(error, httpx2.SSEError):
        return too_large(access)
    return RemoteError(Trouble.BROKE_OFF, say("remote.broke_off", host=host), detail)


def wrong_key(access: Access) -> RemoteError:
    """A key or a header that cannot be sent; the library would show it in its words."""
    return RemoteError(Trouble.KEY, say("remote.wrong_key", host=access.host))


def silent(access: Access, seconds: float) -> RemoteError:
    """Nothing came for too long."""
    said = say("remote.silent", host=access.host, wait=wait(seconds))
    return RemoteError(Trouble.SILENT, said)


def too_large(access: Access) -> RemoteError:
    """More came than can be right."""
    return RemoteError(Trouble.NONSENSE, say("remote.too_large", host=access.host))


def nonsense(access: Access, detail: str) -> RemoteError:
    """What came is not what such servers say."""
    said = say("remote.nonsense", host=access.host)
    return RemoteError(Trouble.NONSENSE, said, without_secrets(detail[:_MOST_WORDS], access))


def page(access: Access) -> RemoteError:
    """A page for people came."""
    return RemoteError(Trouble.NONSENSE, say("remote.page", host=access.host))


def is_page(headers: Mapping[str, str], beginning: bytes) -> bool:
    """Whether an answer is a page for people."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    start = beginning.lstrip()[:15].lower()
    return kind in _PAGES or start.startswith((b"<!doctype html", b"<html"))


def led_away(access: Access, address: str, location: str) -> RemoteError:
    """A redirect, which is not followed: what is sent is for one address alone."""
    try:
        wanted = httpx2.URL(address).join(location)
        place = str(wanted.copy_with(userinfo=b"", query=None, fragment=None))
    except (httpx2.InvalidURL, ValueError):
        place = location
    place = without_secrets(clean_line(place, _MOST_WORDS), access)
    said = say("remote.led_away", host=access.host, place=place)
    return RemoteError(Trouble.LED_AWAY, said)


def of_answer(
    access: Access, address: str, status: int, headers: Mapping[str, str], body: bytes, model: str
) -> RemoteError:
    """What an answer means that is none of success.

    Args:
        access: Who was asked.
        address: Where.
        status: Of HTTP.
        headers: Of the answer.
        body: Its beginning, at most some kilobytes.
        model: Which was asked for; empty where the request was about none.
    """
    host = access.host
    if is_page(headers, body) and status not in {401, 403, 404, 429}:
        return page(access)
    try:
        told = read_json(body)
    except ValueError:
        told = None
    known = words_of(told, access, or_nothing=True)
    kind = f"{text(told, 'error', 'type')} {text(told, 'error', 'code')} {known}"
    detail = without_secrets(f"{status} from {address}: {known}", access)
    wait_s = _retry_after_s(headers)
    trouble, said, more = _meaning(status, access, address, told, kind, model)
    if trouble is Trouble.BUSY and wait_s is not None:
        said = say("remote.too_many_wait", host=host, wait=wait(wait_s))
    return RemoteError(
        trouble,
        said,
        detail,
        status=status,
        wait_s=wait_s,
        excess_tokens=more,
        parameter=_parameter(told),
    )


def _parameter(told: object) -> str:
    """The field of the request that is at fault: OpenAI's way to say it, and pydantic's."""
    place = entries(told, "detail", 0, "loc")
    return text(told, "error", "param") or (str(place[-1]) if place else "")


def _meaning(
    status: int, access: Access, address: str, told: object, kind: str, model: str
) -> tuple[Trouble, Sentence, int | None]:
    """Which trouble it is, in a sentence; by how many tokens a prompt is too long."""
    host, words, excess = access.host, words_of(told, access), None
    if status == 401:
        trouble, said = Trouble.KEY, say("remote.key_missing", host=host)
        if access.key:
            said = say("remote.key_not_accepted", host=host)
    elif status == 403:
        trouble, said = Trouble.FORBIDDEN, say("remote.forbidden", host=host, words=words)
    elif status == 404 and model and _NO_MODEL.search(kind):
        trouble = Trouble.MISSING
        said = say("remote.no_such_model", host=host, model=model, words=words)
    elif status in {404, 405}:
        shown = without_secrets(address, access)
        trouble, said = Trouble.MISSING, say("remote.not_there", address=shown)
    elif status == 429:
        trouble, said = Trouble.BUSY, say("remote.too_many", host=host)
    elif status == 503 and _LOADING.search(kind):
        trouble, said = Trouble.LOADING, say("remote.loading", host=host)
    elif _TOO_LONG.search(kind):
        trouble, said = Trouble.TOO_LONG, say("remote.too_long", host=host, words=words)
        excess = _excess_tokens(told)
    elif status >= 500:
        trouble = Trouble.FAULT
        said = say("remote.fault", host=host, status=str(status), words=words)
    else:
        trouble, said = Trouble.REFUSED, say("remote.not_understood", host=host, words=words)
    return trouble, said, excess


def _excess_tokens(told: object) -> int | None:
    held, asked = (
        count(told, "error", name) or count(told, name) for name in ("n_ctx", "n_prompt_tokens")
    )
    return asked + 1 - held if asked and held and asked + 1 > held else None


def of_stream(access: Access, told: object) -> RemoteError:
    """An error that a server tells where an answer is expected."""
    words = words_of(told, access)
    kind = f"{text(told, 'error', 'type')} {text(told, 'error', 'code')} {words}"
    if _TOO_LONG.search(kind):
        said = say("remote.too_long", host=access.host, words=words)
        return RemoteError(Trouble.TOO_LONG, said)
    said = say("remote.said_error", host=access.host, words=words)
    return RemoteError(Trouble.FAULT, said)


def words_of(told: object, access: Access, *, or_nothing: bool = False) -> Sentence:
    """A server's own words for what went wrong."""
    for found in (
        inside(told, "error", "message"),
        inside(told, "error"),
        inside(told, "message"),
        inside(told, "detail"),
        inside(told, "detail", 0, "msg"),
        inside(told, "error", "metadata", "raw"),
    ):
        if isinstance(found, str) and found.strip():
            # A program's own trace is nobody's business here.
            first, *rest = found.strip().splitlines()
            line = f"{first} {rest[0].strip()}" if first.endswith(":") and rest else first
            return verbatim(without_secrets(clean_line(line, _MOST_WORDS), access))
    return verbatim("") if or_nothing else say("remote.no_words")


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> RemoteError:
    if error.verify_code in _NOT_VALID_NOW:
        said = say("remote.run_out", host=host)
    elif error.verify_code in _OTHER_NAME:
        said = say("remote.other_name", host=host)
    else:
        said = say("remote.unknown_issuer", host=host)
    return RemoteError(Trouble.CERTIFICATE, said, error.verify_message)


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, ConnectionRefusedError) or (
        isinstance(error, OSError) and error.errno == errno.ECONNREFUSED
    )


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """An error and all that led to it."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(cast("BaseExceptionGroup[BaseException]", one).exceptions)
        waiting.extend(each for each in (one.__cause__, one.__context__) if each is not None)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None
