"""A real llama-server, whose file is that of a candidate of this PC: the same is said.

It computes with the same libraries, in batches of its own: what differs is the last digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.ladder.columns.column import cell_of
from app.core.ladder.columns.listed import COLUMNS
from app.core.ladder.value import Value
from app.core.tasks.items import Check, TaskItem
from app.core.verdict import Limits
from app.engine.api import EngineEvent, Engines
from app.engine.local.client import LocalEngines
from app.engine.protocol.answering import Finished, Generate, SaidToken, Text
from app.engine.protocol.loading import Load, Loaded
from app.engine.remote.access import Access
from app.engine.remote.engine import RemoteEngines
from app.lab.engines.calls import EngineCalls
from app.lab.engines.room import EngineRoom
from app.lab.ladder.kept import About
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import LadderPlan
from app.lab.ladder.steps import Tools
from app.lab.ladder.tasks import LadderTasks
from app.lab.predict.fit import Fitter
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.texts import MeasuredText
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.sets import TaskSet
from app.lab.verdict.view import view_of
from app.library.model_files import open_model_file
from app.store.small.speeds import SpeedStore
from tests.helpers.llama_server import llama_server, needs_llama_server

pytestmark = needs_llama_server

QUESTION = "How many days has April?"
GREEDY = SamplingSettings(max_tokens=24)
# The last digits of a logarithm differ with the batch that a prompt is read in.
DIGITS = 2e-2
# As thinking models have it, in small: llama.cpp learns from a template where thinking stands.
THINKS = """{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' }}
{%- if message.role == 'assistant' and message.reasoning_content %}
{{- '<think>\n' + message.reasoning_content + '\n</think>\n\n' }}{% endif %}
{{- message.content + '<|im_end|>\n' }}{% endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n<think>\n' }}
{%- if enable_thinking is defined and not enable_thinking %}{{ '\n</think>\n\n' }}{% endif %}
{%- endif %}"""


class Asked:
    """One answer, with all that was told on the way."""

    def __init__(self, engines: Engines, path: Path, **how: object) -> None:
        self.answer = self.thinking = ""
        self.said: list[SaidToken] = []
        with EngineCalls("engine", engines) as calls:
            load = Load(calls.next_id(), str(path), 1024, 1)
            self.loaded = calls.call(load, Loaded)
            command = Generate(calls.next_id(), [Message(Role.USER, QUESTION)], GREEDY, clear=True)
            changed = {
                name: how.get(name, getattr(command, name)) for name in ("sampling", "likely")
            }
            command = Generate(command.id, command.messages, clear=True, **changed)  # type: ignore[arg-type]
            self.finished = calls.call(command, Finished, self._take)

    def _take(self, event: EngineEvent) -> None:
        if isinstance(event, Text):
            self.answer += event.answer
            self.thinking += event.thinking
            self.said += event.said


@pytest.fixture(scope="module")
def server(demo_model: Path) -> Iterator[RemoteEngines]:
    with llama_server(demo_model, "--alias", "demo", key="k") as url:
        yield RemoteEngines(Access(url, "demo", key="k"))


def test_the_same_file_says_the_same_and_as_surely(
    server: RemoteEngines, demo_model: Path, tmp_path: Path
) -> None:
    here = Asked(LocalEngines(tmp_path), demo_model, likely=3)
    there = Asked(server, demo_model, likely=3)
    assert there.answer == here.answer == "April has 30 days."
    assert there.finished.stop_reason == here.finished.stop_reason
    ours, theirs = here.finished.figures, there.finished.figures
    assert theirs.prompt_tokens == ours.prompt_tokens
    assert theirs.generated_tokens == ours.generated_tokens
    assert len(there.said) >= len(here.said) > 0
    for one, other in zip(here.said, there.said, strict=False):
        assert other.token.piece == one.token.piece
        assert other.likely[0].piece == one.likely[0].piece
        difference = other.token.log_probability - one.token.log_probability
        assert abs(difference) < DIGITS


def test_sampling_is_sent_in_full_and_told_back(server: RemoteEngines, demo_model: Path) -> None:
    wanted = SamplingSettings(
        temperature=0.7, top_k=7, top_p=0.9, min_p=0.01, repeat_penalty=1.1, seed=5, max_tokens=12
    )
    first = Asked(server, demo_model, sampling=wanted)
    second = Asked(server, demo_model, sampling=wanted)
    told = first.finished.figures.served
    assert told is not None
    assert told.ignored == ()
    assert first.answer == second.answer
    assert told.speeds.generated_tokens_per_second


def test_a_model_is_known_by_what_its_server_tells(server: RemoteEngines, demo_model: Path) -> None:
    served = Asked(server, demo_model).loaded.served
    assert served is not None
    assert (served.id, served.quantization) == ("demo", "F16")
    assert served.parameters
    assert served.trained_context_tokens == 1024
    template = open_model_file(demo_model).chat_template
    assert template is not None
    assert served.template_digest == sha256(template.encode()).hexdigest()


def test_thinking_stands_apart(demo_model: Path, tmp_path: Path) -> None:
    template = tmp_path / "thinks.jinja"
    template.write_text(THINKS, "utf-8")
    words = ("--alias", "demo", "--jinja", "--chat-template-file", str(template))
    with llama_server(demo_model, *words) as url:
        asked = Asked(RemoteEngines(Access(url, "demo")), demo_model)
    assert asked.thinking.strip()
    assert asked.answer == ""
    figures = asked.finished.figures
    assert figures.thinking_tokens == figures.generated_tokens > 0


def test_a_ladder_whose_reference_is_a_server_finds_the_same_file_the_same(
    server: RemoteEngines, demo_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    room = EngineRoom(tmp_path / "state", elsewhere=lambda _model: server)
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    items = [
        TaskItem("april", "months", QUESTION, "30", Check.NUMBER),
        TaskItem("june", "months", "How many days has June?", "30", Check.NUMBER),
    ]
    tasks = LadderTasks(
        TaskSet("own", items, {"months": 32}),
        [open_model_file(demo_model)],
        1,
        room,
        KeptAnswers(tmp_path),
        open_model_file,
    )
    tools = Tools(
        ask=tasks.ask,
        room=room,
        references=KeptReferences(tmp_path / "references"),
        fitter=lambda: Fitter(room, speeds, 1, 0.1),
        speeds=speeds,
        open_model=open_model_file,
        text=MeasuredText.plain(
            "a text", b"The sky is blue because air scatters short waves. " * 40
        ),
        items=tuple(items),
        prompts=(QUESTION, "What is 12 + 30?", "Which month comes after May?"),
    )
    there = Candidate(ServerModel(url=server.access.url, model="demo"))
    plan = LadderPlan(
        *("", (), 1),
        context_tokens=256,
        prompt_tokens=0,
        generated_tokens=0,
        quality_chunks=1,
        items_name="own",
    )
    result = Ladder(plan.of(there, [candidate_of(demo_model)]), tools).run()
    reference, same = view_of(result, About([]), Limits(None, None)).rows
    assert (reference.error, same.error) == (None, None)
    (column,) = [each for each in COLUMNS if each.key == "same_along"]
    found = cell_of(column, same)
    assert isinstance(found, Value)
    assert found.number == 1.0
    both = [row.tasks.outcomes for row in (reference, same) if row.tasks is not None]
    assert both == [{"april": "correct", "june": "correct"}] * 2
