"""What a piece of an answer says, in whichever server's form."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.servers.facts import ServerSpeeds
from app.engine.protocol.answering import LikelyToken, SaidToken
from app.engine.remote.lenient import (  # fmt: skip
    Document,
    count,
    document,
    entries,
    inside,
    nanoseconds,
    number,
    text,
)

_MS, _S = 1e6, 1e9
_ADDED = frozenset(
    {"timings", "metrics", "stats", "generation_stats", "prompt_progress", "__verbose"}
)
"""Fields of a chunk beside those of OpenAI."""
_GPUSTACK = frozenset({"tokens_per_second", "time_to_first_token_ms"})
"""Those that it puts among the counts."""
# JSON has no minus infinity; nothing is as unlikely as this.
NEVER = -9999.0


@dataclass(slots=True)
class Piece:
    """What came; None and empty are "nothing about that".

    Attributes:
        answer, thinking: Text.
        said: The tokens of the text, where their probabilities are told.
        finish: Why the answer ended, in the server's word.
        prompt_tokens, cached_tokens, generated_tokens, thinking_tokens: Counted by the server so
            far.
        uncounted_tokens: Of those generated that are nothing said: the one that ended the answer.
        speeds: By its own clock.
        progress: Tokens of the prompt that are read, of how many.
        model, fingerprint: Who answers.
        settings: The sampling as it is used.
        prompt: As the template rendered it.
        needed_bytes: Memory that the model takes there.
    """

    answer: str = ""
    thinking: str = ""
    said: list[SaidToken] = field(default_factory=lambda: list[SaidToken]())
    finish: str = ""
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    generated_tokens: int | None = None
    thinking_tokens: int | None = None
    uncounted_tokens: int | None = None
    speeds: ServerSpeeds | None = None
    progress: tuple[int, int] | None = None
    model: str = ""
    fingerprint: str = ""
    settings: Document | None = None
    prompt: str | None = None
    needed_bytes: int | None = None


def openai_piece(told: Document) -> Piece:
    """A chunk of a chat as OpenAI's interface has it, or a whole answer; with what others add.

    Fast servers say thousands of them a second: what most have not is not looked for one by one.
    """
    choice = document(told, "choices", 0)
    delta = document(choice, "delta") or document(choice, "message")
    piece = Piece(
        answer=_content(delta),
        thinking=_thought(delta),
        finish=text(choice, "finish_reason"),
        model=text(told, "model"),
        fingerprint=text(told, "system_fingerprint"),
    )
    if choice.get("logprobs"):
        piece.said = said_tokens(entries(choice, "logprobs", "content"))
    if usage := document(told, "usage"):
        piece.prompt_tokens = count(usage, "prompt_tokens")
        piece.cached_tokens = count(usage, "prompt_tokens_details", "cached_tokens")
        piece.generated_tokens = count(usage, "completion_tokens")
        piece.thinking_tokens = count(usage, "completion_tokens_details", "reasoning_tokens")
        if not _GPUSTACK.isdisjoint(usage):
            piece.speeds = ServerSpeeds(
                first_token_ns=nanoseconds(usage, "time_to_first_token_ms", unit_ns=_MS),
                tokens_per_second=number(usage, "tokens_per_second"),
            )
    if not _ADDED.isdisjoint(told):
        _take_added(piece, told)
    return piece


def _take_added(piece: Piece, told: Document) -> None:
    """What programs add to OpenAI's interface."""
    piece.speeds = _speeds(told) or piece.speeds
    if piece.generated_tokens is None:
        piece.generated_tokens = count(told, "timings", "predicted_n")
    if piece.thinking_tokens is None:
        piece.thinking_tokens = count(told, "stats", "reasoning_output_tokens")
    if progress := document(told, "prompt_progress"):
        total, done = count(progress, "total"), count(progress, "processed")
        cached = count(progress, "cache") or 0
        if total is not None and done is not None:
            piece.progress = max(0, done - cached), max(0, total - cached)
    own = document(told, "__verbose")
    if text(own, "stop_type") == "eos":
        piece.uncounted_tokens = 1
    piece.settings = document(own, "generation_settings") or None
    prompt = inside(own, "prompt")
    piece.prompt = prompt if isinstance(prompt, str) else None
    peak = inside(told, "generation_stats", "peak_memory_usage")
    piece.needed_bytes = count(peak) or count(peak, "inBytes") or count(peak, "in_bytes")


def said_tokens(told: list[object]) -> list[SaidToken]:
    """Tokens with their probabilities."""
    return [
        SaidToken(likely_token(each), [likely_token(one) for one in entries(each, "top_logprobs")])
        for each in told
        if number(each, "logprob") is not None or text(each, "token")
    ]


def likely_token(told: object) -> LikelyToken:
    """One token; its bytes where they are told, else those of its text."""
    numbers = entries(told, "bytes")
    piece = text(told, "token").encode("utf-8", "replace")
    if numbers and all(isinstance(each, int) and 0 <= each < 256 for each in numbers):
        piece = bytes(each for each in numbers if isinstance(each, int))
    value = number(told, "logprob")
    return LikelyToken(piece, NEVER if value is None else max(value, NEVER), count(told, "id"))


def _content(told: Document) -> str:
    """Text, or parts of it."""
    content = told.get("content")
    if isinstance(content, str):
        return content
    return "".join(text(part, "text") for part in entries(content))


def _thought(told: Document) -> str:
    """Thinking in whichever field, or in parts of the content, as Mistral has it."""
    for name in ("reasoning_content", "reasoning", "thinking"):
        if name in told and (found := text(told, name)):
            return found
    parts = [each for part in entries(told, "content") for each in entries(part, "thinking")]
    return "".join(text(part, "text") for part in parts)


def _speeds(told: Document) -> ServerSpeeds | None:
    """What a server says of speed, whoever's form it is."""
    if timings := document(told, "timings"):  # llama-server
        return ServerSpeeds(
            prompt_tokens=count(timings, "prompt_n"),
            prompt_ns=nanoseconds(timings, "prompt_ms", unit_ns=_MS),
            generated_tokens=count(timings, "predicted_n"),
            generation_ns=nanoseconds(timings, "predicted_ms", unit_ns=_MS),
            tokens_per_second=number(timings, "predicted_per_second"),
        )
    if metrics := document(told, "metrics"):  # vLLM
        return ServerSpeeds(
            first_token_ns=nanoseconds(metrics, "time_to_first_token_ms", unit_ns=_MS),
            generation_ns=nanoseconds(metrics, "generation_time_ms", unit_ns=_MS),
            queue_ns=nanoseconds(metrics, "queue_time_ms", unit_ns=_MS),
            tokens_per_second=number(metrics, "tokens_per_second"),
        )
    if stats := document(told, "stats"):  # LM Studio, its newer and its older words
        first = "time_to_first_token_seconds"
        return ServerSpeeds(
            first_token_ns=nanoseconds(
                stats, first if first in stats else "time_to_first_token", unit_ns=_S
            ),
            generated_tokens=count(stats, "total_output_tokens"),
            generation_ns=nanoseconds(stats, "generation_time", unit_ns=_S),
            tokens_per_second=number(stats, "tokens_per_second"),
            load_ns=nanoseconds(stats, "model_load_time_seconds", unit_ns=_S),
        )
    if stats := document(told, "generation_stats"):  # exo
        prompt, speed = count(stats, "prompt_tokens"), number(stats, "prompt_tps")
        return ServerSpeeds(
            prompt_tokens=prompt,
            prompt_ns=int(prompt / speed * _S) if prompt and speed else None,
            generated_tokens=count(stats, "generation_tokens"),
            tokens_per_second=number(stats, "generation_tps"),
        )
    return None
