"""Many questions are answered side by side, each as if it had been asked in its place alone.

Tests app.engine.host.answering.answer and app.engine.host.loading.sequences.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role, StopReason
from app.engine.protocol.answering import AnswerMany, Finished, Generate, ManyAnswered, Text
from app.engine.protocol.running import Failed, FailureKind, Stop
from tests.helpers.architectures import Size, write_architecture

if TYPE_CHECKING:
    from tests.engine.conftest import RecordedEngine

PLACES = 8
HELD_OUT = Path(__file__).parents[4] / "resources" / "demo" / "held_out.jsonl"
PROMPTS = [json.loads(line)["prompt"] for line in HELD_OUT.read_text("utf-8").splitlines()[:30]]
LONG = "The river ran past the old mill and the children counted boats. " * 30
ANSWER = SamplingSettings(max_tokens=40)


def ask(
    engine: RecordedEngine,
    prompts: Sequence[str],
    sampling: SamplingSettings = ANSWER,
    system: str = "",
    stop_strings: Sequence[str] = (),
) -> tuple[AnswerMany, list[int]]:
    """Send a command; returns it with its questions' ids."""
    first = [Message(Role.SYSTEM, system)] if system else []
    questions = [
        Generate(
            engine.client.next_id(),
            [*first, Message(Role.USER, prompt)],
            sampling,
            stop_strings=list(stop_strings),
            clear=True,
        )
        for prompt in prompts
    ]
    command = AnswerMany(engine.client.next_id(), questions, PLACES, 256)
    engine.client.send(command)
    return command, [question.id for question in questions]


def told(engine: RecordedEngine, ids: Sequence[int]) -> list[tuple[str, StopReason]]:
    """What was answered to questions."""
    ends = {one.id: one.stop_reason for one in engine.events if isinstance(one, Finished)}
    texts = [one for one in engine.events if isinstance(one, Text)]
    return [("".join(t.answer for t in texts if t.id == one), ends[one]) for one in ids]


def answers(
    engine: RecordedEngine, prompts: Sequence[str], **how: object
) -> tuple[list[tuple[str, StopReason]], ManyAnswered]:
    command, ids = ask(engine, prompts, **how)  # type: ignore[arg-type]
    ended = engine.wait(ManyAnswered, lambda event: event.id == command.id)
    return told(engine, ids), ended


def test_an_answer_follows_from_its_question_alone(engine: RecordedEngine, q3: Path) -> None:
    engine.load(q3, 2048)
    found, ended = answers(engine, PROMPTS)
    assert ended.beside == len(PROMPTS)
    longest = max(
        one.figures.generated_tokens for one in engine.events if isinstance(one, Finished)
    )
    assert longest <= ended.passes < sum(len(text) for text, _ in found) / 2
    assert {reason for _, reason in found} <= {StopReason.END, StopReason.LENGTH}
    # Whatever else is asked, and in whichever order: to the last letter.
    assert answers(engine, PROMPTS[::-1])[0][::-1] == found
    assert answers(engine, PROMPTS[:3])[0] == found[:3]
    # One whose answer is far longer than its place is answered alone, and no worse.
    mixed, ended = answers(engine, [*PROMPTS[:4], LONG, *PROMPTS[4:8]])
    assert ended.beside == 8
    assert mixed[:4] + mixed[5:] == found[:8]
    assert mixed[4][0] == engine.answer(LONG, ANSWER)[0]


def test_they_are_those_of_questions_asked_alone(engine: RecordedEngine, demo_model: Path) -> None:
    engine.load(demo_model, 1024)
    system = "You are a patient helper who answers questions of children in one short sentence."
    for said, stops in (("", []), ("", ["e"]), (system, [])):
        found, ended = answers(engine, PROMPTS[:12], system=said, stop_strings=stops)
        assert (ended.shared_tokens > 0) == bool(said)
        first = [Message(Role.SYSTEM, said)] if said else []
        chats = [[*first, Message(Role.USER, prompt)] for prompt in PROMPTS[:12]]
        alone = [engine.answer(chat, ANSWER, stop_strings=stops)[0] for chat in chats]
        same = sum(text == one for (text, _), one in zip(found, alone, strict=True))
        assert same >= 11  # two tokens that are equally likely may change places


@pytest.mark.parametrize("name", ["gemma3", "qwen2vl", "deepseek2", "qwen2moe", "jamba"])
def test_architectures_answer_many(engine: RecordedEngine, tmp_path: Path, name: str) -> None:
    size = Size(layers=2, context_tokens=4096, window=64)
    engine.load(write_architecture(tmp_path / "m.gguf", name, size), 512)
    prompts = [f"{number} {'boats ' * number}" for number in range(1, 12)]
    sampling = SamplingSettings(max_tokens=70)
    found, ended = answers(engine, prompts, sampling=sampling)
    assert ended.beside == (0 if name == "jamba" else len(prompts))  # it is recurrent in part
    assert answers(engine, prompts[::-1], sampling=sampling)[0][::-1] == found


def test_a_stop_ends_all_and_what_came_stands(engine: RecordedEngine, demo_model: Path) -> None:
    engine.load(demo_model, 1024)
    command, ids = ask(engine, PROMPTS * 20)
    engine.wait(Finished)
    engine.client.send(Stop(command.id))
    ended = engine.wait(Failed, lambda event: event.id == command.id)
    assert ended.kind is FailureKind.CANCELLED
    reasons = [one.stop_reason for one in engine.events if isinstance(one, Finished)]
    assert reasons.count(StopReason.STOPPED) <= PLACES
    assert len(reasons) < len(ids)
    assert answers(engine, PROMPTS[:2])[1].beside == 2


def test_one_that_cannot_be_asked_holds_back_no_other(
    engine: RecordedEngine, demo_model: Path
) -> None:
    engine.load(demo_model, 512)
    command, ids = ask(engine, [PROMPTS[0], LONG * 4, PROMPTS[1]])
    engine.wait(ManyAnswered, lambda event: event.id == command.id)
    (failure,) = [one for one in engine.events if isinstance(one, Failed)]
    assert (failure.id, failure.kind) == (ids[1], FailureKind.PROMPT_TOO_LONG)
    assert len(told(engine, [ids[0], ids[2]])) == 2
