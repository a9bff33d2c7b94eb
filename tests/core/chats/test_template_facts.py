"""What is read out of a template's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chats.template_facts import default_template_key, template_facts
from tests.helpers.gguf_files import CHATML_TEMPLATE


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
        ("{% if thinking_budget == 0 %}{% endif %}<seed:think></seed:think>", "<seed:think>",
         "thinking_budget"),
        ("{% if thinking is undefined %}{% set thinking = true %}{% endif %}"
         "{{ '<|open|>' ~ tag }}{{ open_tag('think' if thinking else 'response') }}",
         "<|open|>think<|sep|>", "thinking"),
        ("{{ '<|start|>assistant to=self<|message|>' ~ reasoning }}", "to=self<|message|>", None),
        ("{% set suffix = ':opensource' %}{{ '<think{}>'.format(suffix) }}", "<think:opensource>",
         None),
        ("Then answer after [BEGIN FINAL RESPONSE]. {# no <thinking> #}",
         "Here are my reasoning steps:\n", None),
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
    assert (facts.switch.name if facts.switch is not None else None) == switch


@pytest.mark.parametrize(
    "jinja", ["", CHATML_TEMPLATE, "{% if enable_thinking %}x{% endif %}", "<|end|>", "I think so"]
)
def test_models_that_do_not_think(jinja: str) -> None:
    facts = template_facts(jinja)
    assert facts.thinking is None
    assert facts.switch is None


@given(st.text("{%}#'\"\\ thinkg_enabl<>/=|.\n", max_size=400))
def test_any_text_is_read(jinja: str) -> None:
    template_facts(jinja)


@pytest.mark.parametrize("part", ["{#", "{{", "{% ", "'\\", "{% '\\'", "{", "thinking ", '{{ "'])
def test_hostile_texts_are_read_in_one_pass(part: str) -> None:
    template_facts(part * 200_000)


@pytest.mark.parametrize(
    ("code", "name", "on", "off", "silences"),
    [
        ("enable_thinking is defined", "enable_thinking", True, False, True),
        ("thinking_budget == 0", "thinking_budget", -1, 0, True),
        ("thinking_mode == 'disabled'", "thinking_mode", "enabled", "disabled", True),
        ("thinking_option == 'off'", "thinking_option", "on", "off", True),
        ("reasoning if reasoning is not undefined", "reasoning", True, False, True),
        ('reasoning_effort in ["low", "minimal"]', "reasoning_effort", "high", "minimal", True),
        ("reasoning_effort == 'no_think'", "reasoning_effort", "high", "no_think", True),
        # A model that always thinks can be told to think little.
        ('reasoning_effort != "medium"', "reasoning_effort", "high", "low", False),
        ("reasoning_strength ~ ''", "reasoning_strength", "high", "low", False),
        # The plainest of several.
        ("reasoning_effort or enable_thinking", "enable_thinking", True, False, True),
    ],
)
def test_switches_of_any_name_are_turned(
    code: str, name: str, on: object, off: object, silences: bool
) -> None:
    facts = template_facts(f"{{% if {code} %}}{{% endif %}}<think></think>")
    assert facts.switch is not None
    assert facts.switch.name == name
    assert (facts.switch.value(thinks=True), facts.switch.value(thinks=False)) == (on, off)
    assert facts.thinks(None)
    assert facts.thinks(True)
    assert facts.thinks(False) is not silences


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], None),
        (["tool_use"], "tool_use"),
        (["tool_use", "rag", "chat"], "chat"),
        (["chat", "default"], "default"),
        (["b", "a"], "a"),
    ],
)
def test_of_several_templates_the_one_for_chats_is_taken(
    names: list[str], chosen: str | None
) -> None:
    keys = ["general.name", "tokenizer.chat_templates"]
    found = default_template_key([*keys, *(f"tokenizer.chat_template.{name}" for name in names)])
    assert found == (None if chosen is None else f"tokenizer.chat_template.{chosen}")
