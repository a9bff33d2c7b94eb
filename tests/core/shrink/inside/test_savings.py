"""What leaving weights out saves."""

from __future__ import annotations

from dataclasses import replace

from app.core.gguf import TensorInfo
from app.core.shrink.inside.inspection import InspectedTensor, Inspection, TensorFigures
from app.core.shrink.inside.savings import left_share, savings_of
from tests.core.models.test_model_file import model

F16, Q8_0 = 1, 8


def tensor(name: str, rows: int, zeros: float, type_id: int = F16) -> InspectedTensor:
    weights = 256 * rows
    n_bytes = weights * 2 if type_id == F16 else weights // 32 * 34
    figures = TensorFigures(weights, round(zeros * weights), 0, 0, 1.0, 1.0)
    return InspectedTensor(TensorInfo(name, (256, rows), type_id, 0, n_bytes), figures)


def test_zeros_save_in_formats_of_the_future_alone() -> None:
    half = tensor("blk.0.attn_q.weight", 64, 0.5)  # 16,384 weights, 32,768 bytes
    few = tensor("blk.1.attn_q.weight", 64, 0.25)
    none = tensor("blk.2.attn_q.weight", 32, 0.0, Q8_0)
    found = savings_of(Inspection(model(), [half, few, none]))
    dense = 2 * 32_768 + 8_704
    assert found.dense_bytes == dense
    # A bit for each weight, and the others as they are; never more than now.
    assert found.bitmap_bytes == (2_048 + 16_384) + (2_048 + 24_576) + 8_704
    # Half of the weights with two bits for each of their places, where half are zero.
    assert found.two_of_four_bytes == (16_384 + 2_048) + 32_768 + 8_704
    assert found.layer_bytes == dense - 32_768
    assert (found.width_bytes, found.experts_bytes) == (None, None)
    assert abs(found.zero_fraction - 0.3) < 1e-6


def test_channels_and_experts_really_save() -> None:
    source = replace(model(), feed_forward_length=512)
    names = [f"ffn_{kind}.weight" for kind in ("gate", "up", "down")]
    dense = savings_of(Inspection(source, [tensor(f"blk.0.{name}", 512, 0) for name in names]))
    # A quarter of 512 keeps a width that 32 divides.
    assert dense.width_bytes == 3 * 384 * 512
    mixture = [tensor(f"blk.0.{name.replace('.', '_exps.')}", 512, 0) for name in names]
    found = savings_of(Inspection(source, mixture))
    assert (found.width_bytes, found.experts_bytes) == (None, 3 * 384 * 512)


def test_a_share_of_the_model_stays() -> None:
    shapes = (
        ("token_embd.weight", (10, 100)),
        ("blk.*.attn_q.weight", (10, 10)),
        ("blk.*.ffn_up.weight", (10, 1_000)),
    )
    source = replace(
        model(), shapes=shapes, block_count=4, parameters=41_400, feed_forward_length=1_000
    )
    assert left_share(source, 0, None, 0) == 1.0
    assert abs(left_share(source, 1, None, 0) - (41_400 - 10_100) / 41_400) < 1e-9
    narrow = 4 * 10 * (1_000 - 512)
    assert abs(left_share(source, 0, 0.5, 0) - (41_400 - narrow) / 41_400) < 1e-9
    mixture = replace(source, expert_count=8, expert_parameters=40_000)
    assert abs(left_share(mixture, 0, None, 2) - (41_400 - 10_000) / 41_400) < 1e-9
