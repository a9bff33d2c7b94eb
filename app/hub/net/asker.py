"""Who asks on this thread: whose token is sent, and whose certificates are believed."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.hub.net.certificates import Certificates

if TYPE_CHECKING:
    from app.hub.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Asker:
    """What a connection brings with it.

    Attributes:
        tokens: Told of a token that is not accepted; None where there is none.
    """

    tokens: Tokens | None = None
    certificates: Certificates = field(default_factory=Certificates)


_asker: ContextVar[Asker] = ContextVar("asker", default=Asker())  # noqa: B039 - nobody changes it


def asker() -> Asker:
    """Who asks on this thread."""
    return _asker.get()


@contextlib.contextmanager
def asking(who: Asker) -> Generator[None]:
    """Ask as somebody inside the block.

    huggingface_hub has one client for all who ask, which could not be told apart otherwise.
    """
    token = _asker.set(who)
    try:
        yield
    finally:
        _asker.reset(token)
