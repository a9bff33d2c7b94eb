"""One question for all versions of a model without a chat template, and what becomes of it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import SamplingSettings
from app.lab.engines.opened import opened
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.adapters import write_adapter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.conftest import Bench


def raw(folder: Path, name: str, model: str) -> Path:
    path = folder / name
    files.write_tiny_llama(path, chat_template=None, metadata={"general.name": model})
    return path


def chosen(bench: Bench) -> list[str | None]:
    return [pane.candidate.template_id for pane in bench.session.panes]


def test_one_answer_holds_for_the_family_and_in_chats_to_come(
    bench: Bench, models: dict[str, Path], tmp_path: Path
) -> None:
    sky = [raw(tmp_path, f"sky-{level}.gguf", "Sky 1B") for level in ("Q8_0", "Q4_0", "Q2_K")]
    moon = raw(tmp_path, "moon-Q8_0.gguf", "Moon 1B")
    bench.open([sky[0], models["blue"], moon, sky[1]])
    templates = bench.session.templates
    question = templates.question()
    assert question is not None
    assert (question.letters, question.name, question.guess) == ("AD", "Sky 1B", "plain")
    templates.answer(question, "chatml")
    assert chosen(bench) == ["chatml", None, None, "chatml"]
    following = templates.question()
    assert following is not None
    assert following.letters == "C"
    templates.answer(following, "plain")
    assert templates.question() is None

    bench.open([sky[1], moon])
    assert chosen(bench) == ["chatml", "plain"], "nobody is asked twice"
    bench.session.add_candidate(candidate_of(sky[2]))
    assert chosen(bench) == ["chatml", "plain", "chatml"], "a version that is seen first"
    assert templates.question() is None
    stored = bench.session.chat.id
    bench.open([models["blue"]])
    bench.session.open_chat(stored)
    assert chosen(bench) == ["chatml", "plain", "chatml"]


def test_the_settings_of_a_version_change_the_answer(bench: Bench, tmp_path: Path) -> None:
    path = raw(tmp_path, "sky-Q8_0.gguf", "Sky 1B")
    (key,) = bench.open([path])
    question = bench.session.templates.question()
    assert question is not None
    bench.session.templates.answer(question, "chatml")
    setup = bench.session.pane(key).setup
    changed = replace(setup, candidate=replace(setup.candidate, template_id="gemma"))
    bench.session.update_candidate(changed)
    bench.open([path])
    assert chosen(bench) == ["gemma"]
    setup = bench.session.panes[0].setup
    forgotten = replace(setup, candidate=replace(setup.candidate, template_id=None))
    bench.session.update_candidate(forgotten)
    assert bench.session.templates.question() is not None, "it is asked anew"


def test_a_model_with_an_adapter_is_asked_otherwise_than_by_itself(
    bench: Bench, tmp_path: Path
) -> None:
    path = raw(tmp_path, "sky-Q8_0.gguf", "Sky 1B")
    alpaca = Adapter(str(write_adapter(tmp_path / "alpaca-lora.gguf", path)))
    (key,) = bench.open([path])
    pane, templates = bench.session.pane(key), bench.session.templates

    def run_with(*adapters: Adapter) -> None:
        bench.session.update_candidate(pane.setup.running(adapters=adapters))

    question = templates.question()
    assert question is not None
    assert question.guess == "plain"
    templates.answer(question, "plain")
    run_with(alpaca)
    question = templates.question()
    assert question is not None
    assert question.guess == "alpaca"
    templates.answer(question, question.guess)
    run_with(replace(alpaca, strength=0.5))
    assert chosen(bench) == ["alpaca"], "another strength changes nothing of that"
    run_with()
    assert chosen(bench) == ["plain"]
    run_with(alpaca)
    assert chosen(bench) == ["alpaca"], "nobody is asked twice"
    bench.session.add_candidate(candidate_of(path))
    assert chosen(bench) == ["alpaca", "plain"]


def test_the_template_that_an_adapter_brings_is_used(bench: Bench, tmp_path: Path) -> None:
    path = raw(tmp_path, "sky-Q8_0.gguf", "Sky 1B")
    form = "{{ 'Q: ' ~ messages[0]['content'] ~ ' A:' }}"
    own = Adapter(str(write_adapter(tmp_path / "own.gguf", path, chat_template=form)))
    candidate = replace(candidate_of(path), adapters=(own,))
    bench.session.start_with([candidate])
    (pane,) = bench.session.panes
    assert not pane.lacks_template
    assert bench.session.templates.question() is None
    digests: list[str | None] = []
    for adapters in ((own,), ()):
        bench.session.update_candidate(pane.setup.running(adapters=adapters))
        bench.session.set_sampling(SamplingSettings(max_tokens=2))
        bench.session.ask("Why?")
        bench.rest()
        digests.append(pane.digest)
        bench.session.new_chat()
    assert digests[0] == sha256(b"Q: Why? A:").hexdigest()
    assert digests[1] not in (None, digests[0])
    assert pane.lacks_template
    assert opened(candidate, open_model_file).manner.text == form
