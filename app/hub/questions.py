"""Asks a Hub's API, and gives what it says as plain values.

huggingface_hub makes objects of the answers, and one odd value in one entry then fails the whole
search; its client, headers and errors are used as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urljoin

from app.hub.api_json import read_api_json

if TYPE_CHECKING:
    import httpx2

    from app.hub.connection import HubConnection


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
