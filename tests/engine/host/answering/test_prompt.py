"""Chat templates that were written to harm: each ends in an answer or in a sentence, soon."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.engine.local.client import LocalEngines
from app.engine.protocol.answering import Finished, Generate
from app.engine.protocol.loading import Load, Loaded
from app.lab.demo.demo import demo_base
from app.lab.engines.calls import EngineCalls

BIG = 10**9
SAY = "{% for message in messages %}{{ message.content }}{% endfor %}"

# Loops, recursion, and work that Python does in one go.
ENDLESS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    f"{{% for a in range({BIG}) %}}x{{% endfor %}}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% set ns = namespace(l=[0]) %}{% for a in ns.l %}{{ ns.l.append(1) or '' }}{% endfor %}",
    "{% set n = namespace(t='x') %}{% for a in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}",
    "{{ 9**9**9 }}",
    "{{ 10**(10**8) % 7 }}",
    "{{ (99999999**99999)|string }}",
    "{{ ('a' * 100000)|urlize }}",
    "{{ ('<' * 3000000)|striptags }}",
    "{{ ('a ' * 3000000)|title|wordcount }}",
    "{{ range(99999)|list|sort|reverse|list|tojson }}",
    "{{ range(99999)|map('string')|join('x' * 9999) }}",
    "{{ (range(99999)|list * 99)|unique|list|length }}",
    "{{ (range(9999)|batch(1)|list)|tojson(indent=99999) }}",
    "{{ dict(a=dict(b=range(99999)|list))|pprint }}",
]
# Room.
HUGE = 10 * BIG
GREEDY = [
    *(f"{{{{ {one} }}}}" for one in (
        f"'x' * {HUGE}", f"[0] * {HUGE}", f"'x'.ljust({HUGE})", f"'x'.zfill({HUGE})",
        f"'%{BIG}d' % 1", f"'{{:{BIG}}}'.format(1)", f"'x'|center({HUGE})", f"'x'|indent({HUGE})",
        f"lipsum(n={BIG})", f"range({BIG})|list", f"('\\t' * 9999).expandtabs({BIG})",
        f"messages|tojson(indent={HUGE})", f"messages|list * {BIG}", f"bytes({HUGE})",
        f"'x'.encode() * {HUGE}", f"[[0] * {BIG}] * {BIG}", f"'a'.replace('', 'x' * {BIG})",
        "'x'.join(['y' * 9999999] * 9999)",
    )),
    "x" * 3_000_000,
    "{% set x = 'x' * 9999999 %}" + "{{ x }}" * 99,
]  # fmt: skip
# Ways out of the sandbox.
CURIOUS = [
    *(f"{{{{ {one} }}}}" for one in (
        "''.__class__", "''.__class__.__mro__[1].__subclasses__()", "messages.__class__.__base__",
        "cycler.__init__.__globals__", "lipsum.__globals__['os'].system('true')",
        "self.__init__.__globals__", "raise_exception.__globals__", "joiner.__init__",
        "namespace.__init__.__globals__", "strftime_now.__globals__", "range.__self__",
        "(messages|attr('__class__'))", "'{0.__class__}'.format(messages)",
        "''['__cl' + 'ass__']", "messages.append(1)", "messages.clear()", "messages.pop()",
        "messages[0].update({'role': 'x'})", "messages[0].clear()", "dict.fromkeys(messages)",
        "self", "self._TemplateReference__context", "caller", "loop", "super()", "config",
        "import('os')", "open('/etc/passwd').read()", "__import__('os')", "exec('1')", "eval('1')",
    )),
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}",
    "{% extends '/etc/passwd' %}",
    "{% from 'os' import system %}",
]  # fmt: skip
# What is no template, or says nothing that can be read.
BROKEN = [
    *("{% if %}", "{% for %}", "{{", "{%", "{#", "}}", "{% endfor %}", "{{ a b }}", "{{ 1/0 }}"),
    *("{{ a.b.c }}", "{{ none.x }}", "{{ 'x' + 1 }}", "{{ messages[99] }}", "{{ messages['x'] }}"),
    *("{{ 'x'|nosuch }}", "{{ 'x' is nosuch }}", "{{ nosuch() }}", "{% nosuch %}", "{% break %}"),
    "{{ " + "(" * 9999 + "1" + ")" * 9999 + " }}",
    "{{ " + "[" * 999 + "]" * 999 + " }}",
    "{{ " + "-" * 99_999 + "1 }}",
    "{{ " + "1+" * 99_999 + "1 }}",
    "{% if 1 %}" * 999 + "{% endif %}" * 999,
    "{{ raise_exception('\ud800') }}",
    "{{ raise_exception('x' * 3000000) }}",
    "{{ raise_exception('\\x1b]0;title\\x07\\u202e') }}",
    "{{ raise_exception(messages) }}",
    "{{ raise_exception() }}",
    "{{ '\\ud800' }}",
    "\x00",
    "{{ '\\x00' * 9999 }}",
    "",
    " \n\t ",
    "{# nothing #}",
    "{{ strftime_now('%' * 99999) }}",
    "{{ strftime_now('%Y' * 99999) }}",
    "{{ '<|endoftext|>' * 9999 }}",
    "{{ messages }}",
    "{% generation %}x{% endgeneration %}",
]

HOSTILE = {
    f"{kind}-{place}": template
    for kind, templates in (
        ("endless", ENDLESS), ("greedy", GREEDY), ("curious", CURIOUS), ("broken", BROKEN),
    )
    for place, template in enumerate(templates)
}  # fmt: skip


class Host:
    """An engine with the demo's weights, replaced where a template ended it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engine: EngineCalls | None = None

    def ask(self, template: str) -> str | None:
        """Answer a greeting by a template; the sentence of a refusal, None for an answer."""
        try:
            engine = self._loaded()
            words = [Message(Role.USER, "Is 7 more than 12?")]
            sampling = SamplingSettings(max_tokens=2)
            ask = Generate(engine.next_id(), words, sampling, template, [], clear=True)
            engine.call(ask, Finished)
        except PersonError as failed:
            if self._engine is not None and self._engine.pid is None:
                self.close()
            return failed.sentence
        return None

    def _loaded(self) -> EngineCalls:
        if self._engine is None:
            self._engine = EngineCalls("hostile", LocalEngines(self._folder))
            load = Load(self._engine.next_id(), str(demo_base()), 512, 1)
            self._engine.call(load, Loaded)
        return self._engine

    def close(self) -> None:
        """End it."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None


@pytest.mark.slow
def test_every_hostile_template_ends_in_an_answer_or_a_sentence(tmp_path: Path) -> None:
    host = Host(tmp_path)
    try:
        said = {name: host.ask(template) for name, template in HOSTILE.items()}
        assert host.ask(SAY) is None
    finally:
        host.close()
    faults = {name: words for name, words in said.items() if words is not None and _is_fault(words)}
    assert not faults
    assert "longer than 2 seconds" in (said["endless-0"] or "")
    assert "too much memory" in (said["greedy-0"] or "")


def _is_fault(sentence: str) -> bool:
    """Whether a refusal blames the file, shows Python, or is no single bounded line."""
    told = sentence.lower()
    blames = any(word in told for word in ("crashed", "damaged", "traceback", "unexpectedly"))
    return blames or len(sentence) > 1000 or "\n" in sentence or not sentence.strip()
