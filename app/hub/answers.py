"""What an HTTP answer, or the lack of one, means: errors with sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.core.words.sentence import say, wait
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
            say("hub.something_way_such_networks_filter", host=response.request.url.host),
            "403 with a page",
        )
    if status == 429:
        raise rate_limited(response.headers, str(response.request.url.host))
    if status in _TRANSIENT:
        wait = retry_after_s(response.headers)
        raise HubBroken(
            say("hub.hub_fault_moment_try_again"),
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
    seconds = retry_after_s(headers)
    if seconds is None and (match := _RATE_RESET.search(headers.get("ratelimit", ""))):
        seconds = float(match[1])
    if seconds is None:
        said = say("hub.too_many_requests")
    else:
        said = say("hub.too_many_requests_wait", wait=wait(seconds))
    return HubRateLimited(said, f"429 {host}", seconds)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long a server asks to wait, in seconds; dates are not understood."""
    value = headers.get("retry-after", "").strip()
    return float(value) if value.isdecimal() and len(value) < 10 else None


def unreachable(host: str, error: Exception, *, of_hub: bool) -> HubTrouble:
    """The error for a connection that did not come about, to the Hub or to where its files lie."""
    detail = f"{type(error).__name__}: {error}"
    if of_hub:
        return HubOffline(say("hub.hub_cannot_reached_pc_online", host=host), detail)
    return HubOffline(say("hub.where_hub_keeps_files_cannot", host=host), detail)


def silent(error: Exception) -> HubTrouble:
    """The error for a server that says nothing."""
    return HubSilent(say("hub.hub_does_not_answer_moment"), type(error).__name__)


def broke_off(error: Exception) -> HubTrouble:
    """The error for a connection that ended in the middle."""
    return HubBroken(say("hub.connection_hub_broke_off"), f"{type(error).__name__}: {error}")


def page(detail: str) -> HubTrouble:
    """The error for a page that came in place of the Hub's answer."""
    return HubPage(say("hub.web_page_came_place_hubs"), detail)


def too_large(host: str) -> HubTrouble:
    """The error for an answer that no Hub gives."""
    return HubBroken(say("hub.hubs_answer_too_large"), host)


def circle(host: str) -> HubTrouble:
    """The error for redirects without end."""
    return HubAstray(say("hub.hub_sends_request_round_circle"), host)


def unsafe(address: str) -> HubTrouble:
    """The error for an address that must not be asked."""
    return HubAstray(say("hub.request_led_unsafe_address_perhaps"), address.partition("?")[0][:200])


def switched_off() -> HubSwitchedOff:
    """The error for a Hub that the environment forbids."""
    return HubSwitchedOff(say("hub.hub_switched_off_pc_hf"))
