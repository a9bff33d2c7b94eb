"""Ladders with models of servers: this program's own, and one that speaks vLLM's form.

Tests app.lab.quality.answering, app.lab.quality.told and app.lab.verdict.servers.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.errors import PersonError
from app.core.ladder.columns.column import cell_of, why_missing
from app.core.ladder.columns.listed import COLUMNS
from app.core.ladder.results import StepKind
from app.core.ladder.value import Missing, Value
from app.core.servers.server import Server as Kept
from app.core.servers.server import ServerKind
from app.core.verdict import Limits
from app.engine.remote.access import Access
from app.engine.remote.engine import RemoteEngines
from app.lab.engines.room import EngineRoom
from app.lab.ladder.kept import About
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import LadderPlan
from app.lab.ladder.steps import Tools
from app.lab.predict.fit import Fitter
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.texts import MeasuredText
from app.lab.reports.document import ladder_document
from app.lab.shrink.quantize import quantize
from app.lab.verdict.view import LadderView, view_of
from app.library.model_files import open_model_file
from app.store.small.speeds import SpeedStore
from tests.helpers.replay.texts import like_vllm
from tests.lab.serve.conftest import serving

if TYPE_CHECKING:
    from app.core.ladder.row import Row

TEXT = "\n".join(
    f"{n}. The sky is blue because air scatters short waves; {n} + {n} = {2 * n}."
    for n in range(45)
).encode()
PROMPTS = ("What is 12 + 30?", "Which month comes after May?", "Say the colours of a flag.")


@pytest.fixture(scope="module")
def q2_k(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("levels")
    target = folder / "demo-Q2_K.gguf"
    quantize(demo_model, target, "Q2_K", threads=1, folder=folder, on_progress=lambda *_: None)
    return target


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    (tmp_path / "state").mkdir()

    def elsewhere(model: ServerModel) -> RemoteEngines:
        return RemoteEngines(Access(model.url, model.model))

    room = EngineRoom(tmp_path / "state", elsewhere=elsewhere)
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    return Tools(
        room=room,
        references=KeptReferences(tmp_path / "references"),
        fitter=lambda: Fitter(room, speeds, 1, 0.1),
        speeds=speeds,
        open_model=open_model_file,
        text=MeasuredText.plain("a text", TEXT),
        prompts=PROMPTS,
        about_server=lambda each: Kept(
            name="there", url=each.server.url if each.server else "", kind=ServerKind.VLLM,
            price_in=2.0, price_out=8.0,
        ),
    )  # fmt: skip


def measured(tools: Tools, reference: Candidate, *candidates: Candidate) -> LadderView:
    plan = LadderPlan(
        "", (), 1, context_tokens=512, prompt_tokens=0, generated_tokens=0, quality_chunks=2,
        text_name="a text",
    ).of(reference, candidates)  # fmt: skip
    result = Ladder(plan, tools).run()
    view = view_of(result, About([]), Limits(None, None))
    json.dumps(ladder_document(view))
    return view


def cell(row: Row, key: str) -> Any:
    (column,) = [column for column in COLUMNS if column.key == key]
    return cell_of(column, row)


def reason(row: Row, key: str) -> str:
    (column,) = [column for column in COLUMNS if column.key == key]
    return str(why_missing(column, row))


def test_the_same_file_behind_an_address_says_the_same(
    demo_model: Path, q2_k: Path, tools: Tools, tmp_path: Path
) -> None:
    with serving(tmp_path / "serve", demo_model) as server:
        there = Candidate(ServerModel(url=server.url))
        view = measured(tools, there, candidate_of(demo_model), candidate_of(q2_k))
    reference, same, lossy = view.rows
    assert not any(row.error for row in view.rows)
    found = cell(same, "same_along")
    assert isinstance(found, Value)
    assert found.number == 1.0
    assert found.counts is not None
    assert found.counts[0] > 10
    worse = cell(lossy, "same_along")
    assert isinstance(worse, Value)
    assert worse.number <= 1.0
    # What cannot be had says so, and why.
    assert cell(reference, "memory_needed_bytes") is Missing.NOT_MEASURABLE
    assert cell(same, "told_mean_kld") is Missing.NOT_MEASURABLE
    assert "log probabilities of a text" in reason(same, "told_mean_kld")
    assert "127.0.0.1" in reason(same, "mean_kld")
    assert cell(reference, "bits_per_weight") is Missing.NOT_TOLD
    assert isinstance(cell(reference, "clocked_first_token_ns"), Value)
    assert not same.is_far
    assert same.clocked is None
    # The choice is for this PC.
    assert view.recommendation.file != reference.key
    assert reference.spent is not None
    assert reference.cost == pytest.approx(
        (2 * reference.spent.read_tokens + 8 * reference.spent.written_tokens) / 1e6
    )
    assert any("not controlled" in remark for remark in view.remarks)
    rows = {row["key"]: row for row in ladder_document(view)["candidates"]}
    assert rows[same.key]["mean_kld"] is None
    assert set(rows[same.key]["not_measured"]) == {"quality", "told"}


def test_losses_by_the_likeliest_tokens_are_those_of_the_real_distributions(
    demo_model: Path, q2_k: Path, tools: Tools, tmp_path: Path
) -> None:
    with like_vllm(demo_model, tmp_path / "behind") as server:
        there = Candidate(ServerModel(url=server.url))
        view = measured(tools, there, candidate_of(demo_model), candidate_of(q2_k))
    reference, same, lossy = view.rows
    assert not any(row.error for row in view.rows), [row.error for row in view.rows]
    base, none, some = (cell(row, "told_mean_kld") for row in view.rows)
    assert isinstance(base, Value)
    assert base.is_own
    assert isinstance(none, Value)
    assert isinstance(some, Value)
    assert none.number == pytest.approx(0, abs=1e-5)
    assert some.number > 0.01
    assert some.counts is not None
    assert some.counts[0] == 20
    # Beside the drift over the whole vocabulary it stands in a column of its own.
    assert cell(lossy, "mean_kld") is Missing.NOT_MEASURABLE
    assert same.told is not None
    assert same.told.figures["ln_ppl_ratio"] == pytest.approx(0, abs=1e-5)
    assert lossy.told is not None
    assert reference.unable == {StepKind.MEMORY, StepKind.QUALITY}


def test_a_server_that_is_gone_is_one_sentence(demo_model: Path, tools: Tools) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        there = Candidate(ServerModel(url=f"http://127.0.0.1:{closed.getsockname()[1]}/v1"))
        with pytest.raises(PersonError) as gone:
            measured(tools, there, candidate_of(demo_model))
    assert "127.0.0.1" in gone.value.sentence
    assert gone.value.sentence.count("\n") == 0
