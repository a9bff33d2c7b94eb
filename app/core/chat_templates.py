"""Chat templates: well-known ones for files that bring none, and what a template tells.

A template is foreign code. Nothing here renders one; the facts come from reading its text.
The well-known templates leave the begin token to the engine, which puts it first where the
vocabulary wants one and the rendered text has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.thinking import (
    KNOWN_MARKS,
    Segment,
    SegmentKind,
    ThinkingMarks,
    ThinkingSplitter,
    prompt_opens_thinking,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "WELL_KNOWN",
    "ChatTemplate",
    "Segment",
    "SegmentKind",
    "TemplateFacts",
    "ThinkingMarks",
    "ThinkingSplitter",
    "prompt_opens_thinking",
    "template_by_id",
    "template_facts",
]


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A template of our own for a well-known prompt format.

    Attributes:
        id: Stands in settings and in stored chats.
        name: What people call the format.
        jinja: The template.
        stop_strings: Texts that end an answer where the vocabulary has no token for it.
    """

    id: str
    name: str
    jinja: str
    stop_strings: tuple[str, ...]


_ALPACA = """\
{%- if messages and messages[0]['role'] == 'system' -%}
{{ messages[0]['content'] | trim }}
{%- else -%}
Below is an instruction that describes a task. \
Write a response that appropriately completes the request.
{%- endif -%}
{%- for message in messages -%}
{%- if message['role'] == 'user' -%}
{{ '\\n\\n### Instruction:\\n' ~ message['content'] | trim }}
{%- elif message['role'] == 'assistant' -%}
{{ '\\n\\n### Response:\\n' ~ message['content'] | trim ~ eos_token }}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '\\n\\n### Response:\\n' }}
{%- endif -%}
"""

_CHATML = """\
{%- for message in messages -%}
{{ '<|im_start|>' ~ message['role'] ~ '\\n' ~ message['content'] | trim ~ '<|im_end|>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '<|im_start|>assistant\\n' }}
{%- endif -%}
"""

_LLAMA_2 = """\
{%- set state = namespace(system='', begun=false) -%}
{%- for message in messages -%}
{%- if message['role'] == 'system' -%}
{%- set state.system = '<<SYS>>\\n' ~ message['content'] | trim ~ '\\n<</SYS>>\\n\\n' -%}
{%- elif message['role'] == 'user' -%}
{{ (bos_token if state.begun else '') ~ '[INST] ' ~ state.system ~ message['content'] | trim }}
{{- ' [/INST]' -}}
{%- set state.system = '' -%}
{%- set state.begun = true -%}
{%- else -%}
{{ ' ' ~ message['content'] | trim ~ ' ' ~ eos_token }}
{%- endif -%}
{%- endfor -%}
"""

_LLAMA_3 = """\
{%- for message in messages -%}
{{ '<|start_header_id|>' ~ message['role'] ~ '<|end_header_id|>\\n\\n' }}
{{- message['content'] | trim ~ '<|eot_id|>' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif -%}
"""

_MISTRAL = """\
{%- set state = namespace(system='') -%}
{%- for message in messages -%}
{%- if message['role'] == 'system' -%}
{%- set state.system = message['content'] | trim ~ '\\n\\n' -%}
{%- elif message['role'] == 'user' -%}
{{ '[INST] ' ~ state.system ~ message['content'] | trim ~ ' [/INST]' }}
{%- set state.system = '' -%}
{%- else -%}
{{ ' ' ~ message['content'] | trim ~ eos_token }}
{%- endif -%}
{%- endfor -%}
"""

_GEMMA = """\
{%- set state = namespace(system='') -%}
{%- for message in messages -%}
{%- if message['role'] == 'system' -%}
{%- set state.system = message['content'] | trim ~ '\\n\\n' -%}
{%- else -%}
{%- set role = 'model' if message['role'] == 'assistant' else 'user' -%}
{{ '<start_of_turn>' ~ role ~ '\\n' ~ state.system ~ message['content'] | trim }}
{{- '<end_of_turn>\\n' -}}
{%- set state.system = '' -%}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '<start_of_turn>model\\n' }}
{%- endif -%}
"""

_VICUNA = """\
{%- for message in messages -%}
{%- if message['role'] == 'system' -%}
{{ message['content'] | trim ~ '\\n\\n' }}
{%- elif message['role'] == 'user' -%}
{{ 'USER: ' ~ message['content'] | trim ~ '\\n' }}
{%- else -%}
{{ 'ASSISTANT: ' ~ message['content'] | trim ~ eos_token ~ '\\n' }}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ 'ASSISTANT:' }}
{%- endif -%}
"""

_PLAIN = """\
{%- for message in messages -%}
{{ message['content'] ~ ('' if loop.last else '\\n') }}
{%- endfor -%}
"""

WELL_KNOWN: tuple[ChatTemplate, ...] = (
    ChatTemplate("chatml", "ChatML", _CHATML, ("<|im_end|>", "<|im_start|>")),
    ChatTemplate("llama-3", "Llama 3", _LLAMA_3, ("<|eot_id|>", "<|start_header_id|>")),
    ChatTemplate("llama-2", "Llama 2", _LLAMA_2, ("[INST]",)),
    ChatTemplate("mistral", "Mistral", _MISTRAL, ("[INST]",)),
    ChatTemplate("gemma", "Gemma", _GEMMA, ("<end_of_turn>", "<start_of_turn>")),
    ChatTemplate("vicuna", "Vicuna", _VICUNA, ("\nUSER:",)),
    ChatTemplate("alpaca", "Alpaca", _ALPACA, ("\n### Instruction:",)),
    ChatTemplate("plain", "Plain completion", _PLAIN, ()),
)
"""What a person can choose from when a file brings no template."""


def template_by_id(template_id: str) -> ChatTemplate:
    """Return one of the well-known templates.

    Raises:
        PersonError: There is none with this id.
    """
    for template in WELL_KNOWN:
        if template.id == template_id:
            return template
    raise PersonError(f"There is no chat template called “{template_id:.40}”.")


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What the text of a template tells.

    Attributes:
        thinking: How the model marks its thinking, or None for a model that does not think.
        thinking_switch: The variable that turns thinking on and off, or None without one.
        supports_system: Whether a system prompt has a place.
    """

    thinking: ThinkingMarks | None
    thinking_switch: str | None
    supports_system: bool

    @property
    def has_thinking_switch(self) -> bool:
        """Whether the person can turn thinking on and off."""
        return self.thinking_switch is not None


# Real templates have up to 30,000 characters; the rest of a longer text is not looked at.
_MAX_READ_CHARACTERS = 262_144
# An open quote ends with the text, so that reading takes one pass whatever the text.
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*(?:'|\Z)|\"(?:[^\"\\]|\\.)*(?:\"|\Z)", re.DOTALL)
_SWITCHES = ("enable_thinking", "thinking")
_SYSTEM_ROLE = re.compile(r"['\"]system['\"]")
_REFUSES_SYSTEM = re.compile(r"system (?:role|prompt|message)s? (?:is |are )?not supported")
# A role that is written out whatever it is.
_ANY_ROLE = re.compile(r"(?:\+|~|\{\{-?)\s*message(?:\.role|\[['\"]role['\"]\])")


def template_facts(jinja: str) -> TemplateFacts:
    """Read the facts out of a template's text; it is not rendered."""
    text = jinja[:_MAX_READ_CHARACTERS]
    marks = next((marks for marks in KNOWN_MARKS if _mentions(text, marks)), None)
    code = "\n".join(_QUOTED.sub("''", part) for part in _code(text))
    switch = next((name for name in _SWITCHES if _is_switch(name, code)), None)
    named = _SYSTEM_ROLE.search(text) is not None and not _REFUSES_SYSTEM.search(text.lower())
    return TemplateFacts(
        thinking=marks,
        thinking_switch=switch if marks is not None else None,
        supports_system=named or _ANY_ROLE.search(text) is not None,
    )


def _mentions(text: str, marks: ThinkingMarks) -> bool:
    # Templates often take old thinking out of earlier turns and name the closing mark only; an
    # <|end|> by itself says nothing. Line ends are written \n in them.
    start = marks.start.rstrip("\n")
    return start in text or (marks.end.startswith("</") and marks.end in text)


def _code(text: str) -> Iterator[str]:
    """Yield what stands between the brackets of statements and expressions."""
    position = 0
    while (start := text.find("{", position)) >= 0:
        closing = {"%": "%}", "{": "}}", "#": "#}"}.get(text[start + 1 : start + 2])
        if closing is None:
            position = start + 1
            continue
        end = text.find(closing, start + 2)
        if end < 0:
            return
        if closing != "#}":
            yield text[start + 2 : end]
        position = end + 2


def _is_switch(name: str, code: str) -> bool:
    """Whether a variable is asked for that the template does not only make itself."""
    used = re.search(rf"(?<![\w.]){name}(?!\w|\s*=[^=])", code)
    own = re.search(rf"\b(?:set|for)\s+{name}\b", code)
    asked = re.search(rf"\b{name}\s+is\s+(?:not\s+)?defined|\b{name}\s*\|\s*default", code)
    return used is not None and (own is None or asked is not None)
