"""An engine elsewhere keeps the promises of an engine: its ends, stops, order and speed.

Tests app.engine.remote.access, app.engine.remote.answering, app.engine.remote.inline,
app.engine.remote.lenient, app.engine.remote.loops,
app.engine.remote.texts and app.core.servers.facts.
"""

from __future__ import annotations

import array
import threading
import time
from typing import TYPE_CHECKING

import pytest

from app.core.chats.chat import StopReason
from app.engine.api import Exited
from app.engine.outcome import EndCause
from app.engine.protocol.answering import (
    AnswerMany,
    Finished,
    ManyAnswered,
    SetThreads,
    Text,
    ThreadsSet,
)
from app.engine.protocol.measuring import Bench
from app.engine.protocol.reading import Detokenize, Detokenized, Tokenize, Tokenized
from app.engine.protocol.running import Failed, FailureKind, Step, Working
from app.engine.remote.access import Access
from tests.engine.remote.conftest import Talk
from tests.helpers.replay import forms
from tests.helpers.replay.forms import chunk, said, usage
from tests.helpers.replay.server import Replay, events

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.remote.conftest import Talks

WAIT_S = 120


def test_a_stop_hangs_up_at_once_and_what_came_stands(talks: Talks) -> None:
    over = threading.Event()
    stuck = events(*said("Fo", "ur"), lambda: over.wait(WAIT_S), *said("." * 40))
    _, talk = talks(forms.openai([stuck, events(*said("Five"), chunk({}, "stop"))]))
    command = talk.command()
    talk.engine.send(command)
    talk.until(Text)
    talk.engine.stop(command.id)
    end = talk.until(Finished, Failed)
    assert end.stop_reason is StopReason.STOPPED
    over.set()
    assert end.figures.first_token_ns
    assert talk.answer in {"Fo", "Four"}
    assert isinstance(talk.ask(), Finished)
    assert talk.answer == "Five"


def test_a_stop_before_the_first_byte_ends_it_too(talks: Talks) -> None:
    over, came = threading.Event(), threading.Event()

    def asked() -> None:
        came.set()
        over.wait(WAIT_S)

    _, talk = talks(forms.openai(events(asked, *said("Four"), chunk({}, "stop"))))
    first, second = talk.command(), talk.command()
    talk.engine.send(first)
    talk.engine.send(second)
    assert came.wait(WAIT_S)
    talk.engine.stop(second.id)  # it waits its turn still
    cancelled = talk.until(Failed)
    assert (cancelled.id, cancelled.kind) == (second.id, FailureKind.CANCELLED)
    talk.engine.stop(first.id)
    assert talk.until(Finished, Failed).stop_reason is StopReason.STOPPED
    over.set()


def test_the_end_of_an_engine_is_told_once_even_in_the_middle_of_an_answer() -> None:
    over = threading.Event()
    with Replay(forms.openai(events(*said("Fo"), lambda: over.wait(WAIT_S)))) as server:
        talk = Talk(Access(server.url))
        talk.load()
        talk.engine.send(talk.command())
        talk.until(Text)
        talk.engine.close()
        end = talk.until(Exited)
        assert end.outcome.cause is EndCause.CLOSED
        assert talk.engine.join(WAIT_S)
        assert talk.engine.closed
        talk.engine.send(talk.command())  # nobody is there; nothing happens
        talk.engine.close()
        assert talk.events.empty()
        over.set()


def test_questions_are_asked_side_by_side(talks: Talks) -> None:
    """None is answered before all have come."""
    together = threading.Barrier(3, timeout=WAIT_S)
    chat = events(together.wait, *said("Four"), chunk({}, "stop"))
    _, talk = talks(forms.openai(chat))
    questions = [talk.command() for _ in range(6)]
    told = talk.call(AnswerMany(talk.engine.next_id(), questions, 3, 100), ManyAnswered)
    assert isinstance(told, ManyAnswered)
    assert told.beside == 6
    ended = [event.id for event in talk.all if isinstance(event, Finished)]
    assert sorted(ended) == [each.id for each in questions]


def test_a_stop_ends_all_that_are_asked_side_by_side(talks: Talks) -> None:
    over = threading.Event()
    chat = events(*said("Fo"), lambda: over.wait(WAIT_S))
    _, talk = talks(forms.openai(chat))
    command = AnswerMany(99, [talk.command() for _ in range(4)], 2, 100)
    talk.engine.send(command)
    talk.until(Text)
    talk.engine.stop(99)
    failed = talk.until(Failed, ManyAnswered)
    assert (failed.id, failed.kind) == (99, FailureKind.CANCELLED)
    over.set()


def test_a_stop_that_comes_with_its_command_is_heard(talks: Talks) -> None:
    over = threading.Event()
    _, talk = talks(forms.openai(events(lambda: over.wait(WAIT_S), *said("Four"))))
    for _ in range(5):
        command = talk.command()
        talk.engine.send(command)
        talk.engine.stop(command.id)
        assert talk.until(Finished, Failed).id == command.id
    over.set()


def test_what_a_server_cannot_do_is_said(talks: Talks) -> None:
    _, talk = talks(forms.openai(events(*said("Four"), chunk({}, "stop"))))
    failed = talk.call(Bench(talk.engine.next_id(), 8, 0, 0, 1, False), Finished)
    assert isinstance(failed, Failed)
    assert "has nothing for it" in failed.sentence
    assert isinstance(talk.call(SetThreads(talk.engine.next_id(), 2), ThreadsSet), ThreadsSet)
    assert talk.engine.pid is None


def test_texts_are_tokenized_where_there_is_a_way_for_it(talks: Talks, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("def f(x):")
    server, talk = talks(forms.llama_server())
    source, target = str(tmp_path / "text"), tmp_path / "tokens"
    told = talk.call(Tokenize(talk.engine.next_id(), source, str(target)), Tokenized)
    assert (told.count, told.begin_token) == (5, None)
    numbers = array.array("i")
    numbers.frombytes(target.read_bytes())
    assert list(numbers) == [461, 286, 10, 90, 305]
    assert server.of("POST /tokenize")[0].body["content"] == "def f(x):"
    back = talk.call(Detokenize(talk.engine.next_id(), [461, 286]), Detokenized)
    assert back.pieces == ["def", " f"]


@pytest.mark.parametrize(
    ("finish", "completion", "reason"),
    [
        ("stop", 5, StopReason.END),
        ("eos", 5, StopReason.END),
        ("length", 64, StopReason.LENGTH),
        ("length", 20, StopReason.CONTEXT),
    ],
)
def test_why_an_answer_ended(
    talks: Talks, finish: str, completion: int, reason: StopReason
) -> None:
    chat = events(*said("Four"), chunk({}, finish), chunk(usage=usage(8, completion)))
    _, talk = talks(forms.openai(chat))
    assert talk.ask().stop_reason is reason


def test_without_a_count_there_is_no_speed(talks: Talks) -> None:
    """What llama-cpp-python's own server does: no usage in streams."""
    _, talk = talks(forms.openai(events(*said(*"abcdef"), chunk({}, "stop"))))
    end = talk.ask()
    assert end.figures.generated_tokens == 0
    assert end.figures.tokens_per_second is None
    assert talk.answer == "abcdef"


def test_a_whole_answer_in_place_of_a_stream(talks: Talks) -> None:
    from tests.helpers.replay.server import told

    message = {"role": "assistant", "content": "Four", "reasoning_content": "Hm"}
    whole = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage(8, 3)}
    _, talk = talks(forms.openai(told(whole)))
    end = talk.ask()
    assert (talk.answer, talk.thinking, end.figures.generated_tokens) == ("Four", "Hm", 3)


def test_content_comes_in_parts_and_with_nothing_in_it(talks: Talks) -> None:
    chat = events(
        chunk({"role": "assistant", "content": None}),
        chunk({"role": "assistant", "content": ""}),
        chunk(),
        {"id": "x"},
        chunk({"content": [{"type": "text", "text": "Fo"}, {"type": "text", "text": "ur"}]}),
        chunk({"role": "assistant"}, "stop"),
    )
    _, talk = talks(forms.openai(chat))
    assert isinstance(talk.ask(), Finished)
    assert talk.answer == "Four"


def test_a_fast_stream_is_told_in_few_events_and_whole(talks: Talks) -> None:
    """1,500 tokens a second, for two seconds."""
    count, begun = 3000, time.monotonic()

    def paced(at: int) -> object:
        def wait() -> None:
            time.sleep(max(0.0, begun + at / 1500 - time.monotonic()))

        return wait

    parts: list[object] = []
    for at in range(0, count, 15):
        parts += [paced(at), *said(*(f"w{each} " for each in range(at, at + 15)))]
    chat = events(*parts, chunk({}, "stop"), chunk(usage=usage(8, count)))
    _, talk = talks(forms.openai(chat))
    end = talk.ask(max_tokens=4000)
    told = [event for event in talk.all if isinstance(event, Text)]
    assert talk.answer == "".join(f"w{each} " for each in range(count))
    seconds = end.figures.generation_ns / 1e9
    assert len(told) <= 31 * seconds + 5
    assert end.figures.generated_tokens == count


def test_an_answer_grows_to_a_bound(talks: Talks) -> None:
    chat = events(*said(*(["x" * 50_000] * 12)), chunk({}, "stop"))
    _, talk = talks(forms.openai(chat))
    end = talk.ask()
    assert end.stop_reason is StopReason.LENGTH
    assert 400_000 < len(talk.answer) <= 1 << 19


def test_an_answer_says_that_its_prompt_is_read(talks: Talks) -> None:
    _, talk = talks(forms.llama_server())
    talk.ask()
    assert [each.step for each in talk.all if isinstance(each, Working)] == [Step.PROMPT]
