"""The person's token for the Hub, and what stands in for a Hub that must not be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from app.hub.tokens import Tokens, TokenSource
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.hub.connection import HubConnection


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """Which token is in use.

    Attributes:
        place: Where it comes from, in words; empty where there is none.
        own: It is this program's own, which can be forgotten.
        remark: More to know of it, a sentence, or empty.
        refused: The Hub did not accept it: it is asked without it.
    """

    place: str = ""
    own: bool = False
    remark: str = ""
    refused: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether a token is in use."""
        return bool(self.place) and not self.refused


class HubAccount:
    """Job threads: the keyring may ask the person for a password, and the Hub takes its time.

    Args:
        tokens: Of the Hub in use.
        owner: Asks it whose the token is.
    """

    def __init__(self, tokens: Tokens, owner: Callable[[], str | None]) -> None:
        self._tokens = tokens
        self.owner = owner

    def status(self) -> AccountStatus:
        """Which token is in use."""
        token = self._tokens.present()
        if token is None:
            return AccountStatus()
        status = {
            TokenSource.KEYRING: AccountStatus(
                translate("HubAccount", "the system’s keyring"), own=True
            ),
            TokenSource.THIS_RUN: AccountStatus(
                translate("HubAccount", "this program’s memory"),
                own=True,
                remark=translate(
                    "HubAccount", "It is gone when the program ends, because there is no keyring."
                ),
            ),
            TokenSource.HUGGING_FACE: AccountStatus(
                translate("HubAccount", "Hugging Face’s token file"),
                remark=translate(
                    "HubAccount", "The file is Hugging Face’s own: it is read here, and left alone."
                ),
            ),
            TokenSource.ENVIRONMENT: AccountStatus(
                translate("HubAccount", "the environment ({variable})").format(
                    variable=token.place
                ),
                remark=translate("HubAccount", "Whoever set the variable takes it away again."),
            ),
        }[token.source]
        return replace(status, refused=self._tokens.is_refused(token))

    def keep(self, secret: str) -> str:
        """Keep a token; returns where, in words.

        Raises:
            PersonError: It cannot be a token.
        """
        if self._tokens.keep(secret) is TokenSource.KEYRING:
            return translate("HubAccount", "the system’s keyring")
        return translate(
            "HubAccount", "this program’s memory until it ends, because there is no keyring"
        )

    def forget(self) -> AccountStatus:
        """Forget the program's own token; returns what is in use then.

        Raises:
            PersonError: The keyring does not do it.
        """
        self._tokens.forget()
        return self.status()


class HubTrust:
    """Whose certificates are believed.

    Args:
        connection: To the Hub.
        remember: Writes the choice to the settings; empty for none.
    """

    def __init__(self, connection: HubConnection, remember: Callable[[str], object]) -> None:
        self._connection = connection
        self._remember = remember

    @property
    def chosen(self) -> Path | None:
        """The file that the person chose."""
        return self._connection.certificates.chosen

    def believe(self, path: Path | None) -> None:
        """Believe what is in a file, or nothing more.

        Raises:
            PersonError: It holds no certificates.
        """
        self._connection.believe(path)

    def keep(self) -> None:
        """Remember the choice."""
        self._remember("" if self.chosen is None else str(self.chosen))


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

    def card(self, repository: object) -> NoReturn:
        """Refuse."""
        raise self._error

    def made_from(self, repo_id: str) -> NoReturn:
        """Refuse."""
        raise self._error
