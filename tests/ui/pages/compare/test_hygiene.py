from __future__ import annotations

import dataclasses
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, ServerModel
from app.core.candidates.settings import CHAT, COMPARE_GREEDY, EngineSettings, KvType
from app.core.servers.facts import ServerModelFacts
from app.ui.pages.compare.hygiene import hygiene_sentence
from app.ui.pages.compare.panes.naming import Naming
from tests.helpers.scripted_engine import loaded

if TYPE_CHECKING:
    from tests.ui.pages.compare.scripted_session import ScriptedSession


def change(session: ScriptedSession, letter: str, **changes: object) -> None:
    pane = session.pane(session.key(letter))
    own = {"sampling": changes.pop("sampling")} if "sampling" in changes else {}
    pane.setup = replace(pane.setup.running(**changes), **own)


def test_equal_panes_need_no_remark(session: ScriptedSession) -> None:
    assert hygiene_sentence(session.chat, session.panes) == ""


def test_own_sampling_that_is_the_same_is_no_difference(session: ScriptedSession) -> None:
    change(session, "B", sampling=COMPARE_GREEDY)
    assert hygiene_sentence(session.chat, session.panes) == ""


def test_own_sampling_is_named(session: ScriptedSession) -> None:
    change(session, "B", sampling=CHAT)
    assert hygiene_sentence(session.chat, session.panes) == "B uses its own sampling."
    change(session, "C", sampling=CHAT)
    assert "B and C use their own sampling" in hygiene_sentence(session.chat, session.panes)


def test_other_settings_are_named_with_their_values(session: ScriptedSession) -> None:
    change(session, "B", engine=EngineSettings(kv_type=KvType.Q8_0), template_id="chatml")
    session.pane(session.key("C")).loaded = loaded(1, 2048)
    line = hygiene_sentence(session.chat, session.panes)
    assert "KV cache differs (A f16, B q8_0, C f16)" in line
    assert "context differs (A 4096, B 4096, C 2048)" in line
    assert "chat template differs (A the file's own, B ChatML, C the file's own)" in line


def test_other_questions_are_told(session: ScriptedSession) -> None:
    session.ask("Everybody?")
    for letter in "ABC":
        session.finish(letter)
    assert hygiene_sentence(session.chat, session.panes) == ""
    session.ask("A alone?", [session.key("A")])
    line = hygiene_sentence(session.chat, session.panes)
    assert line == "Not all were asked the same questions (A 2, B 1, C 1)."


def test_a_system_prompt_inside_the_first_message_is_said(session: ScriptedSession) -> None:
    session.pane(session.key("B")).system_in_user = True
    assert hygiene_sentence(session.chat, session.panes) == ""
    session.chat.system_prompt = "Be brief."
    line = hygiene_sentence(session.chat, session.panes)
    assert line == (
        "B: the system prompt is part of the first message (its chat template takes none)."
    )
    assert hygiene_sentence(session.chat, session.panes[1:2]) == line


def test_one_pane_is_compared_with_nothing(session: ScriptedSession) -> None:
    change(session, "A", sampling=CHAT)
    assert hygiene_sentence(session.chat, session.panes[:1]) == ""


def test_adapters_experts_and_the_caches_two_types_are_named(session: ScriptedSession) -> None:
    change(
        session,
        "B",
        adapters=(Adapter("/models/style.gguf", 0.5),),
        engine=EngineSettings(experts=3, kv_type=KvType.Q8_0, value_type=KvType.Q4_0),
    )
    line = hygiene_sentence(session.chat, session.panes)
    assert "adapters differ (A none, B style\u00a0×\u00a00.5, C none)" in line
    assert "the experts used differ (A as the file says, B 3, C as the file says)" in line
    assert "KV cache differs (A f16, B q8_0/q4_0, C f16)" in line


def test_a_base_and_a_tuned_model_are_told_apart(session: ScriptedSession) -> None:
    change(session, "A", template_id="plain")
    line = hygiene_sentence(session.chat, session.panes)
    assert "chat template differs (A Plain completion, B the file's own, C the file's own)" in line


def test_what_is_set_stands_in_the_heads(session: ScriptedSession) -> None:
    change(
        session, "B", adapters=(Adapter("/models/style.gguf"),), engine=EngineSettings(experts=3)
    )
    naming = Naming(session.panes, session.key("A"))
    pane = session.pane(session.key("B"))
    assert naming.name(pane).endswith("Q4_K_M + style")
    assert naming.facts(pane).endswith("· 3 experts a token")
    assert "adapter style.gguf" in naming.help(pane)
    assert "expert" not in naming.facts(session.pane(session.key("A")))


@pytest.mark.parametrize(
    ("told", "remarks"),
    [
        ("{{ mine }}", []),
        ("{{ another }}", ["C: its server has another chat template."]),
        (None, []),
    ],
)
def test_another_template_at_a_server_is_said_where_it_tells_of_it(
    session: ScriptedSession, told: str | None, remarks: list[str]
) -> None:
    a, b, c = session.panes
    for pane in (a, b):
        assert pane.model is not None
        pane.model = dataclasses.replace(pane.model, chat_template="{{ mine }}")
    served = Candidate(ServerModel(url="http://127.0.0.1:9931/v1", model="m"))
    c.setup = replace(c.setup, candidate=served)
    c.model = None
    digest = None if told is None else sha256(told.encode()).hexdigest()
    facts = ServerModelFacts("m", quantization="F16", template_digest=digest)
    c.loaded = replace(loaded(1), served=facts)
    assert hygiene_sentence(session.chat, session.panes) == "".join(remarks)
