"""The way to one Hub: huggingface_hub with timeouts, and its errors as sentences.

huggingface_hub is imported when first needed. Its own patience is switched off: it waits for half
a minute before it says that there is no network, and for ever for a server that is silent.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.gate import StopFlag, Stopped
from app.core.words.sentence import say
from app.hub.answers import circle, switched_off
from app.hub.errors import (
    HubBroken,
    HubClosed,
    HubError,
    HubGated,
    HubMissing,
    HubUnauthorized,
)
from app.hub.net.asker import Asker, asking
from app.hub.net.certificates import Certificates
from app.hub.net.limits import within
from app.hub.settings import HubSettings, prepare_environment

if TYPE_CHECKING:
    from types import ModuleType

    import huggingface_hub

    from app.hub.net.http_client import HubClient
    from app.hub.tokens import Tokens

_STUMBLES = OSError | ValueError | LookupError | TypeError | AttributeError | RecursionError
_lock = threading.Lock()
_installed: list[HubSettings] = []


class HubConnection:
    """One Hub, one person. Any thread.

    Args:
        settings: Which Hub.
        tokens: The person's token for it.
        certificates: Whose are believed.
    """

    def __init__(
        self, settings: HubSettings, tokens: Tokens, certificates: Certificates | None = None
    ) -> None:
        self.settings = settings
        self.tokens = tokens
        self.certificates = certificates or Certificates()
        self._client: HubClient | None = None
        self._ending = _Ending()
        self._lock = threading.Lock()

    def api(self) -> huggingface_hub.HfApi:
        """huggingface_hub's own client of this Hub; call it inside :meth:`said`."""
        return self.library().HfApi(endpoint=self.settings.endpoint, token=self.secret() or False)

    def library(self) -> ModuleType:
        """huggingface_hub, with this program's timeouts and without what it does not want."""
        prepare_environment()
        import huggingface_hub

        with _lock:
            if not _installed or _installed[0] != self.settings:
                from app.hub.net.http_client import client_factory

                huggingface_hub.set_client_factory(client_factory(self.settings))
                # What a Hub makes it say goes to this program's log, not to the terminal.
                logging.getLogger("huggingface_hub").handlers.clear()
                _installed[:] = [self.settings]
        return huggingface_hub

    def secret(self) -> str | None:
        """The token to send, or None."""
        token = self.tokens.token()
        return None if token is None else token.secret

    def session(self) -> HubClient:
        """The connections for contents: they do not share the library's, which it may close."""
        with self._lock:
            if self._client is None:
                from app.hub.net.http_client import HubClient

                self._client = HubClient(self.settings)
            return self._client

    def believe(self, path: Path | None) -> None:
        """Believe certificates of the person's too, from the next request on; None for none.

        Raises:
            HubBarred: The file holds none.
        """
        self.certificates.choose(path)

    def abandon(self) -> None:
        """Ask this Hub nothing more: requests under way end within a tenth of a second.

        Any thread; the threads that wait get a HubClosed.
        """
        self._ending.stop()

    def close(self) -> None:
        """Close what is kept open; running downloads break off."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextlib.contextmanager
    def said(self, repo_id: str, what: str = "") -> Generator[None]:
        """Ask inside this: it ends when the program does, and errors are about a repository.

        Raises:
            HubError: In place of what the library raises.
        """
        try:
            with within(stop=self._ending), asking(Asker(self.tokens, self.certificates)):
                yield
        except (HubError, Stopped):
            raise
        except Exception as error:
            known = self._known(error, repo_id, what)
            if known is None:
                raise
            raise known from error

    def _known(self, error: Exception, repo_id: str, what: str) -> HubError | None:
        import httpx2
        from huggingface_hub import errors

        detail = str(error)[:2_000]
        subject = what or repo_id
        if isinstance(error, errors.GatedRepoError):
            return HubGated(repo_id, self.settings.page(repo_id), detail)
        if isinstance(error, errors.RepositoryNotFoundError):
            return self._missing_repository(repo_id, detail, error.response.status_code)
        if isinstance(error, errors.RemoteEntryNotFoundError | errors.RevisionNotFoundError):
            return HubMissing(say("hub.not_there", subject=subject), detail)
        if isinstance(error, errors.DisabledRepoError):
            return HubMissing(say("hub.disabled_hub", repo_id=repo_id), detail)
        if isinstance(error, errors.HfHubHTTPError):
            return self._of_status(error.response.status_code, subject, detail)
        if isinstance(error, errors.OfflineModeIsEnabled):
            return switched_off()
        if isinstance(error, errors.HFValidationError):
            return HubMissing(say("hub.no_name_repository", subject=subject), detail)
        if isinstance(error, httpx2.TooManyRedirects):
            return circle(detail)
        if isinstance(error, _STUMBLES | httpx2.HTTPError | httpx2.InvalidURL):
            # What the library stumbles over when an answer is not what a Hub says.
            return HubBroken(say("hub.hubs_answer_about_makes_no", subject=subject), repr(error))
        return None

    def _missing_repository(self, repo_id: str, detail: str, status: int) -> HubError:
        token = self.tokens.present()
        if token is None:
            return HubMissing(say("hub.no_repository_private_needs_token", repo_id=repo_id), detail)
        if self.tokens.is_refused(token) or status == 401:
            return HubUnauthorized(
                say("hub.no_repository_private_hub_does", repo_id=repo_id, place=token.place),
                detail,
            )
        return HubMissing(
            say("hub.no_repository_private_token_does", repo_id=repo_id, place=token.place), detail
        )

    def _of_status(self, status: int, subject: str, detail: str) -> HubError:
        token = self.tokens.present()
        if status in {401, 403} and token is None:
            return HubUnauthorized(say("hub.hub_does_not_show_everybody", subject=subject), detail)
        if token is not None and (
            status == 401 or (status == 403 and self.tokens.is_refused(token))
        ):
            return HubUnauthorized(say("hub.hub_does_not_accept_token", place=token.place), detail)
        if token is not None and status == 403:
            return HubUnauthorized(
                say("hub.token_does_not_allow_reading", place=token.place, subject=subject), detail
            )
        if status == 404:
            return HubMissing(say("hub.not_there", subject=subject), detail)
        if status >= 500:
            return HubBroken(say("hub.hub_fault_moment_try_again"), detail)
        return HubError(
            say("hub.hub_refused_request_about_status", subject=subject, status=status), detail
        )


class _Ending(StopFlag):
    """Whether the program ends."""

    def check(self) -> None:
        """Raise ``HubClosed`` if it does."""
        if self.is_stopped:
            raise HubClosed(say("hub.connection_hub_closed"))
