"""Brings the model card of a repository: the beginning of its README, when somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.hub.cards import CARD, card_text
from app.hub.net.limits import within
from app.hub.source import open_start

if TYPE_CHECKING:
    from app.hub.connection import HubConnection

_MOST_BYTES = 256 << 10


def model_card(hub: HubConnection, repo_id: str, commit: str) -> str:
    """The card as Markdown; empty where the repository has none, or an empty one.

    Any thread; waits for the network, some seconds at most.

    Raises:
        HubError: It cannot be had.
    """
    data = bytearray()
    with within(seconds=hub.settings.patience.answer_s):
        body = open_start(hub, repo_id, commit, CARD, _MOST_BYTES)
        if body is None:
            return ""
        try:
            for piece in body.pieces():
                data += piece
                if len(data) >= _MOST_BYTES:
                    break
        finally:
            body.close()
    return card_text(bytes(data[:_MOST_BYTES]))
