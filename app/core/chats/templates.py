"""Chat templates of our own, for files that bring none.

They leave the begin token to the engine, which puts it first where the vocabulary wants one and
the rendered text has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.errors import PersonError
from app.core.words.sentence import say, worded

PLAIN_ID = "plain"
"""The one that writes nothing around messages."""


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
    ChatTemplate(PLAIN_ID, "Plain completion", _PLAIN, ()),
)
"""What a person can choose from; a file that brings no template is asked by the last."""


def template_by_id(template_id: str) -> ChatTemplate:
    """Return one of the well-known templates.

    Raises:
        PersonError: There is none with this id.
    """
    for template in WELL_KNOWN:
        if template.id == template_id:
            return template
    raise PersonError(say("lab.no_chat_template_called", template_id=template_id[:40]))


def plain_completion(names: Iterable[str]) -> str:
    """Say which files bring no chat template: they go on with what they are given."""
    files = ", ".join(names)
    return worded("lab.without_chat_template_so_asked", files=files)
