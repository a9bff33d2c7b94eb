"""Texts as tokens, by real engines: plain, chats by the template, prompts that are answered.

Tests app.lab.quality.kept_references.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from app.core.chats.chat import Message, Role
from app.core.quality.own_texts import TextPart
from app.lab.engines.opened import opened_file
from app.lab.engines.shelf import EngineShelf
from app.lab.quality import kept_references
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.scores import counted_places
from app.lab.quality.text import TextReader, comparable_chunks, quick_chunks
from app.lab.quality.texts import DEMO_TEXT, MeasuredText
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.rooms import roomy

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
    with EngineShelf("t", roomy(tmp_path / "state"), 1, 256, makes_contexts=True) as made:
        yield made


def test_only_what_the_assistant_says_counts(
    shelf: EngineShelf, demo_model: Path, tmp_path: Path
) -> None:
    model = opened_file(open_model_file(demo_model))
    reader = TextReader(shelf, tmp_path / "scratch")
    chat = (
        Message(Role.SYSTEM, "Answer briefly."),
        Message(Role.USER, "Which month comes after May?"),
        Message(Role.ASSISTANT, "After May comes June."),
        Message(Role.USER, "And after that?"),
        Message(Role.ASSISTANT, "After June comes July."),
    )
    text = MeasuredText(DEMO_TEXT, (TextPart(text="May. "), TextPart(chats=(chat,) * 9)))
    facts, tokens = reader.read(model, text)
    said = reader.said(model, text, facts)
    answers = [
        b"".join(reader.pieces(model, tokens[start:stop].tolist())).decode() for start, stop in said
    ]
    assert answers == ["After May comes June.<|im_end|>", "After June comes July.<|im_end|>"] * 9
    facts = msgspec.structs.replace(facts, said=said)
    chunks = quick_chunks(text, facts, tokens)
    assert sum(sum(chunk.counts or ()) for chunk in chunks) == sum(b - a for a, b in said)
    counted = counted_places(chunks[0], 33)
    assert counted
    assert all(chunks[0].counts[place] for place in counted if chunks[0].counts is not None)


def test_prompts_without_an_answer_get_the_models_own(
    shelf: EngineShelf, demo_model: Path, tmp_path: Path
) -> None:
    model = opened_file(open_model_file(demo_model))
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
    model = opened_file(open_model_file(path))
    reader = TextReader(shelf, tmp_path / "scratch")
    facts, tokens = reader.read(model, PROMPTS)
    assert facts.rendered is None
    said = b"".join(reader.pieces(model, tokens)).decode()
    assert "user: What is 47 + 38?" in said
    assert reader.opened(model, PROMPTS.parts[1].chats[0]) is None


def test_a_template_with_a_date_reads_a_text_the_same_on_every_day(
    shelf: EngineShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a reference said yesterday is held against what a version says today."""
    template = "{{ strftime_now('%d %b %Y') }}{% for m in messages %}{{ m.content }}{% endfor %}"
    path = files.write_tiny_llama(tmp_path / "tiny.gguf", chat_template=template)
    model = opened_file(open_model_file(path))
    facts, _ = TextReader(shelf, tmp_path / "scratch").read(model, PROMPTS)
    assert facts.rendered is not None
    assert facts.rendered.startswith("01 Jan 2026What is 47 + 38?")

    references = KeptReferences(tmp_path / "references")
    kept = references.of(model, PROMPTS, "a method").chunk(0)
    later = SimpleNamespace(datetime=SimpleNamespace(now=lambda: datetime(2030, 1, 1)))
    monkeypatch.setattr(kept_references, "datetime", later, raising=False)
    assert references.of(model, PROMPTS, "a method").chunk(0) == kept


def test_chunks_never_mix_texts_and_short_ends_fall_away(
    shelf: EngineShelf, demo_model: Path, tmp_path: Path
) -> None:
    model = opened_file(open_model_file(demo_model))
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
