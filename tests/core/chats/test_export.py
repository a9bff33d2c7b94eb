from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import CHAT
from app.core.chats.chat import Answer, AnswerFigures, Chat, StopReason, Turn
from app.core.chats.export import to_markdown, to_openai_json
from app.core.chats.panes import ChatPane
from app.core.chats.pictures import Picture
from app.core.text.shared_names import file_name

PICTURES = Path(__file__).parent / "pictures"
LEVELS = {"a": "F16", "b": "Q2_K"}
FIGURES = AnswerFigures(
    prompt_tokens=30,
    reused_tokens=10,
    prompt_ns=500_000_000,
    first_token_ns=620_000_000,
    generated_tokens=41,
    thinking_tokens=12,
    generation_ns=2_000_000_000,
    memory_needed_bytes=1_234_000_000,
)


def level(key: str) -> str:
    return LEVELS.get(key, "")


@pytest.fixture
def chat() -> Chat:
    return Chat(
        id=3,
        title="Sky and code",
        created_ns=1_700_000_000_123_456_789,
        panes=[
            ChatPane("a", "A", candidate_of("/models/sky-F16.gguf")),
            ChatPane("b", "C", candidate_of("C:\\models\\sky-Q2_K.gguf"), sampling=CHAT),
        ],
        reference_key="a",
        system_prompt="Be brief.\nBe right.",
        dropped_turns={"b": 1},
        turns=[
            Turn(
                1,
                "Why is the sky blue?\n\n- in one sentence",
                {
                    "b": Answer("Because of <b>air</b>.", stop_reason=StopReason.END),
                    "a": Answer(
                        "Because air scatters blue light more.",
                        "They want one sentence.\n</details>\n```\nblue > red",
                        StopReason.END,
                        None,
                        FIGURES,
                    ),
                    "gone": Answer("It is a mirror.", stop_reason=StopReason.STOPPED),
                },
            ),
            Turn(
                2,
                "Show it in code.",
                {
                    "a": Answer(
                        "Here:\n\n```python\nprint('blue')",
                        stop_reason=StopReason.LENGTH,
                        figures=AnswerFigures(
                            generated_tokens=3, generation_ns=1_000_000_000, shared=True
                        ),
                    ),
                    "b": Answer(stop_reason=StopReason.ERROR, error="The engine ended."),
                },
            ),
            Turn(
                3,
                "And now?",
                {"b": Answer("Now it")},
                pictures=(Picture("5a" * 32, 640, 480, "sea\n*.jpg"), Picture("5b" * 32, 8, 8)),
            ),
        ],
    )


def test_markdown_as_a_picture(chat: Chat) -> None:
    assert to_markdown(chat, level) == (PICTURES / "chat.md").read_text("utf-8")


def test_json_as_a_picture(chat: Chat) -> None:
    assert to_openai_json(chat, level) == (PICTURES / "chat.json").read_text("utf-8")


def test_an_empty_chat_is_a_document_too() -> None:
    chat = Chat(0)

    assert to_markdown(chat, level).startswith("# Untitled chat\n\n1970-01-01 00:00 UTC\n")
    assert json.loads(to_openai_json(chat, level))["candidates"] == []


def test_a_title_stays_one_line_and_comes_from_the_first_prompt_if_there_is_none() -> None:
    assert to_markdown(Chat(0, "two\nlines"), level).startswith("# two lines\n")
    chat = Chat(0, turns=[Turn(1, "Why?")])
    assert json.loads(to_openai_json(chat, level))["title"] == "Why?"


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("```\ncode\n```\nafter", ""),
        ("````\n```\n", "````"),
        ("~~~~ text\n~~~", "~~~~"),
        ("``` not `a` fence", ""),
        ("    ```\nindented", ""),
        ("```py\na\n``` b", "```"),
    ],
)
def test_code_that_was_cut_off_is_closed(text: str, closed: str) -> None:
    chat = Chat(0, turns=[Turn(1, "?", {"a": Answer(text, stop_reason=StopReason.END)})])

    end = to_markdown(chat, level).removesuffix("\n")
    assert end.endswith(text.strip("\n") + (f"\n{closed}" if closed else ""))


def test_roles_alternate_and_every_turn_is_accounted_for(chat: Chat) -> None:
    for candidate in json.loads(to_openai_json(chat, level))["candidates"]:
        roles = [message["role"] for message in candidate["messages"]]
        assert roles[0] == "system"
        assert roles[1:] == ["user", "assistant"] * (len(roles) // 2)
        for answer in candidate["shrinkscope"]["answers"]:
            if answer["message"] is None:
                continue
            assert candidate["messages"][answer["message"] - 1]["content"] == answer["prompt"]


def test_names_that_are_no_text_can_be_written() -> None:
    path = b"/models/gr\xf6\xdfe.gguf".decode(errors="surrogateescape")
    chat = Chat(0, panes=[ChatPane("a", "A", candidate_of(path))])

    assert "gr??e.gguf" in to_markdown(chat, level).encode().decode()
    assert "gr??e.gguf" in to_openai_json(chat, level).encode().decode()


def test_file_names_of_every_system() -> None:
    assert file_name("/models/sky.gguf") == "sky.gguf"
    assert file_name("C:\\models\\sky.gguf") == "sky.gguf"
    assert file_name("sky.gguf") == "sky.gguf"
