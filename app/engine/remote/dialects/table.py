"""Which dialect a server speaks."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.core.servers.server import ServerKind
from app.engine.remote.access import Access
from app.engine.remote.dialects.dialect import Dialect
from app.engine.remote.dialects.llama_server import LlamaServer, Shrinkscope
from app.engine.remote.dialects.ollama import Ollama
from app.engine.remote.dialects.others import Exo, GpuStack, LmStudio, OpenAi
from app.engine.remote.dialects.sglang import SgLang
from app.engine.remote.dialects.vllm import Vllm

DIALECTS: dict[ServerKind, Dialect] = {
    each.kind: each
    for each in (
        Dialect(), LlamaServer(), Shrinkscope(), Ollama(), LmStudio(), Vllm(), SgLang(), Exo(),
        GpuStack(),
    )
}  # fmt: skip
_STRICT = OpenAi()
_STRICT_HOSTS = ("api.openai.com",)


def dialect_for(access: Access, kind: ServerKind) -> Dialect:
    """How the server at an address is spoken with."""
    if kind is ServerKind.OPENAI and urlsplit(access.url).hostname in _STRICT_HOSTS:
        return _STRICT
    return DIALECTS[kind]
