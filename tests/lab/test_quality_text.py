"""Texts as tokens, by real engines: plain, chats by the template, prompts that are answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.chat import Message, Role
from app.core.quality.own_texts import TextPart
from app.lab.engine_shelf import EngineShelf
from app.lab.quality_text import TextReader, comparable_chunks, quick_chunks
from app.lab.texts import MeasuredText
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files

PROMPTS = MeasuredText(
    "prompts",
    (
        TextPart(text="The sky is blue. " * 40),
        TextPart(
            chats=(
                (Message(Role.USER, "What is 47 + 38?"),),
                (Message(Role.USER, "Which month comes after May?"),
                 Message(Role.ASSISTANT, "After May comes June.")),
            )
        ),
    ),
)  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[EngineShelf]:
    with EngineShelf("t", tmp_path / "state", 1, 256, lambda: 50_000_000_000) as made:
        yield made


def test_prompts_without_an_answer_get_the_models_own(
    shelf: EngineShelf, demo_model: Path, tmp_path: Path
) -> None:
    model = open_model_file(demo_model)
    reader = TextReader(shelf, tmp_path / "scratch")
    bare_facts, bare = reader.read(model, PROMPTS)
    facts, answered = reader.read(model, PROMPTS, 1)
    # How it reads the texts is the same; only the answer is new.
    assert facts.rendered_digest == bare_facts.rendered_digest
    assert facts.plain_digest == bare_facts.plain_digest
    assert facts.part_tokens[0] == bare_facts.part_tokens[0]
    assert sum(facts.part_tokens) == len(answered) > len(bare)
    said = b"".join(reader.pieces(model, answered[facts.part_tokens[0] :])).decode()
    assert said.count("85") > "".join(m.content for m in PROMPTS.parts[1].chats[0]).count("85")
    assert "<|im_start|>assistant\nAfter May comes June." in said
    assert facts.rendered is not None
    assert facts.rendered.startswith("<|im_start|>")
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("template", [files.ENDLESS_TEMPLATE, files.FAILING_TEMPLATE, None])
def test_what_no_template_writes_is_taken_as_plain_text(
    template: str | None, shelf: EngineShelf, tmp_path: Path
) -> None:
    """An endless template ends its engine; another one goes on."""
    path = files.write_tiny_llama(tmp_path / "tiny.gguf", chat_template=template)
    model = open_model_file(path)
    reader = TextReader(shelf, tmp_path / "scratch")
    facts, tokens = reader.read(model, PROMPTS)
    assert facts.rendered is None
    said = b"".join(reader.pieces(model, tokens)).decode()
    assert "user: What is 47 + 38?" in said
    assert reader.opened(model, PROMPTS.parts[1].chats[0]) is None


def test_chunks_never_mix_texts_and_short_ends_fall_away(
    shelf: EngineShelf, demo_model: Path, tmp_path: Path
) -> None:
    model = open_model_file(demo_model)
    sentence = "Bits are stored in memory, and fewer bits make a smaller file. "
    text = MeasuredText(
        "two", (TextPart(text="A" + sentence * 60), TextPart(text="B" + sentence * 60, is_own=True))
    )
    reader = TextReader(shelf, tmp_path / "scratch")
    facts, tokens = reader.read(model, text)
    chunks = quick_chunks(text, facts, tokens)
    assert {chunk.is_own for chunk in chunks} == {True, False}
    assert all(128 <= len(chunk.tokens) <= 256 for chunk in chunks)
    own = b"".join(b"".join(reader.pieces(model, c.tokens)) for c in chunks if c.is_own)
    assert b"B" in own
    whole = comparable_chunks(facts, tokens, 128)
    assert [len(chunk.tokens) for chunk in whole] == [128] * (len(tokens) // 128)
