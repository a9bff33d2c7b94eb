"""Links that web pages may hold: ``shrinkscope://open/ORG/REPO:LEVEL``.

The whole grammar, in which nothing else is understood::

    link    = "shrinkscope://" action "/" org "/" repo [":" levels] ["/"]
    action  = "open" | "compare"
    levels  = level *("," level)

``open`` shows a repository of the Hub, with at most one level marked; ``compare`` names one to six
levels that are to stand side by side. A link names neither a Hub nor a file nor a folder, and it
orders nothing: whatever it leads to waits for a button.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from app.core.candidates.candidate import MAX_CANDIDATES
from app.core.errors import PersonError
from app.core.hub_names import HubNameError, is_page, parse_hub_address
from app.core.models.gguf_reader import quotable
from app.core.words.sentence import say

SCHEME = "shrinkscope"
MAX_LINK_CHARACTERS = 512

_LINK = re.compile(
    r"shrinkscope://(?P<action>open|compare)"
    r"/(?P<owner>[A-Za-z0-9._-]+)/(?P<name>[A-Za-z0-9._-]+)"
    r"(?::(?P<levels>[A-Za-z0-9._,-]+))?/?",
    re.IGNORECASE,
)
# The two signs of the grammar that some programs write in this way; no other one has to be.
_WRITTEN_OTHERWISE = re.compile(r"%(?:3A|2C)", re.IGNORECASE)


class LinkAction(Enum):
    """What a link is for; the word that stands in it."""

    OPEN = "open"
    COMPARE = "compare"


class LinkError(PersonError):
    """A text that is no link of this program's."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was understood.

    Attributes:
        action: What it is for.
        repo_id: ``org/repo`` on the Hub in use.
        levels: The levels that it names, as they stand there, each once.
    """

    action: LinkAction
    repo_id: str
    levels: tuple[str, ...] = ()

    def __str__(self) -> str:
        levels = f":{','.join(self.levels)}" if self.levels else ""
        return f"{SCHEME}://{self.action.value}/{self.repo_id}{levels}"


def link_to(text: str) -> Link | None:
    """Return the link that leads where an address does which people copy, or None.

    Only what says by itself that it is meant for the Hub is taken: other words may be paths.
    """
    if not is_page(text):
        return None
    try:
        address = parse_hub_address(text)
    except HubNameError:
        return None
    wanted = address.level or (address.file_name or "").rpartition("/")[2]
    link = Link(LinkAction.OPEN, address.repo_id, (wanted,) if wanted else ())
    try:
        return parse_link(str(link))
    except LinkError:  # a name with signs that stand in no link
        return Link(LinkAction.OPEN, address.repo_id)


def is_link(word: str) -> bool:
    """Tell whether a word of the command line means a link, be it a good one or not."""
    return word[: len(SCHEME) + 1].lower() == f"{SCHEME}:"


def parse_link(text: str) -> Link:
    """Read a link, which may come from anywhere.

    Raises:
        LinkError: It is not of the grammar above.
    """
    if len(text) > MAX_LINK_CHARACTERS:
        raise LinkError(say("hub.link_too_long_shrinkscopes"), quotable(text))
    match = _LINK.fullmatch(_WRITTEN_OTHERWISE.sub(_plain_sign, text))
    if match is None or not text.isascii():
        raise _not_understood(text)
    action = LinkAction(match["action"].lower())
    named = (match["levels"] or "").split(",") if match["levels"] else []
    levels = tuple({level.upper(): level for level in named}.values())
    repo_id = f"{match['owner']}/{match['name']}"
    try:
        for level in levels or ("",):
            # The Hub's own rules for names, which leave no way out of a repository.
            parse_hub_address(f"{repo_id}:{level}" if level or named else repo_id)
    except HubNameError:
        raise _not_understood(text) from None
    if action is LinkAction.OPEN and len(levels) > 1:
        raise _not_understood(text)
    if action is LinkAction.COMPARE and not 1 <= len(levels) <= MAX_CANDIDATES:
        raise LinkError(
            say(
                "hub.link_compare_names_levels_names",
                max_candidates=MAX_CANDIDATES,
                count=len(levels) or say("hub.none"),
            ),
            quotable(text),
        )
    return Link(action, repo_id, levels)


def _plain_sign(match: re.Match[str]) -> str:
    return ":" if match[0].upper() == "%3A" else ","


def _not_understood(text: str) -> LinkError:
    return LinkError(say("hub.no_link_shrinkscope_understands_opens", text=quotable(text)))
