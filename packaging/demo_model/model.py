"""The demo model's network: llama's architecture at a very small size, in PyTorch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """Sizes; every row length (``width`` and ``hidden``) is a multiple of 256 for the K-quants."""

    vocabulary: int = 1536
    width: int = 256
    hidden: int = 768
    layers: int = 6
    heads: int = 4
    key_heads: int = 4
    context_tokens: int = 1024
    rope_base: float = 10_000.0
    norm_epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        """Elements of one attention head."""
        return self.width // self.heads


class Norm(nn.Module):
    """Root mean square normalisation with a learned scale."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.norm_epsilon

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary positions; the halves of a head form the pairs (``export.py`` reorders them)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


class Block(nn.Module):
    """Attention and a gated feed-forward layer, each behind a norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        key_width = shape.key_heads * shape.head_width
        self.attention_norm = Norm(shape)
        self.query = nn.Linear(shape.width, shape.width, bias=False)
        self.key = nn.Linear(shape.width, key_width, bias=False)
        self.value = nn.Linear(shape.width, key_width, bias=False)
        self.output = nn.Linear(shape.width, shape.width, bias=False)
        self.feed_norm = Norm(shape)
        self.gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        batch, length, _ = x.shape
        shape = self.shape
        normed = self.attention_norm(x)
        query = self.query(normed).view(batch, length, shape.heads, -1).transpose(1, 2)
        key = self.key(normed).view(batch, length, shape.key_heads, -1).transpose(1, 2)
        value = self.value(normed).view(batch, length, shape.key_heads, -1).transpose(1, 2)
        query, key = rotate(query, cosine, sine), rotate(key, cosine, sine)
        mixed = functional.scaled_dot_product_attention(
            query.to(value.dtype), key.to(value.dtype), value, is_causal=True
        )
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, length, -1))
        normed = self.feed_norm(x)
        return x + self.down(functional.silu(self.gate(normed)) * self.up(normed))


class DemoModel(nn.Module):
    """The whole network; the embedding serves as the output layer too."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape)
        half = shape.head_width // 2
        frequency = shape.rope_base ** (-torch.arange(half).float() / half)
        angle = torch.outer(torch.arange(shape.context_tokens).float(), frequency)
        self.register_buffer("cosine", angle.cos(), persistent=False)
        self.register_buffer("sine", angle.sin(), persistent=False)
        self._initialise()

    def _initialise(self) -> None:
        for name, parameter in self.named_parameters():
            if parameter.dim() < 2:
                continue
            scale = 0.02 if "embedding" in name else parameter.shape[1] ** -0.5 * 0.6
            if name.endswith(("output.weight", "down.weight")):
                scale /= (2 * self.shape.layers) ** 0.5
            nn.init.normal_(parameter, std=scale)

    def forward(self, tokens: Tensor) -> Tensor:
        """The last hidden state of every position, normed; ``logits`` turns rows into scores."""
        length = tokens.shape[1]
        cosine, sine = self.cosine[:length], self.sine[:length]
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, cosine, sine)
        return self.norm(x)

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores over the vocabulary."""
        return functional.linear(hidden, self.embedding.weight)

    def parameter_count(self) -> int:
        """Learned numbers, the shared embedding counted once."""
        return sum(parameter.numel() for parameter in self.parameters())
