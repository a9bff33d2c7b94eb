"""What a template makes of messages, whatever form it wants them in."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.chats.chat import Message, Role
from app.engine.host.answering.chat_form import ChatForm

TALK = [
    Message(Role.SYSTEM, "Be brief."),
    Message(Role.USER, "Qone?"),
    Message(Role.ASSISTANT, "Aone."),
    Message(Role.USER, "Qtwo?"),
]
ROLES = "{{ '<' ~ message.role ~ '>' }}"
EACH = "{% for message in messages %}"
PARTS = (
    f"{EACH}{ROLES}{{% if message.content[0]['type'] == 'image' %}}{{% endif %}}"
    "{% for part in message.content %}{% if part['type'] == 'text' %}{{ part['text'] }}"
    "{% elif part['type'] == 'image' %}<image>{% endif %}{% endfor %}{% endfor %}"
)
WHOLE = "<system>Be brief.<user>Qone?<assistant>Aone.<user>Qtwo?"
MOVED = "<user>Be brief.\n\nQone?<assistant>Aone.<user>Qtwo?"


def test_a_template_is_told_the_day_that_is_asked_for() -> None:
    template = "{{ strftime_now('%d %b %Y') }}"
    form = ChatForm(template, begin_text="", end_text="", now=lambda _form: "today")
    for day, wanted in ((date(2026, 1, 1), "01 Jan 2026"), (None, "today")):
        assert form.render(TALK, {}, opens_answer=True, day=day) == (wanted, False)


def written(template: str, talk: list[Message] = TALK) -> tuple[str, bool]:
    form = ChatForm(template, begin_text="<s>", end_text="</s>", now=lambda _form: "today")
    return form.render(talk, {}, opens_answer=True)


@pytest.mark.parametrize(
    "template",
    [
        f"{EACH}{ROLES}{{{{ message.content }}}}{{% endfor %}}",
        PARTS,
        # Text for the system prompt, parts for the rest.
        f"{EACH}{ROLES}{{% if message.role == 'system' %}}{{{{ message.content }}}}{{% else %}}"
        "{% for part in message.content %}{{ part.text }}{% endfor %}{% endif %}{% endfor %}",
        # Either form, as most newer ones.
        f"{EACH}{ROLES}{{% if message.content is string %}}{{{{ message.content }}}}{{% else %}}"
        "{% for part in message.content %}{{ part.text }}{% endfor %}{% endif %}{% endfor %}",
        # A text is refused.
        f"{EACH}{ROLES}{{% if message.content is string %}}{{{{ raise_exception('parts') }}}}"
        "{% endif %}{{ message.content[0].text }}{% endfor %}",
    ],
)
def test_every_word_is_there_whatever_form_contents_take(template: str) -> None:
    assert written(template) == (WHOLE, False)


@pytest.mark.parametrize(
    "template",
    [
        # Refused.
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
        f"{EACH}{ROLES}{{{{ message.content }}}}{{% endfor %}}",
        # Left out without a word.
        f"{EACH}{{% if message.role != 'system' %}}{ROLES}{{{{ message.content }}}}{{% endif %}}"
        "{% endfor %}",
        # Refused, and parts.
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
        f"{EACH}{ROLES}{{% for part in message.content %}}{{{{ part.text }}}}{{% endfor %}}"
        "{% endfor %}",
    ],
)
def test_a_system_prompt_without_a_place_is_part_of_the_first_message(template: str) -> None:
    assert written(template) == (MOVED, True)
    assert written(template, TALK[1:]) == (WHOLE.removeprefix("<system>Be brief."), False)


def test_the_system_prompt_is_moved_into_the_message_behind_it() -> None:
    refuses = (
        f"{EACH}{{% if message.role == 'system' %}}{{{{ raise_exception('no') }}}}{{% endif %}}"
        f"{ROLES}{{{{ message.content }}}}{{% endfor %}}"
    )
    late = [TALK[1], TALK[2], TALK[0], TALK[3]]
    assert written(refuses, late)[0] == "<user>Qone?<assistant>Aone.<user>Be brief.\n\nQtwo?"
    with pytest.raises(ValueError, match="no"):
        written(refuses, TALK[:1])


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{% for tool in tools %}{{ tool }}{% endfor %}x", "x"),
        ("{% if tools is defined %}{{ tools.name }}{% endif %}x", "x"),
        ("{{ documents | length }}", "0"),
        ("{{ tools | tojson }}", "null"),
        ("{{ 'Functions: ' + functions + ' on ' + datetime }}", "Functions: [] on today"),
        ("{{ strftime_now('%d') }} {{ bos_token }}{{ eos_token }}", "today <s></s>"),
    ],
)
def test_what_nobody_gave_is_left_out(template: str, text: str) -> None:
    assert written(template, TALK[1:])[0] == text


def test_a_refusal_says_what_the_template_says() -> None:
    with pytest.raises(ValueError, match="Only on Mondays"):
        written("{{ raise_exception('Only on Mondays') }}")
    with pytest.raises(ValueError, match="alternate"):
        written("{% if tools is defined %}{{ nosuch() }}{% else %}"
                "{{ raise_exception('Roles must alternate') }}{% endif %}")  # fmt: skip
