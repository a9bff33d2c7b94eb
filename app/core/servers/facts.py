"""What a server tells of itself, of its models and of an answer; None is "not told"."""

from __future__ import annotations

import msgspec


class ServerModelFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A model as its server tells of it.

    Attributes:
        id: Its name there; may be a path.
        quantization: As the server names it, such as ``Q4_K_M``.
        size_bytes: Of its weights.
        context_tokens: What its context holds there.
        trained_context_tokens: What it was trained for.
        template_digest: SHA-256 of its chat template.
        sees: Whether it can be shown pictures.
        thinks: Whether its thinking can be switched.
        needed_bytes: Memory that it takes there.
    """

    id: str
    quantization: str | None = None
    parameters: int | None = None
    size_bytes: int | None = None
    vocabulary_size: int | None = None
    context_tokens: int | None = None
    trained_context_tokens: int | None = None
    template_digest: str | None = None
    sees: bool | None = None
    thinks: bool | None = None
    needed_bytes: int | None = None


class ServerSpeeds(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a server says of an answer's time, by its own clock.

    Attributes:
        prompt_tokens: Of the prompt that were computed, not taken from its cache.
        prompt_ns: For those.
        first_token_ns: From its having the request to the first token.
        generated_tokens: Those of thinking included.
        generation_ns: For those.
        tokens_per_second: Of the generation, where it says one.
        queue_ns: How long the request waited for others.
        load_ns: How long the model was loaded for it.
    """

    prompt_tokens: int | None = None
    prompt_ns: int | None = None
    first_token_ns: int | None = None
    generated_tokens: int | None = None
    generation_ns: int | None = None
    tokens_per_second: float | None = None
    queue_ns: int | None = None
    load_ns: int | None = None

    @property
    def prompt_tokens_per_second(self) -> float | None:
        """Speed of the prompt."""
        if not self.prompt_tokens or not self.prompt_ns:
            return None
        return self.prompt_tokens * 1e9 / self.prompt_ns

    @property
    def generated_tokens_per_second(self) -> float | None:
        """Speed of the answer as the server counts it; by its time where it says none.

        llama-server's times begin at the first token, which its speed leaves out.
        """
        if self.tokens_per_second is not None:
            return self.tokens_per_second
        if not self.generated_tokens or not self.generation_ns:
            return None
        return self.generated_tokens * 1e9 / self.generation_ns


class Served(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a server says of one answer.

    Attributes:
        model: Which model has answered; empty where it does not say.
        fingerprint: Names model and build; another one is another answerer.
        ignored: Fields of the sampling settings that it did not follow, or does not know.
        speeds: By its own clock.
    """

    model: str = ""
    fingerprint: str = ""
    ignored: tuple[str, ...] = ()
    speeds: ServerSpeeds = ServerSpeeds()
