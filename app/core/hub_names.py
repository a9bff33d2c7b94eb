"""Names on a Hub: what people paste, and names of files that may be joined to a path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from app.core.errors import PersonError

HUB_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co", "www.hf.co"})
"""The hosts of the default Hub, as they stand in addresses."""

_MAX_INPUT = 2_000
_MAX_NAME_BYTES = 1_024
_MAX_PART_BYTES = 255
# What the Hub itself allows in one half of a repository's name: at most 96 signs.
_HALF = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_LEVEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_FILE_ENDING = ".gguf"
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}")
_PAGES = frozenset({"tree", "blob", "resolve", "raw"})
_NOT_MODELS = frozenset({"api", "datasets", "spaces", "docs", "collections", "papers", "settings"})
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
    words = text.strip()
    if len(words) > _MAX_INPUT:
        raise HubNameError("That is too long for the name of a repository.")
    path, explicit = _without_host(words, hosts | HUB_HOSTS)
    path, file_name = _without_file(path)
    parts = [part for part in path.split("/") if part]
    if explicit and parts and parts[0].lower() == "models" and len(parts) == 3:
        del parts[0]
    if not explicit and words[:1] in {"/", "."}:
        raise _nothing(text)  # a path
    if len(parts) < 2 or (explicit and parts[0].lower() in _NOT_MODELS):
        raise _nothing(text)
    owner, (name, colon, level) = parts[0], parts[1].partition(":")
    repo_id = check_repo_id(f"{owner}/{name}")
    if file_name is not None and len(parts) == 2 and not colon:
        return HubAddress(repo_id, file_name=safe_file_name(file_name))
    if colon and not _LEVEL.fullmatch(level):
        raise _nothing(text)
    if len(parts) == 2:
        return HubAddress(repo_id, level or None)
    if not explicit or colon:
        raise _nothing(text)
    return _page(repo_id, parts[2:], text)


def is_hub_address(text: str, hosts: frozenset[str] = frozenset()) -> bool:
    """Tell whether :func:`parse_hub_address` understands a text."""
    try:
        parse_hub_address(text, hosts)
    except HubNameError:
        return False
    return True


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


def _without_host(words: str, hosts: frozenset[str]) -> tuple[str, bool]:
    """The path of an address, and whether it was one; other hosts' are refused."""
    if "://" in words:
        try:
            parsed = urlsplit(words)
        except ValueError:
            raise _nothing(words) from None
        if parsed.scheme.lower() not in {"http", "https"} or parsed.netloc.lower() not in hosts:
            raise HubNameError(
                "That address does not belong to the Hub: paste the address of a model’s page.",
                detail=words[:200],
            )
        return unquote(parsed.path), True
    host, slash, rest = words.partition("/")
    if slash and host.lower() in hosts:
        return unquote(rest.partition("?")[0].partition("#")[0]), True
    return words, False


def _without_file(path: str) -> tuple[str, str | None]:
    """The part before ``:folder/file.gguf``, and the file; None where no file is named so."""
    before, colon, file_name = path.partition(":")
    if colon and _is_model_file(file_name):
        return before, file_name
    return path, None


def _is_model_file(file_name: str) -> bool:
    return file_name.lower().endswith(_FILE_ENDING)


def _page(repo_id: str, rest: list[str], text: str) -> HubAddress:
    kind, names = rest[0], rest[1:]
    if kind not in _PAGES:
        return HubAddress(repo_id)  # a tab of the page, such as its discussions
    if not names:
        return HubAddress(repo_id)
    revision = names[0]
    if not _REVISION.fullmatch(revision) or ".." in revision:
        raise _nothing(text)
    revision = None if revision == "main" else revision
    if kind == "tree" or len(names) == 1:
        return HubAddress(repo_id, revision=revision)
    return HubAddress(repo_id, file_name=safe_file_name("/".join(names[1:])), revision=revision)


def _shown(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= 80 else f"{shown[:80]}…"


def _nothing(text: str) -> HubNameError:
    return HubNameError(
        f"“{_shown(text)}” names no repository: write ORG/REPO, ORG/REPO:LEVEL or paste"
        " the address of a model’s page."
    )


def _unsafe(file_name: str) -> HubNameError:
    return HubNameError(
        f"The repository holds a file with an unsafe name, “{_shown(file_name)}”;"
        " it is not touched."
    )
