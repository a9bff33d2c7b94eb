"""Asks a Hub's API, and gives what it says as plain values.

huggingface_hub makes objects of the answers, and one odd value in one entry then fails the whole
search; its client, headers and errors are used as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urljoin

if TYPE_CHECKING:
    import httpx2

    from app.hub.connection import HubConnection

# Python's reader gives up somewhere near a thousand; nothing that is used lies deeper than five.
_MOST_DEEP = 64
# Of a number; no count has more, and Python refuses to read 4,301 of them.
_MOST_DIGITS = 400
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def read_api_json(content: bytes) -> object:
    """The value of an answer; what is nested too deep in it, or a number without end, is None.

    Raises:
        ValueError: It is no JSON.
    """
    text = content.decode("utf-8-sig", "replace")
    try:
        return json.loads(text, parse_int=_number)
    except RecursionError:
        return json.loads(_without_depths(text), parse_int=_number)


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _without_depths(text: str) -> str:
    """The same JSON with ``null`` for each value that is nested too deep."""
    kept: list[str] = []
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        if token[0] in {"[", "{"}:
            depth += 1
            if depth == _MOST_DEEP:
                kept.append(text[begin : token.start()])
        elif token[0] in {"]", "}"}:
            if depth == _MOST_DEEP:
                kept.append("null")
                begin = token.end()
            depth -= 1
    if depth < _MOST_DEEP:  # else it never ends, and is no JSON
        kept.append(text[begin:])
    return "".join(kept)


def list_models(hub: HubConnection, parameters: Mapping[str, str | list[str]]) -> Iterator[object]:
    """The entries of a search, one after the other; a page is asked for when it is needed.

    Call it, and go on with it, inside :meth:`HubConnection.said`.
    """
    answer = _ask(hub, f"{hub.settings.endpoint}/api/models", parameters)
    while True:
        entries = read_api_json(answer.content)
        if not isinstance(entries, list):
            raise TypeError("a search that is no list")
        yield from cast("list[object]", entries)
        following = answer.links.get("next", {}).get("url")
        if not following:
            return
        answer = _ask(hub, urljoin(str(answer.request.url), following))


def model(hub: HubConnection, repo_id: str, revision: str | None) -> dict[str, object]:
    """What is said of a repository; call it inside :meth:`HubConnection.said`."""
    address = f"{hub.settings.endpoint}/api/models/{repo_id}"
    if revision is not None:
        address += f"/revision/{quote(revision, safe='')}"
    said = read_api_json(_ask(hub, address, {"blobs": "true"}).content)
    if not isinstance(said, dict):
        raise TypeError("a repository that is no object")
    return cast("dict[str, object]", said)


def _ask(
    hub: HubConnection, address: str, parameters: Mapping[str, str | list[str]] | None = None
) -> httpx2.Response:
    library = hub.library()
    answer = library.get_session().get(
        address,
        params=parameters,
        headers=library.utils.build_hf_headers(token=hub.secret() or False),
    )
    library.utils.hf_raise_for_status(answer)
    return answer
