"""The person's Hub token: read where Hugging Face keeps it, kept in the system's keyring.

Never written to a file: where no keyring is at hand, a token lives as long as the program.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.base.files import read_ordinary
from app.base.keyring import Keyring, system_keyring
from app.base.named import named
from app.core.errors import PersonError
from app.core.words.sentence import say, worded
from app.hub.settings import (
    DEFAULT_ENDPOINT,
    ENDPOINT_VARIABLE,
    check_endpoint,
    hugging_face_home,
)

log = logging.getLogger(__name__)

_SERVICE = "shrinkscope"
_MAX_TOKEN_FILE_BYTES = 4_096
_KEYRING = worded("hub.systems_keyring")
_THIS_RUN = worded("hub.this_run")
_TOKEN = re.compile(r"[\x21-\x7e]{4,512}")


class TokenSource(Enum):
    """Where a token comes from."""

    ENVIRONMENT = "the environment"
    HUGGING_FACE = "Hugging Face's token file"
    KEYRING = "the system keyring"
    THIS_RUN = "this run only"


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A token and where it comes from; never shows the token itself.

    Attributes:
        place: Where exactly: a variable's name, a file, or words.
    """

    secret: str
    source: TokenSource
    place: str

    def __repr__(self) -> str:
        return f"Token(…, {self.source})"


class Tokens:
    """Finds and keeps the token for one Hub. Any thread; looking it up may ask the keyring.

    Args:
        endpoint: The token is kept for this Hub alone.
        keyring: Finds the keyring when first needed.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        environ: Mapping[str, str] = os.environ,
        keyring: Callable[[], Keyring | None] = system_keyring,
    ) -> None:
        self._endpoint = endpoint
        self._environ = environ
        self._find_keyring = keyring
        self._keyring: Keyring | None = None
        self._looked = False
        self._this_run: Token | None = None
        self._kept: Token | None = None
        self._kept_known = False
        self._refused: frozenset[str] = frozenset()

    def token(self) -> Token | None:
        """The token to use: this program's own, else that of the Hugging Face programs.

        Theirs is for their Hub: another one gets it only where the environment itself names it.
        One that the Hub did not accept is not used again.
        """
        return next((token for token in self._all() if not self.is_refused(token)), None)

    def present(self) -> Token | None:
        """The token to speak of: the one in use, else one that the Hub did not accept."""
        return self.token() or next(iter(self._all()), None)

    def refuse(self, secret: str) -> None:
        """The Hub does not accept it: use it no more."""
        self._refused |= {secret}

    def accept(self, secret: str) -> None:
        """The Hub accepts it after all."""
        self._refused -= {secret}

    def is_refused(self, token: Token) -> bool:
        """Whether the Hub did not accept it in this run, or cannot."""
        return token.secret in self._refused or not _TOKEN.fullmatch(token.secret)

    def refused(self) -> list[Token]:
        """Those that are there and were not accepted; none before one was looked for."""
        looked = self._this_run is not None or self._kept_known
        return [token for token in self._all() if self.is_refused(token)] if looked else []

    def _all(self) -> Iterator[Token]:
        """Every token that may be used, the first first."""
        own = self._this_run or self._from_keyring()
        if own is not None:
            yield own
        if self._is_their_hub():
            yield from self._from_environment()
            theirs = self._file()
            if theirs is not None:
                yield theirs

    def keep(self, secret: str) -> TokenSource:
        """Use a token from now on; returns where it is kept.

        Raises:
            PersonError: It cannot be a token.
        """
        secret = secret.strip()
        if not _TOKEN.fullmatch(secret):
            raise PersonError(say("hub.not_token_spaces_other_signs"))
        self.accept(secret)
        self._this_run = Token(secret, TokenSource.THIS_RUN, _THIS_RUN)
        keyring = self._ring()
        if keyring is not None:
            try:
                keyring.set_password(_SERVICE, self._endpoint, secret)
            except Exception:  # backends raise what they like
                log.warning("the keyring did not take the token", exc_info=True)
            else:
                self._this_run = None
                self._kept, self._kept_known = _checked(secret, TokenSource.KEYRING, _KEYRING), True
                return TokenSource.KEYRING
        return TokenSource.THIS_RUN

    def forget(self) -> None:
        """Forget the program's own token; those of other programs stay theirs."""
        self._this_run = None
        self._kept, self._kept_known = None, True
        keyring = self._ring()
        if keyring is not None:
            try:
                if keyring.get_password(_SERVICE, self._endpoint) is not None:
                    keyring.delete_password(_SERVICE, self._endpoint)
            except Exception as error:
                raise PersonError(say("hub.system_keyring_did_not_forget"), repr(error)) from error

    def _is_their_hub(self) -> bool:
        if self._endpoint == DEFAULT_ENDPOINT:
            return True
        endpoint = named(self._environ, ENDPOINT_VARIABLE)
        try:
            return bool(endpoint) and check_endpoint(endpoint) == self._endpoint
        except PersonError:
            return False

    def _from_keyring(self) -> Token | None:
        if not self._kept_known:
            keyring = self._ring()
            secret = None
            if keyring is not None:
                try:
                    secret = keyring.get_password(_SERVICE, self._endpoint)
                except Exception:
                    log.info("the keyring cannot be read", exc_info=True)
            self._kept = _checked(secret, TokenSource.KEYRING, _KEYRING)
            self._kept_known = True
        return self._kept

    def _from_environment(self) -> Iterator[Token]:
        for variable in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
            secret = self._environ.get(variable)
            token = _checked(secret, TokenSource.ENVIRONMENT, variable)
            if token is not None:
                yield token

    def _file(self) -> Token | None:
        file = named(self._environ, "HF_TOKEN_PATH")
        path = Path(file).expanduser() if file else hugging_face_home(self._environ) / "token"
        try:
            data = read_ordinary(path, _MAX_TOKEN_FILE_BYTES)
        except OSError:
            return None
        return _checked(data.decode("utf-8", "replace"), TokenSource.HUGGING_FACE, str(path))

    def _ring(self) -> Keyring | None:
        if not self._looked:
            self._keyring, self._looked = self._find_keyring(), True
        return self._keyring


def _checked(secret: str | None, source: TokenSource, place: str) -> Token | None:
    secret = (secret or "").strip().strip("\"'")
    return Token(secret, source, place) if secret else None
