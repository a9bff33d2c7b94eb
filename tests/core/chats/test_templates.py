from __future__ import annotations

from typing import Any

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.chats.template_facts import template_facts
from app.core.chats.templates import WELL_KNOWN, template_by_id
from app.core.errors import PersonError

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


def test_well_known_templates_tell_nothing_of_thinking() -> None:
    for template in WELL_KNOWN:
        facts = template_facts(template.jinja)
        assert facts.thinking is None
        assert facts.switch is None


def test_an_unknown_id_is_said() -> None:
    with pytest.raises(PersonError, match="no-such"):
        template_by_id("no-such")
