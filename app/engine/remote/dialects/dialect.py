"""How a server is spoken with: OpenAI's interface, and the places where programs differ."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import ClassVar

from app.base.files import read_ordinary
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message
from app.core.errors import PersonError
from app.core.servers.facts import ServerModelFacts
from app.core.servers.server import ServerKind
from app.core.words.sentence import say
from app.engine.api import Ability
from app.engine.protocol.answering import Generate
from app.engine.protocol.scoring import LikelyText, TextLikely
from app.engine.remote.dialects.pieces import Piece, openai_piece
from app.engine.remote.lenient import Document, count, entries, number, read_json, text
from app.engine.remote.troubles import RemoteError, Trouble
from app.engine.remote.wire import Wire

_MOST_PICTURE_BYTES = 32 << 20
_KINDS = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"RIFF", "webp"), (b"GIF8", "gif"))
GENERAL = ("temperature", "top_p", "seed", "max_tokens")


class Dialect:
    """OpenAI's interface as most servers speak it. Without state; any thread.

    Attributes:
        kind: Whose it is.
        abilities: What such a server can do; whether it sees is a matter of its model.
        most_likely: So many of the likeliest tokens are told at most.
        names: What fields of the sampling settings are called; those without a name are unknown to
            it.
        any_seed: What is sent for a new seed each time; None sends none.
        thinking: The template's own switch for thinking is understood.
        limits_thinking: So is a limit of its tokens.
        own_way: Chats go to a way of the program's own.
        always: What is sent with each chat.
        way: Where chats go.
    """

    kind: ClassVar[ServerKind] = ServerKind.OPENAI
    abilities: ClassVar[frozenset[Ability]] = frozenset(
        {Ability.ANSWER, Ability.SEE, Ability.OWN_PROBABILITIES}
    )
    most_likely: ClassVar[int] = 20
    names: ClassVar[Mapping[str, str]] = {
        **{name: name for name in (*GENERAL, "top_k", "min_p")},
        "repeat_penalty": "repetition_penalty",
    }
    any_seed: ClassVar[int | None] = None
    thinking: ClassVar[bool] = True
    limits_thinking: ClassVar[bool] = False
    always: ClassVar[Document] = {"stream_options": {"include_usage": True}}
    own_way: ClassVar[bool] = False
    way: ClassVar[str] = "chat/completions"

    # --- what it is -----------------------------------------------------------------------

    async def version(self, wire: Wire) -> str:
        """The program's version; empty where it does not tell."""
        del wire
        return ""

    async def models(self, wire: Wire) -> list[ServerModelFacts]:
        """The models that it lists.

        Raises:
            RemoteError: It lists none.
        """
        return self.listed(await wire.get("models"))

    def listed(self, told: object) -> list[ServerModelFacts]:
        """The models of a list."""
        found = entries(told, "data") or entries(told, "models") or entries(told)
        facts = [self.facts_of(each) for each in found]
        return [each for each in facts if each.id]

    def facts_of(self, entry: object) -> ServerModelFacts:
        """What an entry of the list tells."""
        return ServerModelFacts(
            id=text(entry, "id") or text(entry, "name") or text(entry),
            context_tokens=count(entry, "max_model_len") or count(entry, "context_length"),
        )

    async def facts(self, wire: Wire, model: ServerModelFacts) -> ServerModelFacts:
        """What else can be learned of a model; asks the server.

        Raises:
            RemoteError: It fails at being asked.
        """
        del wire
        return model

    # --- chats ----------------------------------------------------------------------------

    def body(self, command: Generate, model: str) -> Document:
        """What is sent for an answer."""
        body: Document = {
            "model": model,
            "messages": [self.message(each) for each in command.messages],
            "stream": True,
            **self.always,
            **self.sampled(command.sampling),
            **self.thought(command.sampling),
        }
        if command.stop_strings:
            body["stop"] = command.stop_strings
        if command.likely is not None:
            body |= self.with_likely(min(command.likely, self.most_likely))
        if command.schema:
            body |= self.fitting(read_json(command.schema))
        return body

    def sampled(self, sampling: SamplingSettings) -> Document:
        """All of the sampling, neutral values too: servers have settings of their own else."""
        values: Document = {"frequency_penalty": 0, "presence_penalty": 0}
        for ours, theirs in self.names.items():
            value = getattr(sampling, ours)
            if ours == "seed" and value is None:
                value = self.any_seed
            if value is not None:
                values[theirs] = value
        if self.kind is ServerKind.OPENAI and "repeat_penalty" in self.names:
            # Nobody's standard: programs have the one name or the other.
            values["repeat_penalty"] = sampling.repeat_penalty
        return values

    def thought(self, sampling: SamplingSettings) -> Document:
        """The switch for thinking."""
        if sampling.thinking is None or not self.thinking:
            return {}
        return {"chat_template_kwargs": {"enable_thinking": sampling.thinking}}

    def with_likely(self, likely: int) -> Document:
        """What asks for the probabilities of the answer's tokens."""
        return {"logprobs": True, "top_logprobs": likely}

    def fitting(self, schema: object) -> Document:
        """What makes the answer fit a schema."""
        form = {"name": "answer", "schema": schema, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": form}}

    def message(self, message: Message) -> Document:
        """A message with its pictures."""
        if not message.pictures:
            return {"role": message.role.value, "content": message.content}
        parts: list[Document] = [
            {"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{data}"}}
            for kind, data in map(read_picture, message.pictures)
        ]
        parts.append({"type": "text", "text": message.content})
        return {"role": message.role.value, "content": parts}

    def piece(self, told: Document) -> Piece:
        """What a document of the stream says."""
        return openai_piece(told)

    def ignored(
        self, command: Generate, settings: Document | None, dropped: Collection[str]
    ) -> tuple[str, ...]:
        """Fields of the sampling settings that were not followed, of those that would count.

        Args:
            command: What was asked.
            settings: As the server says that it used them; None where it does not say.
            dropped: What it did not take, by our names.
        """
        sampling = command.sampling
        found = [
            name
            for name in counting(sampling)
            if name not in self.names
            or name in dropped
            or not self._follows(name, sampling, settings)
        ]
        if sampling.thinking is not None and (not self.thinking or "thinking" in dropped):
            found.append("thinking")
        if sampling.thinking_limit_tokens is not None and not self.limits_thinking:
            found.append("thinking_limit_tokens")
        if command.template is not None:
            found.append("template")
        return tuple(found)

    def _follows(self, name: str, sampling: SamplingSettings, settings: Document | None) -> bool:
        """Whether a setting is used as it was sent; a server that does not say is believed."""
        if settings is None or self.names[name] not in settings:
            return True
        used, wanted = number(settings, self.names[name]), getattr(sampling, name)
        return used is not None and abs(used - wanted) <= 1e-3 * max(1.0, abs(wanted))

    async def after(self, wire: Wire, model: str) -> Piece:
        """What can be asked when an answer is over.

        Raises:
            RemoteError: It fails at being asked.
        """
        del wire, model
        return Piece()

    # --- texts ----------------------------------------------------------------------------

    async def likely_text(self, wire: Wire, model: str, command: LikelyText) -> TextLikely:
        """The probabilities of a text.

        Raises:
            RemoteError: It has nothing for it, or fails.
        """
        del model, command
        raise RemoteError(Trouble.REFUSED, say("remote.no_probabilities", host=wire.access.host))

    async def tokens(self, wire: Wire, model: str, words: str) -> list[int]:
        """A text's tokens, without any that the vocabulary wants at its beginning.

        Raises:
            RemoteError: It has nothing for it, or fails.
        """
        del model, words
        said = say("remote.cannot", host=wire.access.host, kind=self.kind.value)
        raise RemoteError(Trouble.REFUSED, said)

    async def words(self, wire: Wire, model: str, numbers: list[int]) -> list[bytes]:
        """The bytes of tokens.

        Raises:
            RemoteError: It has nothing for it, or fails.
        """
        del model, numbers
        said = say("remote.cannot", host=wire.access.host, kind=self.kind.value)
        raise RemoteError(Trouble.REFUSED, said)


def counting(sampling: SamplingSettings) -> list[str]:
    """The fields that make a difference, as they are set."""
    found: list[str] = []
    if sampling.temperature > 0:
        found += ["temperature"]
        if sampling.top_k > 0:
            found += ["top_k"]
        if sampling.top_p < 1:
            found += ["top_p"]
        if sampling.min_p > 0:
            found += ["min_p"]
        if sampling.seed is not None:
            found += ["seed"]
    else:
        found += ["temperature"]
    if sampling.repeat_penalty != 1:
        found += ["repeat_penalty"]
    return [*found, "max_tokens"]


def read_picture(path: str) -> tuple[str, str]:
    """A kept picture: its kind, and its contents in base64.

    Raises:
        PersonError: It cannot be read.
    """
    try:
        data = read_ordinary(Path(path), _MOST_PICTURE_BYTES)
    except OSError as error:
        said = say("remote.picture", reason=error.strerror or str(error))
        raise PersonError(said, str(error)) from error
    kind = next((kind for start, kind in _KINDS if data.startswith(start)), "png")
    return kind, base64.b64encode(data).decode("ascii")
