"""What an HTTP answer, or the lack of one, means: errors with sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.core.words.figures import about
from app.hub.errors import (
    HubAstray,
    HubBarred,
    HubBroken,
    HubOffline,
    HubPage,
    HubRateLimited,
    HubSilent,
    HubSwitchedOff,
    HubTrouble,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

_RATE_RESET = re.compile(r";\s*t\s*=\s*(\d+)")
PAGES = frozenset({"text/html", "application/xhtml+xml"})
_TRANSIENT = frozenset({408, 425, 500, 502, 503, 504})


def check_answer(response: httpx2.Response) -> None:
    """Raise for an answer that may be another in a moment; leave all others to the library.

    Raises:
        HubTrouble: Too many requests, or the server has a fault.
        HubBarred: Something on the way answers in the Hub's place, and lets nobody through.
    """
    status = response.status_code
    if status == 511:
        raise page("511")
    if status == 403 and _is_page(response):  # the Hub's own refusals are for programs
        raise HubBarred(
            f"Something on the way to {response.request.url.host}, such as this network’s filter,"
            " does not let this program through: ask whoever runs the network.",
            "403 with a page",
        )
    if status == 429:
        raise rate_limited(response.headers, str(response.request.url.host))
    if status in _TRANSIENT:
        wait = retry_after_s(response.headers)
        raise HubBroken(
            "The Hub has a fault at the moment; try again in a while.",
            f"{status} from {response.request.url.host}",
            wait,
        )


def check_no_page(response: httpx2.Response) -> None:
    """Raise where a page for people came in place of what was asked for.

    Raises:
        HubPage: What hotels, companies and proxies answer to everything.
    """
    if response.is_success and _is_page(response):
        raise page(f"from {response.request.url.host}")


def _is_page(response: httpx2.Response) -> bool:
    kind = response.headers.get("content-type", "").partition(";")[0]
    return kind.strip().lower() in PAGES


def looks_like_page(beginning: bytes) -> bool:
    """Tell whether content begins as a page does, whatever it is said to be."""
    return beginning.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))


def rate_limited(headers: Mapping[str, str], host: str) -> HubRateLimited:
    """The error for a 429."""
    wait = retry_after_s(headers)
    if wait is None and (match := _RATE_RESET.search(headers.get("ratelimit", ""))):
        wait = float(match[1])
    when = "try again in a while" if wait is None else f"try again in {about(wait)}"
    return HubRateLimited(f"The Hub had too many requests from here; {when}.", f"429 {host}", wait)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long a server asks to wait, in seconds; dates are not understood."""
    value = headers.get("retry-after", "").strip()
    return float(value) if value.isdecimal() and len(value) < 10 else None


def unreachable(host: str, error: Exception, *, of_hub: bool) -> HubTrouble:
    """The error for a connection that did not come about, to the Hub or to where its files lie."""
    detail = f"{type(error).__name__}: {error}"
    if of_hub:
        return HubOffline(f"The Hub ({host}) cannot be reached: is this PC online?", detail)
    return HubOffline(
        f"{host}, where the Hub keeps its files, cannot be reached: perhaps this network holds it"
        " back.",
        detail,
    )


def silent(error: Exception) -> HubTrouble:
    """The error for a server that says nothing."""
    return HubSilent(
        "The Hub does not answer at the moment; try again in a while.", type(error).__name__
    )


def broke_off(error: Exception) -> HubTrouble:
    """The error for a connection that ended in the middle."""
    return HubBroken("The connection to the Hub broke off.", f"{type(error).__name__}: {error}")


def page(detail: str) -> HubTrouble:
    """The error for a page that came in place of the Hub's answer."""
    return HubPage(
        "A web page came in place of the Hub’s answer: perhaps this network asks you to sign in"
        " first.",
        detail,
    )


def too_large(host: str) -> HubTrouble:
    """The error for an answer that no Hub gives."""
    return HubBroken("The Hub’s answer is too large to be one.", host)


def circle(host: str) -> HubTrouble:
    """The error for redirects without end."""
    return HubAstray("The Hub sends the request round in a circle.", host)


def unsafe(address: str) -> HubTrouble:
    """The error for an address that must not be asked."""
    return HubAstray(
        "The request was led to an unsafe address: perhaps this network asks you to sign in first.",
        address.partition("?")[0][:200],
    )


def switched_off() -> HubSwitchedOff:
    """The error for a Hub that the environment forbids."""
    return HubSwitchedOff("The Hub is switched off on this PC (HF_HUB_OFFLINE is set).")
