"""Whose token is in use, as the Hub says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.hub.connection import HubConnection

_MOST_SIGNS = 100


def token_owner(connection: HubConnection) -> str | None:
    """The account's name; None where no token is in use, and nothing is asked then. Waits.

    Raises:
        HubError: The Hub cannot be asked, or does not accept the token.
    """
    secret = connection.secret()
    if secret is None:
        return None
    with connection.said("", "your account"):
        api: Any = connection.api()
        name = api.whoami(token=secret)["name"]
    return " ".join(str(name).split())[:_MOST_SIGNS]
