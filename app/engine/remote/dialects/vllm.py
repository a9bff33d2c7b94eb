"""vLLM: what a whole text's tokens were worth, and counts while an answer comes."""

from __future__ import annotations

import secrets
from typing import ClassVar

from app.core.servers.facts import Served
from app.core.servers.server import ServerKind
from app.core.words.sentence import say
from app.engine.api import Ability
from app.engine.protocol.answering import Generate, LikelyToken, SaidToken
from app.engine.protocol.scoring import LikelyText, TextLikely
from app.engine.remote.dialects.dialect import Dialect
from app.engine.remote.dialects.pieces import NEVER
from app.engine.remote.lenient import Document, count, document, entries, number, text
from app.engine.remote.troubles import RemoteError, Trouble
from app.engine.remote.wire import Wire


class Vllm(Dialect):
    """It samples by the model's ``generation_config`` unless all is sent."""

    kind = ServerKind.VLLM
    abilities = frozenset(
        {
            Ability.ANSWER, Ability.SEE, Ability.OWN_PROBABILITIES,
            Ability.TOKENIZE, Ability.TEXT_PROBABILITIES,
        }
    )  # fmt: skip
    always: ClassVar = {
        "stream_options": {"include_usage": True, "continuous_usage_stats": True},
    }

    async def version(self, wire: Wire) -> str:
        return text(await wire.get("version", own=True), "version")

    def body(self, command: Generate, model: str) -> Document:
        body = super().body(command, model)
        if command.clear:  # a prefix that nobody had before is not in its cache
            body["cache_salt"] = secrets.token_hex(8)
        return body

    async def likely_text(self, wire: Wire, model: str, command: LikelyText) -> TextLikely:
        most = min(command.likely, self.most_likely)
        body: Document = {
            "model": model,
            "prompt": command.tokens or command.text,
            "max_tokens": 1,
            "temperature": 0,
            "prompt_logprobs": most,
            "add_special_tokens": not command.tokens,
            "return_token_ids": True,
        }
        told = await wire.post("completions", body, seconds=None)
        choice = document(told, "choices", 0)
        found = entries(choice, "prompt_logprobs") or entries(told, "prompt_logprobs")
        numbers = [count(each) for each in entries(choice, "prompt_token_ids")]
        numbers = numbers or list[int | None](command.tokens)
        said = [
            _said(document(each), numbers[place] if place < len(numbers) else None, most)
            for place, each in enumerate(found)
            if place
        ]
        if not said or any(each is None for each in said):
            raise RemoteError(
                Trouble.NONSENSE, say("remote.no_probabilities", host=wire.access.host)
            )
        first = LikelyToken(b"", 0.0, numbers[0] if numbers else None)
        served = Served(text(told, "model"), text(told, "system_fingerprint"))
        whole = [each for each in said if each is not None]
        return TextLikely(command.id, first, whole, most, served)

    async def tokens(self, wire: Wire, model: str, words: str) -> list[int]:
        body = {"model": model, "prompt": words, "add_special_tokens": False}
        told = await wire.post("tokenize", body, own=True)
        found = (count(each) for each in entries(told, "tokens"))
        return [each for each in found if each is not None]

    async def words(self, wire: Wire, model: str, numbers: list[int]) -> list[bytes]:
        return [
            text(
                await wire.post("detokenize", {"model": model, "tokens": [each]}, own=True),
                "prompt",
            ).encode("utf-8", "replace")
            for each in numbers
        ]


def _said(told: Document, own: int | None, most: int) -> SaidToken | None:
    """A place of the text: the likeliest, and the text's own token, which stands first."""
    tokens = [
        LikelyToken(
            text(each, "decoded_token").encode("utf-8", "replace"),
            max(value, NEVER),
            int(name) if name.isdecimal() and len(name) < 12 else None,
        )
        for name, each in told.items()
        if (value := number(each, "logprob")) is not None
    ]
    if not tokens:
        return None
    mine = next((token for token in tokens if own is not None and token.number == own), tokens[0])
    # The text's own is told even where it is not among the likeliest.
    return SaidToken(mine, sorted(tokens, key=lambda each: -each.log_probability)[:most])
