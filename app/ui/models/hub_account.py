"""The person's token for the Hub, and what stands in for a Hub that must not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QCoreApplication

from app.hub.tokens import TokenSource

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.hub.tokens import Tokens


class HubAccount:
    """Job threads: the keyring may ask the person for a password."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def signed_in(self) -> bool:
        """Whether a token is at hand."""
        return self._tokens.token() is not None

    def keep(self, secret: str) -> str:
        """Keep a token; returns where, in words.

        Raises:
            PersonError: It cannot be a token.
        """
        if self._tokens.keep(secret) is TokenSource.KEYRING:
            return _tr("the system’s keyring")
        return _tr("this program’s memory until it ends, because there is no keyring")


class ForbiddenHub:
    """A catalogue that always refuses, with the reason."""

    def __init__(self, error: PersonError) -> None:
        self._error = error

    def search(self, query: object) -> NoReturn:
        """Refuse."""
        raise self._error

    def repository(self, repo_id: str, revision: str | None = None) -> NoReturn:
        """Refuse."""
        raise self._error

    def made_from(self, repo_id: str) -> NoReturn:
        """Refuse."""
        raise self._error


def _tr(text: str) -> str:
    return QCoreApplication.translate("HubAccount", text)
