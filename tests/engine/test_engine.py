"""Real engine processes over real llama.cpp.

Tests app.engine.local.client, app.engine.host.worker, app.engine.host.held,
app.engine.host.loading.model, app.engine.host.loading.context,
app.engine.host.loading.native_context, app.engine.host.llama.native and
app.engine.host.measuring.bench.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.core.candidates.settings import COMPARE_GREEDY, SLICE_TOKENS, SamplingSettings
from app.core.chats.chat import MAX_ANSWER_BYTES, Message, Role, StopReason
from app.engine.api import Exited, TooLongToSend
from app.engine.local.client import EngineClient
from app.engine.local.starting import engine_command, engine_environment
from app.engine.outcome import EndCause
from app.engine.protocol.answering import Finished, PromptProgress, SetThreads, Text, ThreadsSet
from app.engine.protocol.codec import decode_event, encode
from app.engine.protocol.loading import Load
from app.engine.protocol.making import Quantize, Quantized, QuantizeProgress
from app.engine.protocol.measuring import Bench, BenchSample
from app.engine.protocol.messages import MAX_LINE_BYTES, PROTOCOL_VERSION
from app.engine.protocol.running import Failed, FailureKind, Step, Working
from app.engine.variants import start_words
from tests.engine.conftest import PATIENCE_SECONDS, RecordedEngine
from tests.helpers import gguf_files as files

ENDLESS = SamplingSettings(max_tokens=100_000)
LONG_CONTEXT = 30_000


def endless_model(folder: Path) -> Path:
    """One whose answer goes on for as long as a busy PC needs for stopping it."""
    pieces = [f" w{number}" for number in range(40)]
    return files.write_scripted_model(
        folder / "m.gguf", pieces, ends=False, context_length=LONG_CONTEXT
    )


def test_the_demo_model_answers(engine: RecordedEngine, demo_model: Path) -> None:
    loaded = engine.load(demo_model)
    assert loaded.has_template
    assert 5_000_000 <= loaded.parameters <= 7_500_000
    assert loaded.weights_bytes > 0
    assert loaded.kv_bytes > 0
    text, thinking, finished = engine.answer("What is 2 + 3?", COMPARE_GREEDY)
    assert text.strip()
    assert not thinking
    assert finished.stop_reason is StopReason.END
    figures = finished.figures
    assert figures.generated_tokens > 1
    assert figures.prompt_tokens > 5
    assert figures.first_token_ns is not None
    assert figures.first_token_ns > figures.prompt_ns > 0
    assert figures.tokens_per_second is not None


def test_the_same_greedy_prompt_gives_the_same_text(
    engine: RecordedEngine, demo_model: Path
) -> None:
    engine.load(demo_model)
    prompt = "The children counted the boats. " * 30 + "Spell the word river."
    first = engine.answer(prompt)
    second = engine.answer(prompt)
    assert first[0] == second[0]
    # Whole slices of the prompt were still there: what is read again is read as before.
    prompt_tokens = second[2].figures.prompt_tokens
    assert second[2].figures.reused_tokens == prompt_tokens // SLICE_TOKENS * SLICE_TOKENS > 0


def test_a_second_turn_decodes_only_what_is_new(engine: RecordedEngine, demo_model: Path) -> None:
    engine.load(demo_model)
    turn = [Message(Role.USER, "Hello!")]
    text, _, first = engine.answer(turn)
    turn += [Message(Role.ASSISTANT, text), Message(Role.USER, "Which month comes after May?")]
    _, _, second = engine.answer(turn)
    assert second.figures.reused_tokens >= first.figures.prompt_tokens - 1
    assert second.figures.prompt_tokens > second.figures.reused_tokens


def test_a_seed_fixes_a_sampled_answer(engine: RecordedEngine, tmp_path: Path) -> None:
    engine.load(files.write_tiny_llama(tmp_path / "tiny.gguf"))
    hot = SamplingSettings(temperature=2.0, top_k=0, top_p=1.0, min_p=0.0, seed=7, max_tokens=16)
    other = SamplingSettings(temperature=2.0, top_k=0, top_p=1.0, min_p=0.0, seed=8, max_tokens=16)
    first, again, different = (engine.answer("a", settings)[0] for settings in (hot, hot, other))
    assert first == again
    assert first != different


def test_stop_while_it_generates(engine: RecordedEngine, tmp_path: Path) -> None:
    engine.load(endless_model(tmp_path), LONG_CONTEXT)
    command_id = engine.send_prompt("go", ENDLESS)
    engine.wait(Text)
    engine.client.stop(command_id)
    finished = engine.wait(Finished)
    assert finished.stop_reason is StopReason.STOPPED
    assert finished.figures.generated_tokens > 0
    assert (
        engine.answer("again", SamplingSettings(max_tokens=3))[2].stop_reason is StopReason.LENGTH
    )


def test_stop_in_the_middle_of_a_prompt(engine: RecordedEngine, tmp_path: Path) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf", n_layers=8, context_length=65536)
    engine.load(path, 65536)
    command_id = engine.send_prompt("word " * 12_000, ENDLESS)
    engine.wait(PromptProgress)
    engine.client.stop(command_id)
    finished = engine.wait(Finished)
    assert finished.stop_reason is StopReason.STOPPED
    assert finished.figures.generated_tokens == 0
    assert engine.answer("still there?", SamplingSettings(max_tokens=2))[2].figures.prompt_tokens


def test_a_late_stop_does_not_end_the_next_answer(engine: RecordedEngine, demo_model: Path) -> None:
    engine.load(demo_model)
    first = engine.send_prompt("Hello!")
    engine.wait(Finished)
    engine.client.stop(first)
    _, _, finished = engine.answer("Hello!")
    assert finished.stop_reason is not StopReason.STOPPED


def test_a_stop_that_comes_before_its_command_begins(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    engine.load(endless_model(tmp_path), LONG_CONTEXT)
    first = engine.send_prompt("a", ENDLESS)
    second = engine.send_prompt("b", ENDLESS)
    engine.wait(Text)
    engine.client.stop(second)
    engine.client.stop(first)
    for command_id in (first, second):
        finished = engine.wait(Finished, lambda event, wanted=command_id: event.id == wanted)
        assert finished.stop_reason is StopReason.STOPPED


def test_a_load_can_be_cancelled(engine: RecordedEngine, tmp_path: Path) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf", n_layers=24)
    with engine.held():
        command_id = engine.send_load(path)
        engine.client.stop(command_id)
    failed = engine.wait(Failed)
    assert failed.kind is FailureKind.CANCELLED
    engine.load(path)


def test_an_answer_ends_at_its_limit(engine: RecordedEngine, tmp_path: Path) -> None:
    pieces = [f" w{number}" for number in range(9)]
    engine.load(files.write_scripted_model(tmp_path / "m.gguf", pieces, ends=False))
    text, _, finished = engine.answer("go", SamplingSettings(max_tokens=4))
    assert text == " w0 w1 w2 w3"
    assert finished.stop_reason is StopReason.LENGTH
    assert finished.figures.generated_tokens == 4


def test_an_answer_ends_where_the_context_does(engine: RecordedEngine, tmp_path: Path) -> None:
    pieces = [f" w{number}" for number in range(9)]
    path = files.write_scripted_model(tmp_path / "m.gguf", pieces, ends=False)
    loaded = engine.load(path, 256)
    _, _, finished = engine.answer("go", ENDLESS)
    assert finished.stop_reason is StopReason.CONTEXT
    figures = finished.figures
    assert figures.prompt_tokens + figures.generated_tokens == loaded.context_tokens + 1


def test_a_prompt_that_is_too_long_says_by_how_much(engine: RecordedEngine, tmp_path: Path) -> None:
    loaded = engine.load(files.write_tiny_llama(tmp_path / "m.gguf"), 256)
    engine.send_prompt("x" * 1000)
    failed = engine.wait(Failed)
    assert failed.kind is FailureKind.PROMPT_TOO_LONG
    assert failed.excess_tokens is not None
    assert f"{failed.excess_tokens:,} tokens too long" in failed.sentence
    fits = 1000 - failed.excess_tokens
    _, _, finished = engine.answer("x" * fits, SamplingSettings(max_tokens=1))
    assert finished.figures.prompt_tokens == loaded.context_tokens - 1


def test_thinking_is_told_apart(engine: RecordedEngine, tmp_path: Path) -> None:
    engine.load(files.write_thinking_model(tmp_path / "think.gguf"))
    text, thinking, finished = engine.answer("What is 2 + 2?")
    assert text == "It is 4."
    assert thinking.strip() == "Two and two is four."
    assert 0 < finished.figures.thinking_tokens < finished.figures.generated_tokens


def test_thinking_has_a_limit(engine: RecordedEngine, tmp_path: Path) -> None:
    pieces = ["<think>", *[f" t{number}" for number in range(60)], "</think>", " done"]
    path = files.write_scripted_model(
        tmp_path / "m.gguf", pieces, chat_template=files.THINKING_TEMPLATE
    )
    engine.load(path)
    settings = SamplingSettings(max_tokens=200, thinking_limit_tokens=5)
    _, thinking, finished = engine.answer("go", settings)
    assert " t3" in thinking
    assert " t30" not in thinking
    assert finished.figures.thinking_tokens <= 6


def test_broken_utf8_becomes_a_replacement_character(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    pieces: list[str | bytes] = ["Caf", b"\xc3", b"\xa9", " ok", b"\xff\xfe", " end"]
    engine.load(files.write_scripted_model(tmp_path / "m.gguf", pieces))
    text, _, finished = engine.answer("go")
    assert text == "Café ok\ufffd\ufffd end"
    assert finished.stop_reason is StopReason.END


def test_a_stop_string_ends_the_answer_and_is_not_shown(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    pieces = ["One", " two", "\n##", "# Human", ":", " more"]
    engine.load(files.write_scripted_model(tmp_path / "m.gguf", pieces))
    text, _, finished = engine.answer("go", stop_strings=["\n### Human"])
    assert text == "One two"
    assert finished.stop_reason is StopReason.END


def test_a_chosen_template_takes_the_place_of_the_files_own(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf", chat_template=None)
    assert not engine.load(path).has_template
    # Without any, the text goes on as it stands.
    _, _, finished = engine.answer("hi", SamplingSettings(max_tokens=1))
    assert finished.figures.prompt_tokens == 2
    template = "{% for message in messages %}{{ message['content'] }}!{% endfor %}"
    _, _, finished = engine.answer("hi", SamplingSettings(max_tokens=1), template)
    assert finished.figures.prompt_tokens == 3


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ ", "not valid"),
        ("{{ raise_exception('only user messages') }}", "only user messages"),
        ("{{ messages[0].content.nothing.more }}", "refuses these messages"),
        ("{{ 'A' * 2000000000 }}", "too much memory"),
        (
            "{{ raise_exception('\\ud800 of no character') }}",
            "refuses these messages: \ufffd of no",
        ),
        ("{{ raise_exception('3 MB of it ' * 300000) }}", "refuses these messages: 3 MB of it"),
        ("", "empty prompt"),
    ],
)
def test_a_bad_template_is_a_sentence_and_the_engine_lives(
    engine: RecordedEngine, tmp_path: Path, template: str, words: str
) -> None:
    if "memory" in words and not sys.platform.startswith("linux"):
        pytest.skip("the bound on memory is Linux's")
    engine.load(files.write_tiny_llama(tmp_path / "m.gguf"))
    engine.send_prompt("hi", template=template)
    failed = engine.wait(Failed)
    assert failed.kind is FailureKind.TEMPLATE
    assert words in failed.sentence
    engine.answer("hi", SamplingSettings(max_tokens=1))


def test_a_template_that_never_ends_is_ended_and_the_engine_lives(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    engine.load(files.write_tiny_llama(tmp_path / "m.gguf"))
    engine.send_prompt("hi", template=files.ENDLESS_TEMPLATE)
    failed = engine.wait(Failed)
    assert failed.kind is FailureKind.TEMPLATE
    assert "2 seconds" in failed.sentence
    engine.answer("hi", SamplingSettings(max_tokens=1))


def test_a_template_that_nothing_in_the_engine_can_interrupt_is_ended(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    """One call into C that would compare for centuries."""
    engine.load(files.write_tiny_llama(tmp_path / "m.gguf"))
    template = (
        "{% set at = namespace(a=[0], b=[0]) %}{% for i in range(60) %}"
        "{% set at.a = [at.a, at.a] %}{% set at.b = [at.b, at.b] %}{% endfor %}{{ at.a == at.b }}"
    )
    engine.send_prompt("hi", template=template)
    outcome = engine.wait(Exited).outcome
    assert outcome.cause is EndCause.TEMPLATE_TIMEOUT
    assert "2 seconds" in outcome.sentence


def test_a_file_that_aborts_llama_cpp_on_load(engine: RecordedEngine, tmp_path: Path) -> None:
    engine.send_load(files.write_duplicate_token_model(tmp_path / "m.gguf"))
    outcome = engine.wait(Exited).outcome
    assert outcome.cause is None
    assert "gave up on this file; " in outcome.sentence
    assert "the file is damaged" in outcome.sentence
    assert "GGML_ASSERT" in outcome.abort_text


def test_a_file_that_aborts_llama_cpp_on_the_first_message(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    engine.load(files.write_first_message_crash_model(tmp_path / "m.gguf"))
    engine.send_prompt("hi")
    outcome = engine.wait(Exited).outcome
    assert outcome.status == -signal.SIGABRT
    assert "gave up on this file as it turned the text into tokens" in outcome.sentence
    assert "this text" in outcome.sentence


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (files.write_unknown_architecture, "does not know the architecture “zorblax”"),
        (files.write_wrong_version, "damaged, or of a form"),
        (files.write_absurd_counts, "damaged, or of a form"),
        (files.write_truncated_llama, "ends before its weights do"),
    ],
)
def test_a_file_that_llama_cpp_refuses(
    engine: RecordedEngine, tmp_path: Path, write: Callable[[Path], Path], words: str
) -> None:
    engine.send_load(write(tmp_path / "m.gguf"))
    failed = engine.wait(Failed)
    assert failed.kind is FailureKind.LOAD
    assert words in failed.sentence
    engine.load(files.write_tiny_llama(tmp_path / "good.gguf"))


def test_a_file_that_is_gone(engine: RecordedEngine, tmp_path: Path) -> None:
    engine.send_load(tmp_path / "never.gguf")
    assert "no longer there" in engine.wait(Failed).sentence


def test_a_file_that_vanishes_while_loaded(engine: RecordedEngine, tmp_path: Path) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf")
    engine.load(path)
    path.unlink()
    engine.answer("hi", SamplingSettings(max_tokens=2))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the bound is Linux's")
def test_a_context_that_does_not_fit_is_a_sentence(engine: RecordedEngine, tmp_path: Path) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf", context_length=4_000_000)
    command_id = engine.client.next_id()
    engine.client.send(Load(command_id, str(path), 4_000_000, 1, memory_limit_bytes=400_000_000))
    failed = engine.wait(Failed)
    assert failed.kind is FailureKind.CONTEXT_MEMORY
    assert "4,000,000 tokens" in failed.sentence
    engine.load(path, 512)


def test_speed_tests_give_one_sample_each(engine: RecordedEngine, demo_model: Path) -> None:
    engine.load(demo_model, 0)
    for prompt_tokens, generated_tokens in ((32, 0), (0, 8)):
        command = Bench(engine.client.next_id(), prompt_tokens, generated_tokens, 16, 1, True)
        engine.client.send(command)
        sample = engine.wait(BenchSample)
        tokens = prompt_tokens + generated_tokens
        assert sample.tokens_per_second == pytest.approx(tokens * 1e9 / sample.elapsed_ns)


def test_a_filled_context_is_filled_once_for_all_repetitions(
    engine: RecordedEngine, demo_model: Path
) -> None:
    """Filling takes many times as long as the test behind it: a later repetition has none of it."""
    engine.load(demo_model, 0)
    process = psutil.Process(engine.client.pid)

    def taken(generated_tokens: int, warmup: bool, depth: int = 900) -> float:
        before = process.cpu_times()
        command = Bench(engine.client.next_id(), 0, generated_tokens, depth, 1, warmup)
        engine.client.send(command)
        assert engine.wait(BenchSample).elapsed_ns > 0
        after = process.cpu_times()
        return after.user + after.system - before.user - before.system

    first, later = taken(2, True), [taken(2, False) for _ in range(5)]
    assert sum(later) < first
    assert sum(taken(3, warmup) for warmup in (True, False)) < first / 2  # another test, too
    assert taken(2, False, depth=700) > max(later)  # another depth has a context of its own


def test_quantizing_tells_its_progress(
    engine: RecordedEngine, demo_model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "made" / "q8.gguf"
    command = Quantize(engine.client.next_id(), str(demo_model), str(target), 7, 1)
    engine.client.send(command)
    engine.wait(Quantized)
    steps = [event for event in engine.events if isinstance(event, QuantizeProgress)]
    assert steps[-1].done == steps[-1].total == len(steps)
    assert target.stat().st_size < demo_model.stat().st_size
    assert [path.name for path in target.parent.iterdir()] == ["q8.gguf"]


def test_quantizing_what_cannot_be_read_is_a_sentence(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    source = tmp_path / "bad.gguf"
    source.write_bytes(b"GGUF nonsense")
    target = tmp_path / "out.gguf"
    engine.client.send(Quantize(engine.client.next_id(), str(source), str(target), 7, 1))
    assert engine.wait(Failed).kind is FailureKind.QUANTIZE
    assert not target.exists()


def test_garbage_on_the_channel_is_answered_and_survived(tmp_path: Path) -> None:
    command = [*engine_command(), *start_words(tmp_path)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=engine_environment(),
        cwd=tmp_path,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"not json\n{}\n" + encode(SetThreads(1, 1)))
        process.stdin.flush()
        events = [decode_event(process.stdout.readline().rstrip()) for _ in range(4)]
        process.stdin.close()
    kinds = [event.kind for event in events if isinstance(event, Failed)]
    assert kinds == [FailureKind.PROTOCOL] * 2
    assert isinstance(events[-1], ThreadsSet)


def test_a_closed_engine_is_gone(engine: RecordedEngine, demo_model: Path) -> None:
    engine.load(demo_model)
    pid = engine.client.pid
    assert pid is not None
    engine.client.close()
    assert engine.wait(Exited).outcome.cause is EndCause.CLOSED
    assert not psutil.pid_exists(pid)


def test_an_engine_that_hears_nothing_is_killed(engine: RecordedEngine) -> None:
    pid = engine.client.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    # On a busy PC one of its threads may still read the end of its input before all stand still.
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
    engine.client.close()
    outcome = engine.wait(Exited).outcome
    assert outcome.cause is EndCause.CLOSED
    assert outcome.status == -signal.SIGKILL


def test_the_log_is_kept_after_the_end(engine: RecordedEngine, tmp_path: Path) -> None:
    engine.send_load(files.write_duplicate_token_model(tmp_path / "m.gguf"))
    engine.wait(Exited)
    assert "GGML_ASSERT" in engine.client.log_text()


PARENT = """
import sys, threading
from pathlib import Path
from app.engine.local.client import EngineClient
named = threading.Event()
def say(key, event):
    named.wait()
    print(type(event).__name__, flush=True)
client = EngineClient("c", say, Path(sys.argv[1]))
client.start()
print(client.pid, flush=True)
named.set()
sys.stdin.read()
"""


def test_engines_die_with_a_window_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        engine = psutil.Process(int(parent.stdout.readline()))
        assert parent.stdout.readline().strip() == "Hello"
        parent.kill()
        engine.wait(PATIENCE_SECONDS)


def test_engines_do_not_learn_the_hubs_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    recorded = RecordedEngine(tmp_path)
    recorded.start()
    assert recorded.client.pid is not None
    assert "HF_TOKEN" not in psutil.Process(recorded.client.pid).environ()
    recorded.client.close()
    assert recorded.client.join(PATIENCE_SECONDS)


def test_an_app_folder_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise SystemExit('the wrong app')")
    monkeypatch.chdir(tmp_path)
    recorded = RecordedEngine(tmp_path)
    assert recorded.start().protocol == PROTOCOL_VERSION
    recorded.client.close()
    assert recorded.client.join(PATIENCE_SECONDS)


def test_a_client_that_was_never_started_closes(tmp_path: Path) -> None:
    client = EngineClient("t", lambda _key, _event: None, tmp_path)
    client.close()
    assert client.join(0)


def test_an_answer_is_capped_in_bytes_whatever_its_tokens_are(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    # Each byte of the last one is six in a message.
    pieces = [f" w{number}" + "- a\n" * 20_000 for number in range(5)] + ["\x01" * 300_000]
    engine.load(files.write_scripted_model(tmp_path / "m.gguf", pieces, ends=False))
    text, _, finished = engine.answer("go", ENDLESS)
    assert finished.stop_reason is StopReason.LENGTH
    assert len(text) == MAX_ANSWER_BYTES
    assert finished.figures.generated_tokens < 20
    assert engine.answer("again", SamplingSettings(max_tokens=1))[0].startswith(" w0")


@pytest.mark.parametrize("context_tokens", [1, 16, 63, 100, 255, 257, 300])
def test_a_context_of_any_size_is_filled_without_an_abort(
    engine: RecordedEngine, tmp_path: Path, context_tokens: int
) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf", context_length=4096)
    loaded = engine.load(path, context_tokens)
    assert loaded.context_tokens == (256 if context_tokens <= 256 else 512)
    prompt = "x" * (loaded.context_tokens - 30)
    _, _, finished = engine.answer(prompt, ENDLESS)
    assert finished.stop_reason is StopReason.CONTEXT


def test_a_piece_that_is_no_message_comes_through(engine: RecordedEngine, tmp_path: Path) -> None:
    """One token of two megabytes."""
    pieces = ["Look: ", "A" * 2_000_000, " that was it."]
    engine.load(files.write_scripted_model(tmp_path / "m.gguf", pieces))
    text, _, finished = engine.answer("go")
    assert text.startswith("Look: AAA")
    assert finished.stop_reason in (StopReason.END, StopReason.LENGTH)


def test_messages_that_are_too_long_are_refused_before_they_are_sent(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    engine.load(files.write_tiny_llama(tmp_path / "m.gguf"))
    half = "x" * (MAX_LINE_BYTES // 2)
    for prompt, words, can_drop in (
        ([Message(Role.USER, half)] * 3, "drop its oldest turns", True),
        ([Message(Role.USER, half * 3)], "This message is longer", False),
    ):
        with pytest.raises(TooLongToSend, match=words) as refused:
            engine.send_prompt(prompt)
        assert refused.value.can_drop_turns is can_drop
    engine.answer("still there?", SamplingSettings(max_tokens=1))


@pytest.mark.parametrize("tokenizer", ["deepseek-llm", "tekken", "gpt-4o"])
def test_a_long_run_of_one_letter_is_turned_into_tokens(
    engine: RecordedEngine, tmp_path: Path, tokenizer: str
) -> None:
    """llama.cpp calls itself once a letter, and a usual stack ends at about 26,000."""
    path = files.write_tiny_llama(
        tmp_path / "m.gguf",
        context_length=65536,
        metadata={"tokenizer.ggml.pre": tokenizer},
    )
    engine.load(path, 256)
    engine.send_prompt("a" * 200_000)
    failed = engine.wait(Failed)
    assert failed.kind is FailureKind.PROMPT_TOO_LONG
    told = [event for event in engine.events if isinstance(event, Working)]
    assert [one.step for one in told][-2:] == [Step.RENDER, Step.TOKENIZE]
    assert told[-1].characters > 200_000


def test_turning_a_text_into_tokens_can_be_stopped(engine: RecordedEngine, tmp_path: Path) -> None:
    """The engine is free at once; what llama.cpp has begun goes on beside it to its end."""
    path = files.write_tiny_llama(
        tmp_path / "m.gguf", metadata={"tokenizer.ggml.pre": "deepseek-llm"}
    )
    engine.load(path, 256)
    command_id = engine.send_prompt("a" * 900_000)
    engine.wait(Working, lambda event: event.step is Step.TOKENIZE)
    engine.client.stop(command_id)
    failed = engine.wait(Failed)
    assert (failed.id, failed.kind) == (command_id, FailureKind.CANCELLED)
    engine.answer("hi", SamplingSettings(max_tokens=1))
    engine.load(path, 256)  # the weights go when nothing reads them any more
    engine.answer("hi", SamplingSettings(max_tokens=1))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals and figures of Linux")
def test_an_engine_that_is_stopped_is_not_ended_and_nothing_is_blamed(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    """Nor one that gets no processor: time counts only while a template computes."""
    engine.load(files.write_tiny_llama(tmp_path / "m.gguf"))
    pid = engine.client.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    engine.send_prompt("hi", SamplingSettings(max_tokens=1))
    # More than a template may take: nothing but time shows that nothing happens.
    assert not engine.client.join(3)
    os.kill(pid, signal.SIGCONT)
    assert engine.wait(Finished).figures.generated_tokens == 1


def test_a_log_of_megabytes_costs_nothing_and_is_bounded(
    engine: RecordedEngine, tmp_path: Path
) -> None:
    """A token of 20,000 letters stood in a pattern for minutes, one of a megabyte for ever."""
    pieces = ["A" * 1_500_000, "model buffer size" * 90_000]
    metadata = {"tokenizer.ggml.bos_token_id": 261, "tokenizer.ggml.eos_token_id": 262}
    hostile = files.write_scripted_model(tmp_path / "m.gguf", pieces, metadata=metadata)
    engine.load(hostile)
    assert len(engine.client.log_text()) < 1_100_000
