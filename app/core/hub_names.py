"""Names on a Hub: what people paste, and names of files that may be joined to a path."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, unquote, urlsplit

from app.core.errors import PersonError
from app.core.hub.pasted import read_pasted
from app.core.models.labels import level_in_name
from app.core.words.sentence import say

HUB_HOSTS = frozenset(
    {"huggingface.co", "www.huggingface.co", "hf.co", "www.hf.co", "hf-mirror.com"}
)
"""The hosts of the default Hub and of its best-known mirror, as they stand in addresses."""

_MAX_INPUT = 2_000
_MAX_NAME_BYTES = 1_024
_MAX_PART_BYTES = 255
# What the Hub itself allows in one half of a repository's name: at most 96 signs.
_HALF = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_LEVEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_FILE_ENDING = ".gguf"
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}")
_PAGES = frozenset({"tree", "blob", "resolve", "raw", "blame"})
_BEFORE_NAMES = frozenset({"models", "api"})
_OF_MODELS = (".gguf", ".dat", ".imatrix", ".safetensors")
_NOT_MODELS = frozenset({"datasets", "spaces", "docs", "collections", "papers", "settings"})
# Names that Windows takes for devices, whatever stands behind their dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')


class HubNameError(PersonError):
    """A text that names nothing on a Hub, or a file name that must not become a path."""


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Something on a Hub, as a person named it.

    Attributes:
        repo_id: ``org/repo``.
        level: What stood behind the colon, or None.
        file_name: A file of the repository, safe to be joined to a path, or None.
        revision: A branch, tag or commit, or None for the newest.
    """

    repo_id: str
    level: str | None = None
    file_name: str | None = None
    revision: str | None = None

    def __str__(self) -> str:
        wanted = self.level
        if wanted is None and self.file_name is not None and _is_model_file(self.file_name):
            wanted = self.file_name
        return f"{self.repo_id}:{wanted}" if wanted else self.repo_id


def parse_hub_address(text: str, hosts: frozenset[str] = frozenset()) -> HubAddress:
    """Read what a person pasted: ``org/repo``, ``org/repo:LEVEL``, ``hf.co/…`` or a page's address.

    In place of the level the name of a file may stand, with its folders:
    ``org/repo:folder/file.gguf``.

    Args:
        text: The words, perhaps with spaces around them.
        hosts: Further hosts (with port, if not the usual one) whose pages are understood.

    Raises:
        HubNameError: It names no model repository; the sentence says what would.
    """
    if len(text) > _MAX_INPUT:
        raise HubNameError(say("hub.too_long_name_repository"))
    pasted = read_pasted(text)
    address = _parse(pasted.where, hosts | HUB_HOSTS)
    what = pasted.what if address.level is None and address.file_name is None else None
    if what and ".gguf" in what.lower():
        address = replace(address, file_name=safe_file_name(what))
    elif what and _LEVEL.fullmatch(what):
        address = replace(address, level=what)
    revision = pasted.revision
    if revision and revision != "main" and _is_revision(revision):
        address = replace(address, revision=revision)
    return address


def is_page(text: str) -> bool:
    """Tell whether a text is the address of a page: with ``https://`` or a host of the Hub."""
    words = text.strip()
    return "://" in words or words.partition("/")[0].lower() in HUB_HOSTS


def may_be_path(text: str) -> bool:
    """Tell whether a text that names a file of a repository is as likely a path with a slip in it.

    ``folder/sub/file.gguf`` has the form in which other programs name ``ORG/REPO/file.gguf``.
    """
    return text.lower().endswith(_FILE_ENDING) and ":" not in text and not is_page(text)


def is_repo_id(repo_id: str) -> bool:
    """Tell whether a text has the form ``org/repo``."""
    halves = repo_id.split("/")
    return (
        len(halves) == 2
        and all(_HALF.fullmatch(half) for half in halves)
        and "--" not in repo_id
        and ".." not in repo_id
        and not repo_id.endswith(".git")
    )


def check_repo_id(repo_id: str) -> str:
    """Return a repository's name if it can be one.

    Raises:
        HubNameError: It is not of the form ``org/repo``.
    """
    if not is_repo_id(repo_id):
        raise _nothing(repo_id)
    return repo_id


def safe_parts(file_name: str) -> tuple[str, ...]:
    """Return the folders and the name of a repository's file, each safe to be joined to a path.

    Raises:
        HubNameError: The name could leave its folder or means something else on some system.
    """
    parts = tuple(file_name.split("/"))
    if len(file_name.encode("utf-8", "surrogatepass")) > _MAX_NAME_BYTES:
        raise _unsafe(file_name)
    if not all(_is_safe(part) for part in parts):
        raise _unsafe(file_name)
    return parts


def safe_file_name(file_name: str) -> str:
    """Return the name of a repository's file if it is safe; see :func:`safe_parts`."""
    safe_parts(file_name)
    return file_name


def _is_safe(part: str) -> bool:
    return not (
        part in {"", ".", ".."}
        or part[-1] in " ."
        or part[0] == " "
        or _FORBIDDEN.search(part)
        or _DEVICE.fullmatch(part)
        or any("\ud800" <= sign <= "\udfff" for sign in part)
        or len(part.encode()) > _MAX_PART_BYTES
    )


def _parse(words: str, hosts: frozenset[str]) -> HubAddress:
    parts, query, explicit = _without_host(words, hosts)
    while explicit and len(parts) > 2 and parts[0].lower() in _BEFORE_NAMES:
        del parts[0]
    if not explicit and words[:1] in {"/", "."}:
        raise _nothing(words)  # a path
    if len(parts) < 2 or (explicit and parts[0].lower() in _NOT_MODELS):
        raise _nothing(words)
    owner, (name, colon, wanted), rest = parts[0], parts[1].partition(":"), parts[2:]
    name, at, mark = name.partition("@")
    repo_id = check_repo_id(f"{owner}/{name.removesuffix('.git') if explicit else name}")
    if colon:
        return _behind_colon(repo_id, "/".join([wanted, *rest]), words)
    if at:
        if rest or not _LEVEL.fullmatch(mark):
            raise _nothing(words)
        is_level = level_in_name(mark) is not None  # “lms get org/repo@q4_k_m”
        return HubAddress(repo_id, mark) if is_level else HubAddress(repo_id, revision=mark)
    info = query.get("show_file_info", [""])[0]
    if _is_model_file(info):
        return HubAddress(repo_id, file_name=safe_file_name(info))
    if rest and _is_model_file(rest[-1]) and (rest[0] not in _PAGES or not explicit):
        return HubAddress(repo_id, file_name=safe_file_name("/".join(rest)))
    if rest and not explicit:
        raise _nothing(words)
    return _page(repo_id, rest, words)


def _behind_colon(repo_id: str, wanted: str, text: str) -> HubAddress:
    if _is_model_file(wanted):
        return HubAddress(repo_id, file_name=safe_file_name(wanted))
    if not _LEVEL.fullmatch(wanted):
        raise _nothing(text)
    # Ollama’s word for a repository’s usual level.
    return HubAddress(repo_id, None if wanted.lower() == "latest" else wanted)


def _without_host(
    words: str, hosts: frozenset[str]
) -> tuple[list[str], dict[str, list[str]], bool]:
    """The parts of an address, what is asked behind it, and whether it was one with a host."""
    if "://" not in words:
        host, _, rest = words.partition("/")
        if host.lower() not in hosts:
            return [part for part in words.split("/") if part], {}, False
        words = f"https://{host}/{rest}"
    try:
        parsed = urlsplit(words)
        query = parse_qs(parsed.query)
    except ValueError:
        raise _nothing(words) from None
    host = parsed.netloc.lower().rpartition("@")[2].removesuffix(":443")
    if parsed.scheme.lower() not in {"http", "https"} or host not in hosts:
        raise HubNameError(say("hub.address_does_not_belong_hub"), detail=words[:200])
    # A slash that is written as %2F belongs to a branch’s name, or to a file’s.
    parts = [unquote(part) for part in parsed.path.split("/") if part]
    return [*"/".join(parts[:2]).split("/"), *parts[2:]] if parts else [], query, True


def _is_model_file(file_name: str) -> bool:
    return file_name.lower().endswith(_FILE_ENDING)


def _is_revision(revision: str) -> bool:
    return _REVISION.fullmatch(revision) is not None and ".." not in revision


def _page(repo_id: str, rest: list[str], text: str) -> HubAddress:
    if len(rest) < 2 or rest[0] not in _PAGES:
        return HubAddress(repo_id)  # a tab of the page, such as its discussions
    kind, revision, names = rest[0], rest[1], rest[2:]
    if not _is_revision(revision):
        raise _nothing(text)
    revision = None if revision == "main" else revision
    if kind == "tree" or not names:
        # Publishers have folders for levels of several shards.
        level = level_in_name("/".join(names)) if names else None
        return HubAddress(repo_id, level, revision=revision)
    file_name = safe_file_name("/".join(names))
    is_text = not any(ending in file_name.lower() for ending in _OF_MODELS)
    return HubAddress(repo_id, file_name=None if is_text else file_name, revision=revision)


def _shown(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= 80 else f"{shown[:80]}…"


def _nothing(text: str) -> HubNameError:
    return HubNameError(say("hub.names_no_repository_write_org", text=_shown(text)))


def _unsafe(file_name: str) -> HubNameError:
    return HubNameError(say("hub.repository_holds_file_unsafe_name", file_name=_shown(file_name)))
