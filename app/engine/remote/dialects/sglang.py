"""SGLang: its own way to the probabilities of a text."""

from __future__ import annotations

from app.core.servers.facts import Served
from app.core.servers.server import ServerKind
from app.core.words.sentence import say
from app.engine.api import Ability
from app.engine.protocol.answering import LikelyToken, SaidToken
from app.engine.protocol.scoring import LikelyText, TextLikely
from app.engine.remote.dialects.dialect import Dialect
from app.engine.remote.dialects.pieces import NEVER
from app.engine.remote.lenient import Document, count, document, entries, inside, number, text
from app.engine.remote.troubles import RemoteError, Trouble
from app.engine.remote.wire import Wire


class SgLang(Dialect):
    """It samples by the model's ``generation_config`` unless all is sent."""

    kind = ServerKind.SGLANG
    abilities = frozenset(
        {Ability.ANSWER, Ability.SEE, Ability.OWN_PROBABILITIES, Ability.TEXT_PROBABILITIES}
    )

    async def version(self, wire: Wire) -> str:
        return text(await wire.get("get_server_info", own=True), "version")

    async def likely_text(self, wire: Wire, model: str, command: LikelyText) -> TextLikely:
        body: Document = {
            "sampling_params": {"max_new_tokens": 1, "temperature": 0},
            "return_logprob": True,
            "logprob_start_len": 0,
            "top_logprobs_num": command.likely,
            "return_text_in_logprobs": True,
        }
        body |= {"input_ids": command.tokens} if command.tokens else {"text": command.text}
        told = await wire.post("generate", body, own=True, seconds=None)
        meta = document(told, "meta_info")
        own = [_token(each) for each in entries(meta, "input_token_logprobs")]
        top = entries(meta, "input_top_logprobs")
        if len(own) < 2 or len(top) != len(own) or any(each is None for each in own):
            raise RemoteError(
                Trouble.NONSENSE, say("remote.no_probabilities", host=wire.access.host)
            )
        found = [each for each in own if each is not None]
        said = [
            SaidToken(mine, [one for each in entries(among) if (one := _token(each)) is not None])
            for mine, among in zip(found[1:], top[1:], strict=True)
        ]
        return TextLikely(command.id, found[0], said, command.likely, Served(model))


def _token(told: object) -> LikelyToken | None:
    """A token as ``[log probability, number, text]``; the first of a text has no probability."""
    which = count(told, 1)
    if which is None:
        return None
    value = number(told, 0)
    piece = text(told, 2).encode("utf-8", "replace")
    beginning = inside(told, 0) is None
    return LikelyToken(piece, 0.0 if beginning else max(value or 0.0, NEVER), which)
