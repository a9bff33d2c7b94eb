"""What is counted in tensors, by real engines, is what plain code finds.

Through :mod:`app.engine.protocol.making`, :mod:`app.engine.host.making.inspecting`,
:mod:`app.engine.host.llama.blocks` and :mod:`app.core.shrink.inside.inspection`.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gguf
import numpy as np
import pytest

from app.core.errors import PersonError
from app.core.shrink.inside.inspection import HISTOGRAM_BINS, InspectedTensor, Inspection
from app.lab.shrink.inspecting import inspect
from app.lab.shrink.quantize import quantize
from tests.helpers import gguf_files as files
from tests.helpers.gguf_container import Tensor, file_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS = ("Q8_0", "Q4_K_M", "Q2_K", "IQ4_XS", "Q5_1", "TQ1_0", "BF16", "F32")


def looked(path: Path, reference: Path | None = None, threads: int = 2) -> Inspection:
    told: list[tuple[int, int]] = []
    found = inspect(
        path,
        reference,
        threads=threads,
        folder=path.parent,
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1][0] == told[-1][1] == sum(each.info.n_bytes for each in found.tensors)
    return found


def weights(path: Path) -> dict[str, NDArray[np.float64]]:
    """All tensors as plain numbers, by other people's code."""
    return {
        tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        .astype(np.float64)
        .ravel()
        for tensor in gguf.GGUFReader(path).tensors
    }


def is_as_counted(each: InspectedTensor, plain: NDArray[np.float64]) -> None:
    known = each.figures
    assert known is not None
    rms = math.sqrt(float(np.mean(plain**2)))
    assert known.numbers == plain.size
    assert known.zeros == int((plain == 0).sum())
    assert known.rms == pytest.approx(rms, rel=1e-5)
    assert known.largest == pytest.approx(float(np.abs(plain).max()))
    near = float((np.abs(plain) < 0.1 * rms).mean())
    assert each.near_zero_fraction == pytest.approx(near, abs=0.01)
    assert each.outlier_fraction == pytest.approx(float((np.abs(plain) > 6 * rms).mean()), abs=1e-3)
    assert len(known.histogram) == HISTOGRAM_BINS
    assert 0 < sum(known.histogram) <= plain.size


@pytest.mark.parametrize("level", LEVELS)
def test_counts_and_errors_are_those_of_plain_code(
    demo_model: Path, tmp_path: Path, level: str
) -> None:
    made = tmp_path / "made.gguf"
    quantize(
        demo_model, made, level, threads=2, folder=tmp_path, on_progress=lambda _done, _of: None
    )
    found = looked(made, demo_model)
    plain, full = weights(made), weights(demo_model)
    total = sum(float(((plain[name] - full[name]) ** 2).sum()) for name in plain)
    assert len(found.tensors) == len(plain)
    for each in found.tensors:
        name = each.info.name
        is_as_counted(each, plain[name])
        assert each.figures is not None
        lost = float(((plain[name] - full[name]) ** 2).sum())
        norm = math.sqrt(float((full[name] ** 2).sum()))
        assert each.figures.relative_error == pytest.approx(math.sqrt(lost) / norm, rel=1e-4)
        share = found.error_share(each)
        assert share == pytest.approx(lost / total if total else 0, rel=1e-4, abs=1e-9)
    zeros = sum(int((values == 0).sum()) for values in plain.values())
    assert found.zero_fraction == zeros / sum(values.size for values in plain.values())
    assert sum(each.bytes for each in found.types) == found.model.tensor_bytes


def test_threads_and_reads_change_no_count(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=(9, 1 << 18)).astype(np.float32)
    values[values < -2] = 0
    path = tmp_path / "large.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    for key in ("block_count", "context_length", "embedding_length"):
        writer.add_uint32(f"llama.{key}", 1)
    writer.add_tensor("blk.0.ffn_up.weight", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    one, three = (looked(path, threads=threads).tensors[0] for threads in (1, 3))
    is_as_counted(one, values.astype(np.float64).ravel())
    assert one.figures is not None
    assert three.figures is not None
    assert one.figures.histogram == three.figures.histogram
    assert one.figures.near_zeros == three.figures.near_zeros
    assert one.figures.sum_squares == pytest.approx(three.figures.sum_squares, rel=1e-6)


def test_shards_are_one_file(tmp_path: Path) -> None:
    first, *_ = files.write_sharded_llama(tmp_path)
    whole = files.write_tiny_llama(tmp_path / "whole.gguf")
    found = looked(first, whole)
    assert {each.info.name for each in found.tensors} == set(weights(whole))
    assert not found.unmatched


def with_tensor(path: Path, tensor: Tensor) -> Path:
    facts: dict[str, Any] = {
        "general.architecture": "llama",
        "llama.block_count": 1,
        "llama.context_length": 64,
        "llama.embedding_length": 256,
    }
    path.write_bytes(file_bytes(facts, [tensor]))
    return path


def test_numbers_that_are_none_count_nowhere(tmp_path: Path) -> None:
    values = np.ones(256, np.float32)
    values[:3] = (np.nan, np.inf, 0)
    path = with_tensor(tmp_path / "odd.gguf", Tensor("blk.0.a.weight", (256,), 0, values.tobytes()))
    (each,) = looked(path).tensors
    assert each.figures is not None
    assert (each.figures.numbers, each.figures.zeros) == (254, 1)
    assert each.figures.rms == pytest.approx(math.sqrt(253 / 254))


def test_a_type_that_holds_no_weights_has_no_figures(tmp_path: Path) -> None:
    path = with_tensor(tmp_path / "odd.gguf", Tensor("blk.0.a.weight", (256,), 15, bytes(292)))
    found = looked(path)
    assert found.tensors[0].figures is None
    assert found.zero_fraction is None


def test_another_model_is_no_reference(demo_model: Path, tmp_path: Path) -> None:
    other = files.write_tiny_llama(tmp_path / "tiny.gguf")
    with pytest.raises(PersonError, match="no version of the same model"):
        looked(other, demo_model)


def test_a_file_that_was_cut_meanwhile_is_a_sentence(
    demo_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(demo_model.read_bytes())

    def cut(done: int, _total: int) -> None:
        if done == 0:
            path.write_bytes(demo_model.read_bytes()[:6_000_000])

    with pytest.raises(PersonError, match="cannot be read to its end: it ends early"):
        inspect(path, threads=1, folder=tmp_path, on_progress=cut)
