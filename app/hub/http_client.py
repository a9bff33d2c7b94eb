"""The HTTP client that huggingface_hub is given: with timeouts, and errors as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2

from app.hub import answers

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.hub.settings import HubSettings

NO_RETRY = "shrinkscope-plain"
"""An extension of a request whose answer is wanted whatever its status."""


def client_factory(settings: HubSettings) -> Callable[[], httpx2.Client]:
    """What ``set_client_factory`` takes."""

    def make() -> httpx2.Client:
        return HubClient(settings)

    return make


class HubClient(httpx2.Client):
    """Fails in seconds, and with a sentence."""

    def __init__(self, settings: HubSettings) -> None:
        self._settings = settings
        patience = settings.patience
        self._timeouts = {
            "connect": patience.connect_s,
            "read": patience.read_s,
            "write": patience.read_s,
            "pool": patience.read_s,
        }
        super().__init__(
            follow_redirects=True,
            event_hooks={"request": [self._before]},
            limits=httpx2.Limits(max_connections=32, max_keepalive_connections=8),
        )

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """Send a request; raises HubError where no usable answer comes."""
        # The library would wait and try again for half a minute at each of these.
        if self._settings.offline:
            raise answers.switched_off()
        try:
            response = super().send(request, **options)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise answers.unreachable(self._settings, error) from error
        except httpx2.TimeoutException as error:
            raise answers.silent(error) from error
        except (httpx2.TransportError, httpx2.TooManyRedirects) as error:
            raise answers.broke_off(error) from error
        try:
            if not request.extensions.get(NO_RETRY):
                answers.check_answer(response)
        except BaseException:
            response.close()
            raise
        return response

    def _before(self, request: httpx2.Request) -> None:
        # The library asks for no timeout where it forgets to ask for one.
        given = dict(request.extensions.get("timeout") or {})
        request.extensions["timeout"] = {
            name: given.get(name) or seconds for name, seconds in self._timeouts.items()
        }
