"""A server that the person added: another program that runs models, here or elsewhere."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core.errors import PersonError
from app.core.servers.address import is_here, is_open_to_readers, origin_of, server_address
from app.core.text.clean import clean_line
from app.core.words.sentence import say

_MOST_NAME_SIGNS = 60
# What stands around a name where a candidate is written: server:NAME#model=ID,…
_NOT_IN_NAMES = re.compile(r"[#\r\n\t]")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
# What the client itself says, and what would send a key past its keeping.
_OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
    }
)

MOST_PRICE = 1e9
Price = Annotated[float, Meta(ge=0, le=MOST_PRICE)]


class ServerKind(StrEnum):
    """Which program a server is, as far as it tells."""

    SHRINKSCOPE = "shrinkscope"
    LLAMA_SERVER = "llama-server"
    OLLAMA = "ollama"
    LM_STUDIO = "lm-studio"
    VLLM = "vllm"
    SGLANG = "sglang"
    EXO = "exo"
    GPUSTACK = "gpustack"
    OPENAI = "openai"
    """Another one that speaks like OpenAI's."""

    @property
    def program(self) -> str:
        """The program's own name; empty where it is not known."""
        return _TITLES.get(self, self.value)


_TITLES = {
    ServerKind.SHRINKSCOPE: "Shrinkscope",
    ServerKind.OLLAMA: "Ollama",
    ServerKind.LM_STUDIO: "LM Studio",
    ServerKind.VLLM: "vLLM",
    ServerKind.SGLANG: "SGLang",
    ServerKind.GPUSTACK: "GPUStack",
    ServerKind.OPENAI: "",
}


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a server; its key and the values of its headers are in the keyring alone.

    Attributes:
        name: The person's own for it; unique, without regard to capitals.
        url: Its address, as :func:`~app.core.servers.address.server_address` writes it.
        kind: What it was when it was tested last; None before.
        ca_file: A file with the certificates that vouch for it, beside the system's own; empty for
            none.
        headers: Names of further headers that it is sent.
        allows_plain_http: The person knows that what is said there travels in the clear.
        models: Ids that were typed, for a server that lists none.
        listed: Ids that it listed when it was tested last.
        key_variable: The environment's variable that holds its key, where no keyring does.
        price_in: Money for a million tokens that are read, in the person's own currency; None
            where it costs nothing, or nobody said.
        price_out: The same for tokens that are written.
    """

    name: str
    url: str
    kind: ServerKind | None = None
    ca_file: str = ""
    headers: tuple[str, ...] = ()
    allows_plain_http: bool = False
    models: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    key_variable: str = ""
    price_in: Price | None = None
    price_out: Price | None = None

    @property
    def origin(self) -> str:
        """Whom its key is for: scheme, host and port."""
        return origin_of(self.url)

    @property
    def choices(self) -> list[str]:
        """Ids to choose from: those that it listed, and those that were typed."""
        return list(dict.fromkeys([*self.listed, *self.models]))

    @property
    def is_here(self) -> bool:
        """Whether it runs on this PC."""
        return is_here(self.url)

    @property
    def needs_leave(self) -> bool:
        """Whether nothing may be sent before the person agreed to its travelling in the clear."""
        return is_open_to_readers(self.url) and not self.allows_plain_http


def checked(server: Server) -> Server:
    """The server with what people typed put into its one form.

    Raises:
        PersonError: Its name, its address or a header will not do.
    """
    for header in server.headers:
        if not _HEADER.fullmatch(header) or header.lower() in _OWN_HEADERS:
            raise PersonError(say("servers.header_name", name=clean_line(header, 80)))
    return msgspec.structs.replace(
        server, name=server_name(server.name), url=server_address(server.url)
    )


def server_name(typed: str) -> str:
    """A name as it is kept.

    Raises:
        PersonError: It is empty, too long, or cannot stand in a candidate's words.
    """
    name = " ".join(typed.split())
    if not name or len(name) > _MOST_NAME_SIGNS or _NOT_IN_NAMES.search(name):
        raise PersonError(say("servers.name", most=_MOST_NAME_SIGNS))
    return name


def is_called(server: Server, name: str) -> bool:
    """Whether a person means this server."""
    return server.name.casefold() == " ".join(name.split()).casefold()
