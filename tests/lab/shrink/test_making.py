"""Versions made by recipes, by real engines: as llama.cpp's quantizer makes them.

Through :mod:`app.engine.host.making.quantize`, :mod:`app.lab.shrink.target`,
:mod:`app.engine.host.making.sensitivity`, :mod:`app.lab.shrink.sources`,
:mod:`app.lab.shrink.left_out.dropping`, :mod:`app.lab.shrink.probing`,
:mod:`app.lab.shrink.memory`, :mod:`app.engine.host.making.holding`,
:mod:`app.lab.works.making.means`, :mod:`app.lab.shrink.left_out.pruning`
and :mod:`app.engine.host.making.influence`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.candidates.settings import EngineSettings, KvType
from app.core.errors import PersonError
from app.core.models.levels import Level, level_by_name
from app.core.shrink.importance import from_bytes, to_bytes
from app.core.shrink.mixtures import ChosenBy
from app.core.shrink.recipe import MatrixUse, MemoryTarget, Recipe, Step, parse_rule
from app.core.shrink.types import TARGET_TYPES
from app.lab.engines.room import EngineRoom
from app.lab.predict.fit import Fitter
from app.lab.shrink.importance import make_importance
from app.lab.shrink.inspecting import inspect, stored_tensors
from app.lab.shrink.making.means import Means, ShrinkResult
from app.lab.shrink.making.shrink import shrink
from app.lab.shrink.reader import CalibrationText
from app.lab.works.making.means import means_here
from app.library.model_files import open_model_file
from app.store.paths import Paths
from app.store.small.speeds import SpeedStore
from tests.helpers import gguf_files as files
from tests.helpers.caches import run_cache
from tests.helpers.moe_files import write_demo_mixture

ROOT = Path(__file__).parents[3]
PLAIN = ROOT / "tests" / "helpers" / "plain_quantize.py"
RULES = {"Q4_K_M": ["ffn_down=Q6_K", r"blk\.0\.attn_k=Q5_0"], "IQ4_XS": ["token_embd=Q8_0"]}


def made(source: Path, target: Path, recipe: Recipe, cache: Path | None = None) -> ShrinkResult:
    """Make it; matrices are kept for the whole run, unless a cache is given."""
    steps: set[str] = set()

    def tell(step: str, done: int, total: int) -> None:
        steps.add(step)
        assert 0 <= done <= total

    folder = target.parent if target.parent.is_dir() else source.parent
    means = Means(2, EngineRoom(folder / "state"), cache or run_cache(), tell)
    (folder / "state").mkdir(exist_ok=True)
    result = shrink(source, target, recipe, means)
    assert {"Quantizing", "Looking into the file"} <= steps
    return result


@pytest.fixture(scope="module")
def matrix(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An importance matrix of the demo model."""
    return matrix_of(demo_model, tmp_path_factory.mktemp("matrix") / "demo.imatrix.gguf")


def matrix_of(model: Path, target: Path) -> Path:
    text = CalibrationText("sums", b"What is 12 + 30? The answer is 42.\n" * 100)
    make_importance(
        model,
        target,
        text,
        threads=2,
        room=EngineRoom(target.parent),
        on_progress=lambda _done, _total: None,
    )
    return target


def plainly(jobs: list[dict[str, Any]]) -> None:
    subprocess.run([sys.executable, PLAIN, json.dumps(jobs)], check=True, capture_output=True)


def is_as_plainly_made(source: Path, folder: Path, levels: list[Level], matrix: Path) -> None:
    cases = [
        (level, used, rules)
        for level in levels
        for used in (None, matrix)
        for rules in [[], *([RULES[level.name]] if level.name in RULES else [])]
        if used or not level.needs_importance_matrix
    ]
    jobs = [
        {
            "source": str(source),
            "target": str(folder / f"plain-{number}.gguf"),
            "ftype": level.ftype,
            "matrix": str(used or ""),
            "rules": [rule.split("=") for rule in rules],
        }
        for number, (level, used, rules) in enumerate(cases)
    ]
    plainly(jobs)
    for number, (level, used, rules) in enumerate(cases):
        recipe = Recipe(
            level, matrix=str(used) if used else MatrixUse.NONE, rules=tuple(map(parse_rule, rules))
        )
        target = folder / f"own-{number}.gguf"
        made(source, target, recipe)
        same = target.read_bytes() == (folder / f"plain-{number}.gguf").read_bytes()
        assert same, (level.name, used, rules)
        target.unlink()


def test_recipes_are_bit_for_bit_those_of_the_quantizer(
    demo_model: Path, tmp_path: Path, matrix: Path
) -> None:
    levels = [level_by_name(name) for name in ("Q4_K_M", "IQ4_XS", "Q2_K", "Q4_0", "BF16")]
    is_as_plainly_made(demo_model, tmp_path, levels, matrix)


def test_a_level_that_needs_a_matrix_gets_one_by_itself(demo_model: Path, tmp_path: Path) -> None:
    recipe, cache = Recipe(level_by_name("IQ3_XXS")), tmp_path / "cache"
    result = made(demo_model, tmp_path / "new.gguf", recipe, cache)
    assert (result.level, result.recipe.matrix) == ("IQ3_XXS", "shrinkscope-demo.gguf")
    model = open_model_file(tmp_path / "new.gguf")
    assert model.has_importance_matrix
    assert result.file_bytes == model.file_bytes
    assert result.zero_fraction is not None
    kept = list((tmp_path / "cache").rglob("*.gguf"))
    assert len(kept) == 1
    assert str(tmp_path).encode() not in (tmp_path / "new.gguf").read_bytes()


def test_what_a_matrix_knows_nothing_of_is_told(demo_model: Path, tmp_path: Path) -> None:
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    whole = from_bytes(matrix_of(mixture, tmp_path / "whole.gguf").read_bytes(), "whole")
    entries = dict(whole.entries)
    del entries["blk.0.attn_q.weight"]
    experts = entries["blk.1.ffn_up_exps.weight"]
    counts = experts.counts.copy()
    counts[2] = 0
    entries["blk.1.ffn_up_exps.weight"] = replace(experts, counts=counts)
    part = tmp_path / "part.gguf"
    known = replace(whole, entries=entries)
    part.write_bytes(to_bytes(known))
    unused = known.unused
    recipe = Recipe(level_by_name("Q4_K_M"), matrix=str(part))
    unseen, silent = map(str, made(mixture, tmp_path / "own.gguf", recipe).remarks)
    assert f"came to {unused} of 72 experts' matrices" in unseen
    assert silent.startswith("The importance matrix says nothing of blk.0.attn_q.weight: its")
    plain = {
        "source": str(mixture), "target": str(tmp_path / "plain.gguf"), "matrix": str(part),
        "ftype": level_by_name("Q4_K_M").ftype, "rules": [],
    }  # fmt: skip
    plainly([plain])
    assert (tmp_path / "own.gguf").read_bytes() == (tmp_path / "plain.gguf").read_bytes()


def test_shards_become_one_file(tmp_path: Path) -> None:
    first, *_ = files.write_sharded_llama(tmp_path)
    whole = files.write_tiny_llama(tmp_path / "whole.gguf")
    recipe = Recipe(level_by_name("Q4_0"), matrix=MatrixUse.NONE)
    made(first, tmp_path / "of-shards.gguf", recipe)
    made(whole, tmp_path / "of-whole.gguf", recipe)
    one, other = (open_model_file(tmp_path / f"of-{name}.gguf") for name in ("shards", "whole"))
    assert one.tensor_bytes == other.tensor_bytes


@pytest.mark.parametrize("bits", [pytest.param(2.6, marks=pytest.mark.slow), 4.2])
def test_a_target_is_met_and_nearly_used_up(short_demo: Path, tmp_path: Path, bits: float) -> None:
    result = made(short_demo, tmp_path / "new.gguf", Recipe(target_bits=bits))
    assert 0.97 * bits < result.bits_per_weight <= bits
    assert set(result.recipe.chosen) == {
        name for name in result.recipe.chosen if name.endswith("weight")
    }
    assert len(result.recipe.chosen) == 2 * 7 + 1
    assert len(result.recipe.tensors) > 2


def test_a_target_in_bytes_keeps_rules_and_tells_what_is_out_of_reach(
    demo_model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new.gguf"
    recipe = Recipe(target_bytes=3_000_000, rules=(parse_rule("attn_v=Q8_0"),))
    result = made(demo_model, target, recipe)
    assert 0.97 * 3_000_000 < target.stat().st_size == result.file_bytes <= 3_000_000
    chosen = result.recipe.chosen
    assert {kind for name, kind in chosen.items() if "attn_v" in name} == {"Q8_0"}
    with pytest.raises(PersonError, match=r"Nothing so small can be made .* takes 1\.\d+ MB\."):
        made(demo_model, tmp_path / "other.gguf", Recipe(target_bytes=100_000))
    assert not (tmp_path / "other.gguf").exists()


@pytest.mark.parametrize("dropped", [(), (4,)])
def test_a_target_in_memory_is_met_as_it_is_predicted(
    demo_model: Path, tmp_path: Path, dropped: tuple[int, ...]
) -> None:
    wanted = MemoryTarget(66_000_000, 1024, KvType.Q8_0)
    target = tmp_path / "new.gguf"
    recipe = Recipe(target_memory=wanted, matrix=MatrixUse.NONE, drop_layers=dropped)
    made(demo_model, target, recipe)
    room = EngineRoom(tmp_path / "state")
    with Fitter(room, SpeedStore(tmp_path / "speeds", "this PC"), 2) as fitter:
        needs = fitter.memory(target, 1024, EngineSettings(kv_type=KvType.Q8_0)).needs
    assert 0.99 * wanted.n_bytes < needs.total_bytes <= wanted.n_bytes
    small = replace(recipe, target_memory=MemoryTarget(40_000_000, 1024))
    with pytest.raises(PersonError, match=r"with a context of 1,024 tokens .* needs 6\d\.\d MB"):
        made(demo_model, tmp_path / "other.gguf", small)


def test_the_mixture_that_loses_least_is_kept(demo_model: Path, tmp_path: Path) -> None:
    paths = Paths.below(tmp_path / "home")
    paths.create()
    steps: set[str] = set()
    means = means_here(paths, EngineRoom(paths.state), 2, lambda step, *_: steps.add(step))
    target = tmp_path / "new.gguf"
    result = shrink(demo_model, target, Recipe(target_bits=4.95, matrix=MatrixUse.NONE), means)
    assert {Step.PROBING, Step.TRYING} <= steps
    done = result.recipe
    ways = [each.chosen_by for each in done.tried]
    assert ways == [ChosenBy.PROBED, ChosenBy.WEIGHED, ChosenBy.OWN]
    losses = [each.mean_kld for each in done.tried]
    assert done.chosen_by is ways[losses.index(min(losses))] is ChosenBy.PROBED
    assert losses[0] < 0.9 * losses[2]
    assert 0.97 * 4.95 < result.bits_per_weight <= 4.95
    # An error in the first layer goes through all others.
    first, later = (done.chosen[f"blk.{layer}.ffn_down.weight"] for layer in (0, 2))
    assert TARGET_TYPES[first].bits_per_weight > TARGET_TYPES[later].bits_per_weight
    assert done.parts[0].part.startswith("ffn")
    assert sum(each.loss_share for each in done.parts) == pytest.approx(1.0)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["new.gguf"]


def test_layers_are_left_out_and_the_file_says_so(demo_model: Path, tmp_path: Path) -> None:
    none = MatrixUse.NONE
    result = made(demo_model, tmp_path / "found.gguf", Recipe(drop_layers=1))
    assert result.recipe.dropped_layers in ([2], [3])  # the first and the last matter most
    model = open_model_file(tmp_path / "found.gguf")
    assert (model.block_count, model.level_name) == (5, "F16")
    assert model.pruned == f"layers {result.recipe.dropped_layers[0]} of 6 left out"

    recipe = Recipe(level_by_name("IQ4_XS"), drop_layers=(1, 4))
    made(demo_model, tmp_path / "named.gguf", recipe)
    assert open_model_file(tmp_path / "named.gguf").block_count == 4
    kept = names_in(tmp_path / "named.gguf")
    assert "blk.3.ffn_up.weight" in kept
    assert "blk.4.ffn_up.weight" not in kept
    # A quantized file loses layers without being quantized again.
    again = made(tmp_path / "named.gguf", tmp_path / "again.gguf", Recipe(drop_layers=(0,)))
    assert (again.level, again.remarks) == ("IQ4_XS", ())
    small = Recipe(target_bits=4.5, matrix=none, drop_layers=(0, 1, 2, 3))
    assert made(demo_model, tmp_path / "small.gguf", small).bits_per_weight <= 4.5
    for dropped, part in ((6, "at least one has to stay"), ((6,), "has no layer 6: they go from")):
        with pytest.raises(PersonError, match=part):
            made(demo_model, tmp_path / "other.gguf", Recipe(drop_layers=dropped))


@pytest.mark.parametrize(("sparsity", "share"), [(0.5, 0.5), ("2:4", 0.5)])
def test_weights_are_set_to_zero_and_the_file_says_so(
    demo_model: Path, tmp_path: Path, sparsity: float | str, share: float
) -> None:
    result = made(demo_model, tmp_path / "new.gguf", Recipe(sparsity=sparsity))
    model = open_model_file(tmp_path / "new.gguf")
    assert (model.level_name, model.has_importance_matrix) == ("F16", False)
    assert "set to zero" in model.pruned
    found = inspect(
        tmp_path / "new.gguf",
        demo_model,
        threads=1,
        folder=tmp_path,
        on_progress=lambda _done, _total: None,
    )
    for each in found.tensors:
        assert each.zero_fraction is not None
        in_layer = each.info.name.startswith("blk.") and "norm" not in each.info.name
        assert each.zero_fraction == pytest.approx(share if in_layer else 0, abs=0.01)
    assert result.zero_fraction == found.zero_fraction

    # Zeros stay in some formats, and cost as many bytes as anything else.
    recipe = Recipe(level_by_name("Q4_0"), matrix=MatrixUse.NONE, sparsity=sparsity)
    quantized = made(demo_model, tmp_path / "q4.gguf", recipe)
    assert quantized.zero_fraction is not None
    assert quantized.zero_fraction > 0.45
    plain = Recipe(level_by_name("Q4_0"), matrix=MatrixUse.NONE)
    dense = made(demo_model, tmp_path / "dense.gguf", plain)
    assert open_model_file(tmp_path / "q4.gguf").tensor_bytes == (
        open_model_file(tmp_path / "dense.gguf").tensor_bytes
    )
    with pytest.raises(PersonError, match="of which none can be set to zero"):
        made(
            tmp_path / "q4.gguf",
            tmp_path / "other.gguf",
            Recipe(sparsity=0.3, matrix=MatrixUse.NONE),
        )
    assert {path.name for path in tmp_path.iterdir()} == {
        "new.gguf", "q4.gguf", "dense.gguf", "state",
    }  # fmt: skip
    assert dense.bits_per_weight == quantized.bits_per_weight


def test_where_no_matrix_can_be_had_it_goes_without_if_it_may(tmp_path: Path) -> None:
    # A model that turns texts into numbers: it is not asked, but made smaller.
    facts = {"llama.pooling_type": 1}
    source = files.write_tiny_llama(tmp_path / "embedding.gguf", metadata=facts)
    result = made(source, tmp_path / "q2.gguf", Recipe(level_by_name("Q2_K")))
    assert str(result.remarks[0]).startswith("It was made without an importance matrix, and lost")
    assert made(source, tmp_path / "by-size.gguf", Recipe(target_bits=4.6)).bits_per_weight <= 4.6
    with pytest.raises(PersonError, match="embedding model"):
        made(source, tmp_path / "iq2.gguf", Recipe(level_by_name("IQ2_M")))


def test_what_is_broken_off_leaves_nothing(demo_model: Path, tmp_path: Path) -> None:
    class BrokenOff(Exception):
        pass

    def end(step: str, done: int, _total: int) -> None:
        if step == "Quantizing" and done == 9:
            raise BrokenOff

    means = Means(1, EngineRoom(tmp_path), tmp_path, end)
    recipe = Recipe(level_by_name("Q5_1"), matrix=MatrixUse.NONE)
    with pytest.raises(BrokenOff):
        shrink(demo_model, tmp_path / "new.gguf", recipe, means)
    assert not list(tmp_path.glob("new*"))


def names_in(path: Path) -> set[str]:
    return {info.name for info, _ in stored_tensors(path)}


def test_rows_that_do_not_fit_are_told(tmp_path: Path) -> None:
    source = files.write_tiny_llama(tmp_path / "odd.gguf", d_model=192)
    recipe = Recipe(level_by_name("Q4_K_M"), matrix=MatrixUse.NONE)
    result = made(source, tmp_path / "new.gguf", recipe)
    (said,) = map(str, result.remarks)
    assert said.startswith("13 tensors have rows that the wanted number format does not divide")
    assert "token_embd.weight (Q4_K → Q5_0)" in said
    made(source, tmp_path / "by-size.gguf", Recipe(target_bits=5.5))


def test_a_source_that_lost_little_is_taken_with_a_word(demo_model: Path, tmp_path: Path) -> None:
    none = MatrixUse.NONE
    made(demo_model, tmp_path / "q8.gguf", Recipe(level_by_name("Q8_0"), matrix=none))
    result = made(
        tmp_path / "q8.gguf", tmp_path / "q4.gguf", Recipe(level_by_name("Q4_0"), matrix=none)
    )
    assert "is quantized already (Q8_0)" in str(result.remarks[0])
    again = Recipe(level_by_name("Q2_K"), matrix=none)
    with pytest.raises(PersonError, match="a second time would add a second loss"):
        made(tmp_path / "q4.gguf", tmp_path / "q2.gguf", again)
    twice = Recipe(level_by_name("Q2_K"), matrix=none, requantizes=True)
    assert made(tmp_path / "q4.gguf", tmp_path / "q2.gguf", twice).level == "Q2_K"


def test_what_cannot_be_made_is_a_sentence_and_leaves_nothing(
    demo_model: Path, tmp_path: Path, matrix: Path
) -> None:
    tiny = files.write_tiny_llama(tmp_path / "tiny.gguf")
    q4, iq2 = level_by_name("Q4_K_M"), level_by_name("IQ2_S")
    none = MatrixUse.NONE
    target = tmp_path / "new.gguf"
    for source, place, recipe, part in (
        (demo_model, target, Recipe(iq2, matrix=none), "IQ2_S needs an importance matrix"),
        (tiny, tiny, Recipe(q4, matrix=none), "is there already"),
        (tiny, tmp_path / "no" / "new.gguf", Recipe(q4, matrix=none), "no folder"),
        (tiny, target, Recipe(q4, matrix=str(matrix)), "was made of “shrinkscope-demo-F16.gguf”"),
        (tiny, target, Recipe(q4, matrix=str(tiny)), "is no importance matrix"),
        (tiny, target, Recipe(q4, rules=(parse_rule("zzz=Q8_0"),)), "found in no tensor's name"),
        (
            tiny,
            target,
            Recipe(level_by_name("F16"), rules=(parse_rule("ffn=Q8_0"),)),
            "changes no tensor by rules",
        ),
        (matrix, target, Recipe(q4, matrix=none), "importance matrix"),
    ):
        before = sorted(tmp_path.rglob("*.gguf"))
        with pytest.raises(PersonError, match=part):
            made(source, place, recipe)
        assert sorted(tmp_path.rglob("*.gguf")) == before


def test_a_disk_without_room_is_told_before(
    demo_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_full(_path: Path) -> SimpleNamespace:
        return SimpleNamespace(free=3_000_000)

    monkeypatch.setattr("app.lab.shrink.sources.shutil.disk_usage", nearly_full)
    with pytest.raises(PersonError, match=r"it takes 3\.\d+ MB, and 3\.00 MB are free"):
        made(
            demo_model, tmp_path / "new.gguf", Recipe(level_by_name("Q4_0"), matrix=MatrixUse.NONE)
        )
    assert not (tmp_path / "new.gguf").exists()
