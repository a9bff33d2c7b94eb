"""What people paste to name a model on a Hub, as they find it on pages and in other programs.

Command lines (``ollama run hf.co/…``, ``llama-server -hf …``, ``hf download …``), snippets of
Python, links that open other programs, addresses in quotes or brackets. Nothing here decides
whether it names something: that is :func:`app.core.hub_names.parse_hub_address`'s.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from app.core.models.labels import level_in_name

_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "<": ">", "(": ")", "[": "]"}
_BEHIND = ".,;!)>]}"
_MARKDOWN = re.compile(r"\[[^\]]*\]\((?P<address>[^()\s]+)\)")
_SSH = re.compile(r"\bgit@(?P<host>hf\.co|huggingface\.co):")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# Links for programs that take models from the Hub, and ours.
_APP_LINKS = frozenset(
    {"hf", "huggingface", "jan", "jellybox", "lmstudio", "msty", "recursechat", "sanctum",
     "shrinkscope"}
)  # fmt: skip
_PROGRAM = re.compile(
    r"(?:.*/)?(?:ollama|hf|huggingface-cli|lms|docker|ramalama|lemonade|vllm|git|wget|curl|aria2c"
    r"|shrinkscope|llama-[a-z-]+)(?:\.exe)?",
    re.IGNORECASE,
)
_BEFORE_PROGRAM = re.compile(r"[$>!%#]|sudo|uvx|pipx|uv|run|time|\w+=\S*")
_REPOSITORY_OPTIONS = frozenset(
    {"-hf", "-hfr", "--hf-repo", "--hf", "--repo", "--checkpoint", "--model", "-m"}
)
_FILE_OPTIONS = frozenset({"-hff", "--hf-file", "--include", "--filename"})
_HOST = re.compile(r"(?:www\.)?(?:hf\.co|huggingface\.co|hf-mirror\.com)/", re.IGNORECASE)
_CALL = re.compile(
    r"(?:\brepo_id\s*=\s*|\b(?:from_pretrained|hf_hub_download|snapshot_download)\(\s*)"
    r"[\"'](?P<repository>[^\"'\s]+)[\"']"
)
_CALL_FILE = re.compile(
    r"\b(?:filename|gguf_file|allow_patterns)\s*=\s*\[?\s*[\"'](?P<file>[^\"'\n]+)[\"']"
)
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+(?:[:@][\w.-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a text names, in the words that it uses.

    Attributes:
        where: A repository, perhaps with a level, or an address.
        what: A file or a level that is named apart from it, or None.
        revision: The same of a branch, tag or commit.
    """

    where: str
    what: str | None = None
    revision: str | None = None


def read_pasted(text: str) -> Pasted:
    """Find what a text names; one that is nothing of the kind is given back as it is."""
    words = _unwrapped(text)
    call = _CALL.search(words)
    if call is not None:
        named = _CALL_FILE.search(words)
        return Pasted(call["repository"], _file_or_level(named["file"] if named else None))
    if _SCHEME.match(words) and not re.search(r"\s", words):
        return _of_app_link(words)
    if not re.search(r"\s", words) or (_is_address(words) and words.endswith(".gguf")):
        return Pasted(words)
    return _of_command(_words(words)) or Pasted(words)


def _unwrapped(text: str) -> str:
    words = text.strip().strip("\ufeff\u200b\u2060").strip()
    words = _SSH.sub(r"\g<host>/", words)
    link = _MARKDOWN.fullmatch(words)
    if link is not None:
        words = link["address"]
    while len(words) > 1 and _QUOTES.get(words[0]) == words[-1]:
        words = words[1:-1].strip()
    if "://" in words or "/" in words:
        words = words.rstrip(_BEHIND)
    return words


def _words(line: str) -> list[str]:
    whole = re.sub(r"[\\^`]\r?\n", " ", line)
    try:
        return shlex.split(whole)
    except ValueError:  # a quotation mark alone
        return whole.split()


def _of_app_link(link: str) -> Pasted:
    """``lmstudio://open_from_hf?model=ORG/REPO``, ``hf://ORG/REPO@main/x.gguf`` and such."""
    scheme, _, rest = link.partition("://")
    if scheme.lower() not in _APP_LINKS:
        return Pasted(link)
    try:
        parsed = urlsplit(link)
        asked = parse_qs(parsed.query)
    except ValueError:
        return Pasted(link)
    for name in ("model", "hf-model-id", "repo"):
        if name in asked:
            return Pasted(asked[name][0], _file_or_level(asked.get("file", [None])[0]))
    parts = [unquote(part) for part in rest.partition("?")[0].split("/") if part]
    if scheme.lower() in {"hf", "huggingface"}:
        parts = parts[1:] if parts[:1] == ["models"] else parts
        name, at, revision = parts[1].partition("@") if len(parts) > 1 else ("", "", "")
        file = "/".join(parts[2:]) or None
        return Pasted(f"{parts[0]}/{name}" if name else link, file, revision if at else None)
    return Pasted("/".join(parts[-2:]))


def _of_command(words: list[str]) -> Pasted | None:
    """The repository that a command line is about; None where it is none that is known."""
    while words and _BEFORE_PROGRAM.fullmatch(words[0]):
        del words[0]
    address = next((word for word in words if _is_address(word)), None)
    if not words or not (address or _PROGRAM.fullmatch(words[0])):
        return None
    values = list(_values(words[1:]))
    named = [value for _, value in values if _REPOSITORY.fullmatch(value)]
    chosen = [value for option, value in values if option in _REPOSITORY_OPTIONS]
    plain = [value for option, value in values if not option]
    likely = (*(value for value in (*chosen, *plain) if value in named), *named)
    where = _unwrapped(address) if address else next(iter(likely), None)
    if where is None:
        return None
    files = [value for option, value in values if option in _FILE_OPTIONS]
    files += [value for value in plain if value != where and value.lower().endswith(".gguf")]
    revisions = [value for option, value in values if option == "--revision"]
    if address:
        files = [file for file in files if "://" not in file]
    found = _of_app_link(where) if "://" in where else Pasted(where)
    return Pasted(
        found.where,
        found.what or _file_or_level(next(iter(files), None)),
        found.revision or next(iter(revisions), None),
    )


def _values(words: list[str]) -> Iterable[tuple[str, str]]:
    """Each value with the option that stands before it, or with nothing."""
    option = ""
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("-") and not equals:
            option = word
            continue
        yield (name, value) if word.startswith("-") else (option, word)
        option = ""


def _is_address(word: str) -> bool:
    return (_SCHEME.match(word) or _HOST.match(word)) is not None


def _file_or_level(name: str | None) -> str | None:
    """A file's name as it is; of a pattern (``*Q4_K_M*``) the level in it."""
    if name is None or not re.search(r"[*?\[]", name):
        return name
    return level_in_name(re.sub(r"[*?\[\]]+", "-", name).strip("-").removesuffix("-"))
