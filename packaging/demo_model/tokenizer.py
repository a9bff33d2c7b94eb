"""The demo model's tokenizer: a small byte-level BPE that splits digits one by one.

The pre-tokenizer is the one that llama.cpp calls ``qwen2``: every digit is a token of its own,
which is what makes written arithmetic learnable for a small model.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from corpus import Conversation, conversations, make_held_out
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY_SIZE = 1536
SAMPLE_CONVERSATIONS = 30_000
SAMPLE_SEED = 3
MIN_FREQUENCY = 40

END_OF_TEXT = "<|endoftext|>"
START = "<|im_start|>"
END = "<|im_end|>"
SPECIAL_TOKENS = (END_OF_TEXT, START, END)
"""Ids 0, 1 and 2: padding, start of a message, end of a message (and of the answer)."""

QWEN2_SPLIT = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def rendered(conversation: Conversation) -> list[tuple[str, bool]]:
    """The chat template's text in pieces, each with whether the model is to learn to write it."""
    pieces: list[tuple[str, bool]] = []
    if conversation.system:
        pieces.append((f"{START}system\n{conversation.system}{END}\n", False))
    for turn in conversation.turns:
        pieces.append((f"{START}user\n{turn.prompt}{END}\n{START}assistant\n", False))
        pieces.append((f"{turn.reply}{END}", True))
        pieces.append(("\n", False))
    return pieces


def prompt_text(prompt: str, system: str = "") -> str:
    """What stands before the first token of an answer."""
    opening = f"{START}system\n{system}{END}\n" if system else ""
    return f"{opening}{START}user\n{prompt}{END}\n{START}assistant\n"


def _sample_texts() -> Iterator[str]:
    """Questions and replies to learn the merges from."""
    for conversation in islice(conversations(make_held_out(), SAMPLE_SEED), SAMPLE_CONVERSATIONS):
        yield f"user\n{conversation.system}"
        for turn in conversation.turns:
            yield f"user\n{turn.prompt}"
            yield f"assistant\n{turn.reply}"


def _with_model(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN2_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def from_file(tokens: list[str], merges: list[str]) -> Tokenizer:
    """The tokenizer that a model file of ``export.py`` holds."""
    numbered = {token: at for at, token in enumerate(tokens)}
    tokenizer = _with_model(models.BPE(numbered, [tuple(each.split(" ")) for each in merges]))
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    return tokenizer


def build() -> Tokenizer:
    """Train the tokenizer; the same corpus gives the same merges."""
    tokenizer = _with_model(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        min_frequency=MIN_FREQUENCY,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sample_texts(), trainer)
    return tokenizer


def load(path: Path) -> Tokenizer:
    """The tokenizer at this path; trained and written first if there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        build().save(str(path))
    return Tokenizer.from_file(str(path))
