"""Servers' models in what is made to be passed on: by their names, never by where they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.core.servers.address import host_of
from app.core.text.shared_names import is_path, names_without_folders

if TYPE_CHECKING:
    from app.core.candidates.candidate import ServerModel

_A_SERVER = "server"


def ids_without_folders(ids: Iterable[str]) -> dict[str, str]:
    """What to call models whose ids are paths on their servers' computers, by these ids."""
    return names_without_folders(filter(is_path, ids))


class ServersOut:
    """Takes the addresses of servers out of sentences.

    Args:
        models: Of the servers that may be named.
    """

    def __init__(self, models: Iterable[ServerModel]) -> None:
        far = [(each.url, each.server or _A_SERVER) for each in models if each.url]
        called = {url.partition("://")[2]: name for url, name in far}
        called |= {host_of(url): name for url, name in far}
        # Without its port, too, where it is a word of its own.
        called |= {(host_of(url).rpartition(":")[0] or host_of(url)): name for url, name in far}
        self._places = [
            (re.compile(rf"(?<![\w.-]){re.escape(place)}(?![\w-])"), name)
            for place, name in called.items()
        ]

    def text(self, text: str) -> str:
        """A sentence that calls servers by their names."""
        for place, name in self._places:
            text = place.sub(lambda _, to=name: to, text)
        return text
