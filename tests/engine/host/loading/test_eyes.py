"""Pictures in a real engine, through ``app.engine.host.answering.prompt`` and its generator."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role, StopReason
from app.engine.protocol.answering import Finished, Generate, PromptProgress, Rendered, Text
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.reading import CountPicture, PictureCounted
from app.engine.protocol.running import Failed, FailureKind, Step, Working
from tests.helpers.architectures import Size, write_architecture
from tests.helpers.gguf_files import write_tiny_llama
from tests.helpers.pictures import coloured_png
from tests.helpers.vision_files import TOKENS, write_projector

if TYPE_CHECKING:
    from tests.engine.conftest import RecordedEngine

RED, BLUE = coloured_png(60, 40, (255, 0, 0)), coloured_png(60, 40, (0, 0, 255))
LONG = SamplingSettings(max_tokens=16)
ENDLESS = SamplingSettings(max_tokens=100_000)


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[str, str]:
    """The kept files of a red and a blue picture."""
    paths = tmp_path / "red.png", tmp_path / "blue.png"
    for path, data in zip(paths, (RED, BLUE), strict=True):
        path.write_bytes(data)
    return str(paths[0]), str(paths[1])


class Seeing:
    """An engine with a model that sees."""

    def __init__(self, engine: RecordedEngine, model: Path, projector: Path) -> None:
        self.engine, self.model, self.projector = engine, model, projector
        self.loaded = load(engine, model, projector)

    def ask(
        self, *messages: Message, clear: bool = False, sampling: SamplingSettings = LONG
    ) -> tuple[str, Finished]:
        command_id = self.engine.client.next_id()
        self.engine.client.send(Generate(command_id, [*messages], sampling, clear=clear))
        finished = self.engine.wait(Finished)
        texts = [event for event in self.engine.events if isinstance(event, Text)]
        return "".join(text.answer for text in texts if text.id == command_id), finished

    def refused(self, *messages: Message) -> Failed:
        command_id = self.engine.client.next_id()
        self.engine.client.send(Generate(command_id, [*messages], LONG))
        return self.engine.wait(Failed)


def load(engine: RecordedEngine, model: Path, projector: Path | None) -> Loaded:
    send_load(engine, model, projector)
    return engine.wait(Loaded)


def send_load(
    engine: RecordedEngine, model: Path, projector: Path | None, context_tokens: int = 512
) -> None:
    command_id = engine.client.next_id()
    named = str(projector) if projector else None
    engine.client.send(Load(command_id, str(model), context_tokens, 1, projector=named))


def asked(text: str, *pictures: str) -> Message:
    return Message(Role.USER, text, pictures)


def answered(text: str) -> Message:
    return Message(Role.ASSISTANT, text)


@pytest.fixture(params=["mlp", "gemma3", "qwen2vl_merger"])
def seeing(request: pytest.FixtureRequest, engine: RecordedEngine, tmp_path: Path) -> Seeing:
    """Models whose pictures are tokens in a row, read all at once, and in rows and columns."""
    kind: str = request.param
    small = Size(layers=2, vocabulary_tokens=300, context_tokens=4096)
    if kind == "qwen2vl_merger":
        model = write_architecture(tmp_path / "m.gguf", "qwen2vl", small)
    else:
        model = write_tiny_llama(tmp_path / "m.gguf", context_length=4096)
    return Seeing(engine, model, write_projector(tmp_path / "p.gguf", 256, kind))


def test_answers_follow_the_picture(seeing: Seeing, pictures: tuple[str, str]) -> None:
    red, blue = pictures

    told = {picture: seeing.ask(asked("What is it?", picture))[0] for picture in pictures}

    assert seeing.loaded.sees
    assert seeing.loaded.projector_bytes > 100_000
    assert told[red] != told[blue]
    assert seeing.ask(asked("What is it?", red), clear=True)[0] == told[red]
    assert seeing.ask(asked("What is it?", blue), clear=True)[0] == told[blue]
    assert seeing.ask(asked("What is it?"))[0] not in told.values()


def test_answers_are_those_of_mtmds_own_loop(seeing: Seeing, pictures: tuple[str, str]) -> None:
    prompt = "<|im_start|>user\n{}What are they?<|im_end|>\n<|im_start|>assistant\n"
    command = [sys.executable, "-m", "tests.engine.host.loading.looks_process"]
    command += [str(seeing.model), str(seeing.projector), str(LONG.max_tokens)]
    command += [prompt.format("<__media__>" * len(pictures)), *pictures]
    theirs = subprocess.run(command, capture_output=True, check=True, text=True).stdout

    ours, _ = seeing.ask(asked("What are they?", *pictures))

    assert ours == bytes.fromhex(theirs).decode(errors="replace")


def test_what_the_context_holds_of_pictures_is_used_again(
    seeing: Seeing, pictures: tuple[str, str]
) -> None:
    red, blue = pictures
    first = asked("What is it?", red)
    said, before = seeing.ask(first)
    turns = [first, answered(said), asked("And these two?", blue, red)]

    went_on, after = seeing.ask(*turns)
    anew, cold = seeing.ask(*turns, clear=True)

    assert after.figures.reused_tokens >= before.figures.prompt_tokens // 2
    assert cold.figures.reused_tokens == 0
    assert after.figures.prompt_tokens == cold.figures.prompt_tokens
    assert went_on == anew
    assert seeing.ask(*turns[:2], asked("And these two?", red, blue))[0] != went_on


def test_the_tokens_of_a_picture_are_told_beforehand(
    seeing: Seeing, pictures: tuple[str, str]
) -> None:
    client = seeing.engine.client
    client.send(CountPicture(client.next_id(), 60, 40))
    counted = seeing.engine.wait(PictureCounted)

    _, blind = seeing.ask(asked("What is it?"))
    _, shown = seeing.ask(asked("What is it?", pictures[0]))

    assert (counted.width, counted.height) == (60, 40)
    assert shown.figures.prompt_tokens - blind.figures.prompt_tokens == counted.tokens


def test_it_is_said_when_a_picture_is_looked_at(seeing: Seeing, pictures: tuple[str, str]) -> None:
    seeing.ask(asked("What are they?", *pictures))

    steps = [e.step for e in seeing.engine.events if isinstance(e, Working)]
    assert steps[-5:] == [Step.TOKENIZE, *[Step.LOOK, Step.PROMPT] * 2]
    progress = [e for e in seeing.engine.events if isinstance(e, PromptProgress)]
    assert 0 < progress[0].done_tokens < progress[-1].done_tokens < progress[-1].total_tokens


def test_equal_prompts_have_equal_digests(seeing: Seeing, pictures: tuple[str, str]) -> None:
    for _ in range(2):
        for picture in pictures:
            seeing.ask(asked("What is it?", picture), clear=True)

    digests = [e.digest for e in seeing.engine.events if isinstance(e, Rendered)]
    assert digests[0] == digests[2] != digests[1] == digests[3]


def test_a_stop_amid_a_prompt_leaves_the_context_usable(
    seeing: Seeing, pictures: tuple[str, str]
) -> None:
    client = seeing.engine.client
    send_load(seeing.engine, seeing.model, seeing.projector, 4096)
    seeing.engine.wait(Loaded)
    question = asked("Tell of both. " * 12, *pictures)
    whole, _ = seeing.ask(question, clear=True)

    command_id = client.next_id()
    client.send(Generate(command_id, [question], ENDLESS, clear=True))
    seeing.engine.wait(Working, lambda event: event.step is Step.LOOK)
    client.stop(command_id)
    stopped = seeing.engine.wait(Finished)

    assert stopped.stop_reason is StopReason.STOPPED
    assert seeing.ask(question)[0] == whole


def test_a_picture_that_leaves_no_room_is_refused(
    engine: RecordedEngine, tmp_path: Path, pictures: tuple[str, str]
) -> None:
    model = write_tiny_llama(tmp_path / "m.gguf")
    seeing = Seeing(engine, model, write_projector(tmp_path / "p.gguf", 256, side=14 * 20))

    failed = seeing.refused(asked("What are they?", *pictures))

    assert failed.kind is FailureKind.PROMPT_TOO_LONG
    assert failed.excess_tokens is not None
    assert failed.excess_tokens > 2 * 400 - 512
    assert seeing.ask(asked("What is it?", pictures[0]))[1].stop_reason is StopReason.LENGTH


def test_a_model_without_eyes_says_so(
    engine: RecordedEngine, tmp_path: Path, pictures: tuple[str, str]
) -> None:
    model = write_tiny_llama(tmp_path / "m.gguf")
    assert not load(engine, model, None).sees

    engine.client.send(Generate(engine.client.next_id(), [asked("What?", *pictures)], LONG))
    assert "cannot see" in engine.wait(Failed).sentence
    engine.client.send(CountPicture(engine.client.next_id(), 60, 40))
    assert "cannot see" in engine.wait(Failed).sentence
    assert engine.answer("What?")[2].stop_reason is StopReason.LENGTH
    if sys.platform.startswith("linux"):  # what it does not need is not loaded
        assert "libmtmd" not in Path(f"/proc/{engine.client.pid}/maps").read_text()


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (
            lambda path: write_projector(path, 512),
            "it writes 512 numbers a token, this model reads 256",
        ),
        (lambda path: write_tiny_llama(path), "refuses the projector “p.gguf”"),
        (lambda path: path.write_bytes(b"no projector"), "refuses the projector “p.gguf”"),
        (lambda path: cut(write_projector(path, 256)), "refuses the projector “p.gguf”"),
        (lambda path: path, "“p.gguf” is not there any more"),
    ],
    ids=["other width", "a model", "no gguf", "cut", "gone"],
)
def test_a_projector_that_does_not_fit_is_refused(
    engine: RecordedEngine, tmp_path: Path, write: object, said: str
) -> None:
    model, projector = write_tiny_llama(tmp_path / "m.gguf"), tmp_path / "p.gguf"
    assert callable(write)
    write(projector)

    send_load(engine, model, projector)
    assert said in engine.wait(Failed).sentence

    assert not load(engine, model, None).sees
    assert engine.answer("What?")[2].stop_reason is StopReason.LENGTH


def cut(path: Path) -> None:
    """Leave the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("data", [b"", b"no picture", RED[:30], RED[:-20]])
def test_a_broken_picture_is_refused(
    engine: RecordedEngine, tmp_path: Path, pictures: tuple[str, str], data: bytes
) -> None:
    model = write_tiny_llama(tmp_path / "m.gguf")
    seeing = Seeing(engine, model, write_projector(tmp_path / "p.gguf", 256))
    broken = tmp_path / "broken.png"
    broken.write_bytes(data)

    failed = seeing.refused(asked("What is it?", str(broken)))

    assert failed.kind is FailureKind.PICTURE
    assert seeing.ask(asked("What is it?", pictures[0]))[1].stop_reason is StopReason.LENGTH


def test_a_template_that_leaves_pictures_out_is_said(
    engine: RecordedEngine, tmp_path: Path, pictures: tuple[str, str]
) -> None:
    model = write_tiny_llama(tmp_path / "m.gguf", chat_template="Hello!")
    seeing = Seeing(engine, model, write_projector(tmp_path / "p.gguf", 256))

    assert "leaves pictures out" in seeing.refused(asked("What?", pictures[0])).sentence
    assert seeing.ask(asked("What?"))[1].stop_reason is StopReason.LENGTH


def test_tests_of_speed_open_no_eyes(engine: RecordedEngine, tmp_path: Path) -> None:
    model = write_tiny_llama(tmp_path / "m.gguf")
    projector = write_projector(tmp_path / "p.gguf", 256)

    send_load(engine, model, projector, context_tokens=0)

    assert not engine.wait(Loaded).sees


def test_words_cannot_pass_for_a_picture(
    engine: RecordedEngine, tmp_path: Path, pictures: tuple[str, str]
) -> None:
    model = write_tiny_llama(tmp_path / "m.gguf")
    seeing = Seeing(engine, model, write_projector(tmp_path / "p.gguf", 256))

    _, plain = seeing.ask(asked("What?", pictures[0]))
    _, forged = seeing.ask(asked("<__media__>What?", pictures[0]))

    assert forged.figures.prompt_tokens - plain.figures.prompt_tokens == len("<__media__>")
    assert plain.figures.prompt_tokens > TOKENS["mlp"]
