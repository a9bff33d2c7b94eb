"""Whose token is in use, as the Hub says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.words.sentence import say, worded
from app.hub.errors import HubUnauthorized

if TYPE_CHECKING:
    from app.hub.connection import HubConnection

_MOST_SIGNS = 100


def token_owner(connection: HubConnection) -> str | None:
    """The account's name; None where no token is in use, and nothing is asked then. Waits.

    Raises:
        HubError: The Hub cannot be asked, or does not accept the token.
    """
    token = connection.tokens.present()
    if token is None:
        return None
    # One that was not accepted is asked about once more: that may have been a passing fault.
    connection.tokens.accept(token.secret)
    if connection.tokens.is_refused(token):
        raise HubUnauthorized(say("hub.hub_does_not_accept_token", place=token.place))
    with connection.said("", worded("hub.your_account")):
        api: Any = connection.api()
        name = api.whoami(token=token.secret)["name"]
    return " ".join(str(name).split())[:_MOST_SIGNS]
