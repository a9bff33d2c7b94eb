"""Answers in the form of OpenAI's interface, whole or piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.core.chats.chat import AnswerFigures, StopReason

if TYPE_CHECKING:
    from app.core.serve.requests import Asked

_REASONS = {StopReason.END: "stop", StopReason.LENGTH: "length", StopReason.CONTEXT: "length"}


@dataclass(frozen=True, slots=True)
class TokenTold:
    """A token with its probability.

    Attributes:
        piece: Its bytes.
        log_probability: Natural logarithm.
        likely: The likeliest in its place, with theirs.
    """

    piece: bytes
    log_probability: float
    likely: tuple[tuple[bytes, float], ...] = ()


@dataclass(slots=True)
class Reply:
    """One answer while it grows.

    Attributes:
        id: Names it.
        created: Seconds since 1970.
        model: As the program called it.
        asked: What was asked.
    """

    id: str
    created: int
    model: str
    asked: Asked
    text: list[str] = field(default_factory=lambda: list[str]())
    thinking: list[str] = field(default_factory=lambda: list[str]())
    told: list[TokenTold] = field(default_factory=lambda: list[TokenTold]())

    def grow(self, text: str, thinking: str, told: Sequence[TokenTold]) -> None:
        """Take what came."""
        self.text.append(text)
        self.thinking.append(thinking)
        self.told.extend(told)

    def whole(self, reason: StopReason, figures: AnswerFigures) -> dict[str, Any]:
        """The whole answer."""
        text, thinking = "".join(self.text), "".join(self.thinking)
        if self.asked.is_text:
            choice: dict[str, Any] = {"text": thinking + text}
        else:
            message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
            if thinking:
                message["reasoning_content"] = thinking
            choice = {"message": message}
        choice |= {"index": 0, "finish_reason": _REASONS.get(reason, "stop")}
        choice["logprobs"] = self._probabilities(self.told)
        return self._document([choice]) | {"usage": usage(figures), "timings": timings(figures)}

    def first(self) -> list[dict[str, Any]]:
        """What a stream begins with."""
        if self.asked.is_text:
            return []
        return [self._piece({"delta": {"role": "assistant", "content": ""}})]

    def piece(self, text: str, thinking: str, told: Sequence[TokenTold]) -> dict[str, Any]:
        """What came, of a stream."""
        if self.asked.is_text:
            choice: dict[str, Any] = {"text": thinking + text}
        else:
            delta = {"reasoning_content": thinking} if thinking else {}
            if text or not thinking:
                delta["content"] = text
            choice = {"delta": delta}
        return self._piece(choice | {"logprobs": self._probabilities(told)})

    def last(self, reason: StopReason, figures: AnswerFigures) -> list[dict[str, Any]]:
        """What a stream ends with."""
        choice: dict[str, Any] = {"text": ""} if self.asked.is_text else {"delta": {}}
        end = self._piece(choice, _REASONS.get(reason, "stop"))
        if not self.asked.tells_usage:
            return [end | {"timings": timings(figures)}]
        used = self._document([]) | {"usage": usage(figures), "timings": timings(figures)}
        return [end, used]

    def _piece(self, choice: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return self._document([{"index": 0, "logprobs": None, "finish_reason": reason} | choice])

    def _document(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        kind = "text_completion" if self.asked.is_text else "chat.completion"
        if self.asked.streams and not self.asked.is_text:
            kind += ".chunk"
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "choices": choices,
        }

    def _probabilities(self, told: Sequence[TokenTold]) -> dict[str, Any] | None:
        if self.asked.likely is None or not told:
            return None
        if self.asked.is_text:
            return {
                "tokens": [_letters(each.piece) for each in told],
                "token_logprobs": [each.log_probability for each in told],
                "top_logprobs": [
                    {_letters(piece): value for piece, value in each.likely} for each in told
                ],
            }
        return {
            "content": [
                _token(each.piece, each.log_probability)
                | {"top_logprobs": [_token(piece, value) for piece, value in each.likely]}
                for each in told
            ],
            "refusal": None,
        }


def usage(figures: AnswerFigures) -> dict[str, Any]:
    """Tokens that were read and written."""
    return {
        "prompt_tokens": figures.prompt_tokens,
        "completion_tokens": figures.generated_tokens,
        "total_tokens": figures.prompt_tokens + figures.generated_tokens,
        "prompt_tokens_details": {"cached_tokens": figures.reused_tokens},
        "completion_tokens_details": {"reasoning_tokens": figures.thinking_tokens},
    }


def timings(figures: AnswerFigures) -> dict[str, Any]:
    """How long reading and writing took, in the fields that llama-server has for it."""
    found: dict[str, Any] = {
        "cache_n": figures.reused_tokens,
        "prompt_n": figures.prompt_tokens - figures.reused_tokens,
        "prompt_ms": figures.prompt_ns / 1e6,
        "predicted_n": figures.generated_tokens,
        "predicted_ms": figures.generation_ns / 1e6,
    }
    if (speed := figures.prompt_tokens_per_second) is not None:
        found["prompt_per_second"] = speed
    if (speed := figures.tokens_per_second) is not None:
        found["predicted_per_second"] = speed
    return found


def _token(piece: bytes, log_probability: float) -> dict[str, Any]:
    return {"token": _letters(piece), "logprob": log_probability, "bytes": list(piece)}


def _letters(piece: bytes) -> str:
    return piece.decode("utf-8", "replace")
