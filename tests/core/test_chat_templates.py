from __future__ import annotations

from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.chat_templates import (
    WELL_KNOWN,
    Segment,
    ThinkingMarks,
    ThinkingSplitter,
    prompt_opens_thinking,
    template_by_id,
    template_facts,
)
from app.core.errors import PersonError
from app.core.thinking import KNOWN_MARKS
from tests.helpers.gguf_files import CHATML_TEMPLATE, THINKING_TEMPLATE

THINK = next(marks for marks in KNOWN_MARKS if marks.start == "<think>")
HARMONY = KNOWN_MARKS[0]
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is 2+2? "},
    {"role": "assistant", "content": " 4."},
    {"role": "user", "content": "And 3+3?"},
]


def render(jinja: str, messages: list[dict[str, str]], **variables: Any) -> str:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    known = {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True}
    return environment.from_string(jinja).render(messages=messages, **(known | variables))


EXPECTED = {
    "chatml": "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is 2+2?<|im_end|>\n"
    "<|im_start|>assistant\n4.<|im_end|>\n<|im_start|>user\nAnd 3+3?<|im_end|>\n"
    "<|im_start|>assistant\n",
    "llama-3": "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nWhat is 2+2?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n4.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nAnd 3+3?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "llama-2": "[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nWhat is 2+2? [/INST] 4. </s>"
    "<s>[INST] And 3+3? [/INST]",
    "mistral": "[INST] Be brief.\n\nWhat is 2+2? [/INST] 4.</s>[INST] And 3+3? [/INST]",
    "gemma": "<start_of_turn>user\nBe brief.\n\nWhat is 2+2?<end_of_turn>\n"
    "<start_of_turn>model\n4.<end_of_turn>\n<start_of_turn>user\nAnd 3+3?<end_of_turn>\n"
    "<start_of_turn>model\n",
    "vicuna": "Be brief.\n\nUSER: What is 2+2?\nASSISTANT: 4.</s>\nUSER: And 3+3?\nASSISTANT:",
    "alpaca": "Be brief.\n\n### Instruction:\nWhat is 2+2?\n\n### Response:\n4.</s>"
    "\n\n### Instruction:\nAnd 3+3?\n\n### Response:\n",
    "plain": "Be brief.\nWhat is 2+2? \n 4.\nAnd 3+3?",
}


@pytest.mark.parametrize("template", WELL_KNOWN, ids=lambda template: template.id)
def test_well_known_templates_write_their_format(template: Any) -> None:
    assert render(template.jinja, TALK) == EXPECTED[template.id]
    alone = render(template.jinja, TALK[1:2])
    assert "What is 2+2?" in alone
    assert not alone.startswith("<s>")
    rest = render(template.jinja, TALK, add_generation_prompt=False)
    assert EXPECTED[template.id].startswith(rest)
    assert template_by_id(template.id) is template
    assert all(stop in EXPECTED[template.id] for stop in template.stop_strings)


def test_well_known_templates_support_a_system_prompt_and_do_not_think() -> None:
    for template in WELL_KNOWN:
        facts = template_facts(template.jinja)
        assert facts.thinking is None
        assert not facts.has_thinking_switch
        assert facts.supports_system == (template.id != "plain")


def test_an_unknown_id_is_said() -> None:
    with pytest.raises(PersonError, match="no-such"):
        template_by_id("no-such")


@pytest.mark.parametrize(
    ("jinja", "start", "switch"),
    [
        ("{{ '<think>\\n' }}", "<think>", None),
        ("{% set content = content.split('</think>')[-1] %}", "<think>", None),
        ("{% if enable_thinking is defined and not enable_thinking %}{{ '<think></think>' }}"
         "{% endif %}", "<think>", "enable_thinking"),
        ("{% if not thinking is defined %}{% set thinking = false %}{% endif %}"
         "{% if thinking %}{{ '<think>' }}{% endif %}", "<think>", "thinking"),
        ("{% if thinking %}{{ '<think></think><response></response>' }}{% endif %}", "<think>",
         "thinking"),
        ("{% set enable_thinking = true %}{% if enable_thinking %}{{ '<think>' }}{% endif %}",
         "<think>", None),
        ("{{ message.thinking }}{{ 'thinking' }}{# thinking #}<think>", "<think>", None),
        ("{% if thinking_budget == 0 %}{% endif %}<seed:think></seed:think>", "<seed:think>", None),
        ("{{ '<|start|>assistant<|channel|>analysis<|message|>' ~ message.thinking }}",
         "<|channel|>analysis<|message|>", None),
        ("{{ '<|channel>thought\\n<channel|>' if not enable_thinking | default(false) }}",
         "<|channel>thought\n", "enable_thinking"),
        ("[THINK]{{ block }}[/THINK]", "[THINK]", None),
        ("<|START_THINKING|>", "<|START_THINKING|>", None),
        ("<|begin|>assistant<|think|><|end|>", "<|think|>", None),
        ("<thinking>", "<thinking>", None),
    ],
)  # fmt: skip
def test_thinking_is_recognised(jinja: str, start: str, switch: str | None) -> None:
    facts = template_facts(jinja)
    assert facts.thinking is not None
    assert facts.thinking.start == start
    assert facts.thinking_switch == switch
    assert facts.has_thinking_switch == (switch is not None)


@pytest.mark.parametrize(
    "jinja", ["", CHATML_TEMPLATE, "{% if enable_thinking %}x{% endif %}", "<|end|>", "I think so"]
)
def test_models_that_do_not_think(jinja: str) -> None:
    facts = template_facts(jinja)
    assert facts.thinking is None
    assert not facts.has_thinking_switch


@pytest.mark.parametrize(
    ("jinja", "supported"),
    [
        ("{% if message['role'] == 'system' %}", True),
        ("{{ '<|' + message.role + '|>' }}", True),
        ("{{ message['role'] }}", True),
        ("{% if messages[0]['role'] == 'system' %}"
         "{{ raise_exception('System role not supported') }}{% endif %}", False),
        ("{{ raise_exception('Only user and assistant roles') }}", False),
        ("", False),
    ],
)  # fmt: skip
def test_place_for_a_system_prompt(jinja: str, supported: bool) -> None:
    assert template_facts(jinja).supports_system is supported


@given(st.text("{%}#'\"\\ thinkg_enabl<>/=|.\n", max_size=400))
def test_any_text_is_read(jinja: str) -> None:
    template_facts(jinja)


@pytest.mark.parametrize("part", ["{#", "{{", "{% ", "'\\", "{% '\\'", "{", "thinking ", '{{ "'])
def test_hostile_texts_are_read_in_one_pass(part: str) -> None:
    template_facts(part * 200_000)


def test_prompts_that_open_the_thinking() -> None:
    prompt = render(THINKING_TEMPLATE, TALK)
    assert not prompt_opens_thinking(prompt, THINK)
    assert prompt_opens_thinking(prompt + "<think>\n", THINK)
    assert not prompt_opens_thinking(render(THINKING_TEMPLATE, TALK, enable_thinking=False), THINK)
    assert not prompt_opens_thinking("<think>\nhello", THINK)


def split(pieces: list[str], marks: ThinkingMarks, starts_inside: bool = False) -> list[Segment]:
    """What a splitter makes of these pieces, neighbours of one kind put together."""
    splitter = ThinkingSplitter(marks, starts_inside)
    segments = [segment for piece in pieces for segment in splitter.feed(piece)]
    segments += splitter.finish()
    assert all(text for _, text in segments)
    return [
        (kind, "".join(text for _, text in group))
        for kind, group in groupby(segments, key=lambda segment: segment[0])
    ]


@pytest.mark.parametrize(
    ("text", "starts_inside", "expected"),
    [
        ("It is 4.", False, [("answer", "It is 4.")]),
        ("  It is 4.", False, [("answer", "  It is 4.")]),
        ("<think>\nTwo.\n</think>\n\nIt is 4.", False,
         [("thinking", "\nTwo.\n"), ("answer", "It is 4.")]),
        ("\n<think>Two.</think>4", False, [("thinking", "Two."), ("answer", "4")]),
        ("Two.\n</think>\n\n4", True, [("thinking", "Two.\n"), ("answer", "4")]),
        ("<think>Two.</think>4", True, [("thinking", "Two."), ("answer", "4")]),
        ("<think></think>4", False, [("answer", "4")]),
        ("<think>cut", False, [("thinking", "cut")]),
        ("<think>cut</thi", False, [("thinking", "cut</thi")]),
        ("cut", True, [("thinking", "cut")]),
        ("<thi", True, [("thinking", "<thi")]),
        ("<thi", False, [("answer", "<thi")]),
        ("<this>", False, [("answer", "<this>")]),
        ("<think>a</think> <think>b</think> c", False, [("thinking", "ab"), ("answer", "c")]),
        ("The mark <think> is </think> text.", False,
         [("answer", "The mark <think> is </think> text.")]),
        ("<think>a</think><response>b</response>", False, [("thinking", "a"), ("answer", "b")]),
        ("<think>a</think>\n", False, [("thinking", "a")]),
        ("\n", False, [("answer", "\n")]),
        ("", False, []),
    ],
)  # fmt: skip
def test_thinking_and_answer(text: str, starts_inside: bool, expected: list[Segment]) -> None:
    assert split([text], THINK, starts_inside) == expected
    assert split(list(text), THINK, starts_inside) == expected


def test_channels() -> None:
    text = (
        "<|channel|>analysis<|message|>Two and two.<|end|><|start|>assistant"
        "<|channel|>analysis<|message|> Four.<|end|><|start|>assistant"
        "<|channel|>final<|message|>It is 4.<|return|>"
    )
    expected: list[Segment] = [("thinking", "Two and two. Four."), ("answer", "It is 4.")]
    assert split([text], HARMONY) == expected
    assert split(list(text), HARMONY) == expected
    assert split(["<|channel|>final<|message|>It is 4."], HARMONY) == [("answer", "It is 4.")]


def test_text_is_not_held_back_longer_than_needed() -> None:
    splitter = ThinkingSplitter(THINK)
    assert not splitter.inside
    assert splitter.feed("<think>") == []
    assert splitter.inside
    assert splitter.feed("Two <") == [("thinking", "Two ")]
    assert splitter.feed("b") == [("thinking", "<b")]
    assert splitter.feed("</think>") == []
    assert not splitter.inside
    assert splitter.feed("4") == [("answer", "4")]
    assert splitter.finish() == []
    assert ThinkingSplitter(THINK, starts_inside=True).inside


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[ThinkingMarks, list[str], bool]:
    """Marks, a text of marks, halves of marks and words, cut anywhere."""
    marks = draw(st.sampled_from(KNOWN_MARKS))
    whole = [marks.start, marks.end, *marks.skipped]
    halves = [mark[: len(mark) // 2] for mark in whole]
    words = ["a", " ", "\n", "<", "|>", "word ", "é"]
    text = "".join(draw(st.lists(st.sampled_from(whole + halves + words), max_size=12)))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)) | {0, len(text)})
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    return marks, pieces or [text], draw(st.booleans())


@given(marked_texts())
@example((THINK, ["<", "think>", "a</thin", "k>b"], False))
def test_any_cutting_gives_the_same_split(case: tuple[ThinkingMarks, list[str], bool]) -> None:
    marks, pieces, starts_inside = case
    assert split(pieces, marks, starts_inside) == split(["".join(pieces)], marks, starts_inside)


def test_no_mark_is_the_start_of_another() -> None:
    # Otherwise the same text could be told apart in two ways.
    for marks in KNOWN_MARKS:
        before = [marks.start, *marks.skipped]
        assert not [
            (one, other) for one in before for other in before if one != other
            and other.startswith(one)
        ]  # fmt: skip
