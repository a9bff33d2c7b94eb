"""Each server by its own form: what it is sent, what is understood of what it says."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.core.chats.chat import Message, Role, StopReason
from app.core.servers.server import ServerKind
from app.engine.api import Ability
from app.engine.protocol.answering import Finished, PromptProgress, Rendered, SaidToken, Text
from app.engine.protocol.loading import Loaded
from app.engine.protocol.running import Failed
from app.engine.protocol.scoring import LikelyText, TextLikely
from tests.helpers.replay import forms
from tests.helpers.replay.forms import chunk, said, usage
from tests.helpers.replay.server import Replay, events

if TYPE_CHECKING:
    from tests.engine.remote.conftest import Talk, Talks

CHAT = "POST /v1/chat/completions"


def loaded(talk: Talk) -> Any:
    return next(event for event in talk.all if isinstance(event, Loaded))


def test_a_version_may_stand_in_the_middle_of_an_address(talks: Talks) -> None:
    """As at Google's, whose ids are no paths either."""
    ways = forms.openai(events(*said("Four"), chunk({}, "stop"), chunk(usage=usage())))
    moved = {way.replace("/v1/", "/v1beta/openai/"): answer for way, answer in ways.items()}
    with Replay(moved) as google:
        url = f"{google.root}/v1beta/openai/"
        _, talk = talks({}, url=url, model="models/small-flash")
        assert isinstance(talk.ask(), Finished)
        assert talk.answer == "Four"
        assert not google.of("POST /v1beta/openai/v1/chat/completions")
        assert google.of("POST /v1beta/openai/chat/completions")[0].body["model"] == (
            "models/small-flash"
        )


def test_llama_server_tells_speeds_settings_prompt_and_progress(talks: Talks) -> None:
    server, talk = talks(forms.llama_server())
    facts = loaded(talk).served
    assert (facts.quantization, facts.context_tokens, facts.vocabulary_size) == ("F16", 512, 4096)
    assert facts.template_digest
    assert facts.sees is False
    assert Ability.SEE not in talk.engine.abilities
    end = talk.ask(temperature=0.5, seed=1, clear=True)
    assert isinstance(end, Finished)
    assert talk.answer == "Lists are fine."
    sent = server.of(CHAT)[-1].body
    assert sent["cache_prompt"] is False
    assert {"temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed"} <= set(sent)
    assert {"frequency_penalty", "presence_penalty", "max_tokens"} <= set(sent)
    assert any(isinstance(event, PromptProgress) for event in talk.all)
    figures = end.figures
    assert (figures.prompt_tokens, figures.reused_tokens, figures.generated_tokens) == (8, 7, 6)
    assert figures.first_byte_ns is not None
    assert figures.first_token_ns is not None
    assert 0 < figures.first_byte_ns <= figures.first_token_ns
    assert figures.prompt_ns == 0  # it is the server's alone to know
    assert figures.served is not None
    speeds = figures.served.speeds
    assert speeds.generated_tokens_per_second == pytest.approx(500)
    assert speeds.prompt_tokens_per_second == pytest.approx(250)
    assert figures.served.ignored == ()
    assert figures.served.fingerprint == "b1-0c1e570"
    rendered = [event for event in talk.all if isinstance(event, Rendered)][-1]
    assert rendered.digest == sha256(b"Say something about lists.\n").hexdigest()


def test_what_llama_server_does_not_follow_is_named(talks: Talks) -> None:
    other = forms.llama_chat(top_k=20, samplers=["penalties", "top_k", "top_p", "temperature"])
    _, talk = talks(forms.llama_server(other))
    end = talk.ask(temperature=0.5, seed=1)
    assert set(end.figures.served.ignored) == {"top_k", "min_p"}
    greedy = talk.ask(temperature=0.0, seed=1)  # what does not count is not named
    assert set(greedy.figures.served.ignored) == {"temperature"}


def test_tokens_count_by_usage_and_thinking_by_what_was_counted_meanwhile(talks: Talks) -> None:
    server, talk = talks(forms.vllm())
    end = talk.ask(temperature=0.7, thinking=True, clear=True)
    assert (talk.thinking, talk.answer) == ("Let me see.", "Four.")
    assert (end.figures.generated_tokens, end.figures.thinking_tokens) == (7, 4)
    sent = server.of(CHAT)[-1].body
    assert sent["stream_options"] == {"include_usage": True, "continuous_usage_stats": True}
    assert sent["chat_template_kwargs"] == {"enable_thinking": True}
    assert sent["repetition_penalty"] == 1.0
    assert sent["cache_salt"]
    speeds = end.figures.served.speeds
    assert (speeds.first_token_ns, speeds.queue_ns) == (20_000_000, 3_000_000)
    assert speeds.generated_tokens_per_second == 50


def test_ollama_is_asked_in_its_own_way_and_tells_memory(talks: Talks) -> None:
    server, talk = talks(forms.ollama())
    facts = loaded(talk).served
    assert (facts.quantization, facts.context_tokens) == ("Q4_K_M", 8192)
    assert (facts.trained_context_tokens, facts.needed_bytes) == (32768, 6_200_000_000)
    assert (facts.sees, facts.thinks) == (True, True)
    end = talk.ask(likely=1, thinking=True, stop_strings=["\n\n"], seed=None, temperature=0.5)
    assert (talk.thinking, talk.answer) == ("Hm.", "Four")
    sent = server.of("POST /api/chat")[-1].body
    assert sent["options"]["num_predict"] == 64
    assert sent["options"]["seed"] == -1
    assert sent["options"]["stop"] == ["\n\n"]
    assert (sent["truncate"], sent["think"], sent["top_logprobs"]) == (False, True, 1)
    figures = end.figures
    assert (figures.prompt_tokens, figures.reused_tokens, figures.generated_tokens) == (20, 4, 9)
    assert figures.memory_needed_bytes == 6_200_000_000
    assert end.memory.needed_bytes is None  # none of this PC's
    assert figures.served.speeds.generation_ns == 450
    assert figures.served.fingerprint == "845dbda0ea48"  # of the file, whatever its name is then
    assert figures.served.speeds.prompt_tokens == 16
    assert end.stop_reason is StopReason.END
    assert [token.token.piece for token in _said(talk)] == [b"Fo"]


@pytest.mark.parametrize(
    ("ways", "kind", "speed"),
    [
        (forms.lm_studio(), ServerKind.LM_STUDIO, 40),
        (forms.exo(), ServerKind.EXO, 20),
        (forms.gpustack(), ServerKind.GPUSTACK, 40),
        (forms.sglang(), ServerKind.SGLANG, None),
    ],
)
def test_others_tell_their_speed_each_in_its_own_place(
    talks: Talks, ways: forms.Ways, kind: ServerKind, speed: float | None
) -> None:
    _, talk = talks(dict(ways), kind=kind)
    end = talk.ask()
    assert talk.answer.startswith("Four")
    assert end.figures.served.speeds.generated_tokens_per_second == speed
    assert end.figures.generated_tokens


def test_lm_studio_tells_quantization_and_context(talks: Talks) -> None:
    _, talk = talks(forms.lm_studio())
    facts = loaded(talk).served
    assert (facts.quantization, facts.context_tokens, facts.sees) == ("Q4_K_M", 4096, True)
    end = talk.ask(temperature=0.5)
    assert end.figures.thinking_tokens == 5
    assert "min_p" in end.figures.served.ignored
    assert Ability.OWN_PROBABILITIES not in talk.engine.abilities


def test_exo_tells_memory(talks: Talks) -> None:
    _, talk = talks(forms.exo())
    assert talk.ask().figures.memory_needed_bytes == 3_000_000_000


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content", "thinking"])
def test_thinking_comes_in_any_field(talks: Talks, field: str) -> None:
    chat = events(
        *said("Let", " me", field=field), *said("Four"), chunk({}, "stop"), chunk(usage=usage())
    )
    _, talk = talks(forms.openai(chat))
    talk.ask()
    assert (talk.thinking, talk.answer) == ("Let me", "Four")


def test_thinking_comes_as_parts_of_the_content(talks: Talks) -> None:
    part = {"type": "thinking", "thinking": [{"type": "text", "text": "Let me"}]}
    chat = events(chunk({"content": [part]}), *said("Four"), chunk({}, "stop"))
    _, talk = talks(forms.openai(chat))
    talk.ask()
    assert (talk.thinking, talk.answer) == ("Let me", "Four")


@pytest.mark.parametrize(
    "texts",
    [
        ("<th", "ink>Let me", "</thi", "nk>\n\nFour"),
        ("<think>Let me</think>Four",),
        ("[THINK]Let", " me[/THINK]", "Four"),
        ("<|channel|>analysis<|message|>Let me<|end|>", "<|channel|>final<|message|>Four"),
    ],
)  # fmt: skip
def test_thinking_within_the_answer_is_told_apart(talks: Talks, texts: tuple[str, ...]) -> None:
    _, talk = talks(forms.openai(events(*said(*texts), chunk({}, "stop"), chunk(usage=usage()))))
    talk.ask()
    assert (talk.thinking, talk.answer) == ("Let me", "Four")


def test_an_answer_that_only_looks_like_thinking_stays(talks: Talks) -> None:
    _, talk = talks(forms.openai(events(*said("  <", "thi"), chunk({}, "stop"))))
    talk.ask()
    assert (talk.thinking, talk.answer) == ("", "  <thi")


def test_tokens_come_with_their_probabilities_and_their_text(talks: Talks) -> None:
    tokens = [
        forms.entry("Fo", -0.5, [("Fo", -0.5), ("Th", -1.5)], 7),
        forms.entry("ur", -0.1, [("ur", -0.1)], 9),
    ]
    chat = events(
        chunk({"reasoning_content": "Hm"}),
        *(
            {
                **chunk(),
                "choices": [{"delta": {"content": each["token"]}, "logprobs": {"content": [each]}}],
            }
            for each in tokens
        ),
        chunk({}, "stop"),
        chunk(usage=usage()),
    )
    server, talk = talks(forms.llama_server(chat))
    talk.ask(likely=2)
    assert server.of(CHAT)[-1].body["logprobs"] is True
    assert server.of(CHAT)[-1].body["top_logprobs"] == 2
    found = _said(talk)
    assert [(each.token.piece, each.token.number) for each in found] == [(b"Fo", 7), (b"ur", 9)]
    assert [one.log_probability for one in found[0].likely] == [-0.5, -1.5]
    for event in talk.all:
        if isinstance(event, Text):
            assert "".join(each.token.piece.decode() for each in event.said) == event.answer


def _said(talk: Talk) -> list[SaidToken]:
    return [each for event in talk.all if isinstance(event, Text) for each in event.said]


@pytest.mark.parametrize("ways", [forms.vllm(), forms.sglang()], ids=["vllm", "sglang"])
def test_a_texts_own_probabilities(talks: Talks, ways: forms.Ways) -> None:
    server, talk = talks(ways)
    assert Ability.TEXT_PROBABILITIES in talk.engine.abilities
    told = talk.call(LikelyText(talk.engine.next_id(), "To be or", 2), TextLikely)
    assert isinstance(told, TextLikely), told
    assert told.first.number == 11
    assert [each.token.number for each in told.said] == [12, 13]
    assert [each.token.log_probability for each in told.said] == [-2.5, -0.1]
    assert [one.number for one in told.said[0].likely] == [20, 21]
    assert [one.number for one in told.said[1].likely] == [13, 22]
    assert told.most == 2
    talk.call(LikelyText(talk.engine.next_id(), "", 2, [11, 12, 13]), TextLikely)
    sent = server.asked[-1].body
    assert [11, 12, 13] in (sent.get("prompt"), sent.get("input_ids"))


def test_what_a_server_has_nothing_for_is_said(talks: Talks) -> None:
    _, talk = talks(forms.llama_server())
    told = talk.call(LikelyText(talk.engine.next_id(), "To be", 2), TextLikely)
    assert isinstance(told, Failed)
    assert "tells no probabilities of a text" in told.sentence


def test_pictures_go_within_the_message(talks: Talks, tmp_path: Path) -> None:
    data = b"\x89PNG\r\n\x1a\nrest"
    (tmp_path / "seen.png").write_bytes(data)
    shown = Message(Role.USER, "What is it?", (str(tmp_path / "seen.png"),))
    encoded = base64.b64encode(data).decode()
    server, talk = talks(forms.vllm())
    talk.ask(messages=[shown])
    parts = server.of(CHAT)[-1].body["messages"][0]["content"]
    assert parts[0]["image_url"]["url"] == f"data:image/png;base64,{encoded}"
    assert parts[1] == {"type": "text", "text": "What is it?"}
    server, talk = talks(forms.ollama())
    talk.ask(messages=[shown])
    assert server.of("POST /api/chat")[-1].body["messages"][0]["images"] == [encoded]
    lost = talk.ask(messages=[Message(Role.USER, "x", (str(tmp_path / "lost.png"),))])
    assert isinstance(lost, Failed)
    assert "picture cannot be read" in lost.sentence


def test_a_schema_is_asked_for_in_each_ones_words(talks: Talks) -> None:
    server, talk = talks(forms.openai(events(*said("{}"), chunk({}, "stop"))))
    talk.ask(schema='{"type": "object"}')
    form = server.of(CHAT)[-1].body["response_format"]
    assert form["json_schema"]["schema"] == {"type": "object"}
    server, talk = talks(forms.ollama())
    talk.ask(schema='{"type": "object"}')
    assert server.of("POST /api/chat")[-1].body["format"] == {"type": "object"}
