"""Instruction sets in llama.cpp's words, and which are given up first."""

from __future__ import annotations

import pytest

from app.core.engines.instruction_sets import next_to_leave_out, sets_in_use
from app.core.models.levels import TENSOR_TYPES

IDS = {entry.name: type_id for type_id, entry in TENSOR_TYPES.items()}
SAPPHIRE = (
    "CPU : SSE3 = 1 | AVX2 = 1 | FMA = 1 | AVX512 = 1 | AVX512_VNNI = 1 | AMX_INT8 = 1 | "
    "LLAMAFILE = 1 | OPENMP = 1 | REPACK = 1 | "
)


def test_what_llama_cpp_says_of_the_processor() -> None:
    assert sets_in_use(SAPPHIRE) == ("SSE3", "AVX2", "FMA", "AVX512", "AVX512_VNNI", "AMX_INT8")
    assert sets_in_use("CPU : NEON = 1 | ARM_FMA = 1 | SVE = 0 | SVE_CNT = 16 | ") == (
        "NEON",
        "ARM_FMA",
        "SVE_CNT",
    )
    assert sets_in_use("CUDA : ARCHS = 890 | CPU : AVX = 1 | ")[-1] == "AVX"
    assert sets_in_use("") == ()


@pytest.mark.parametrize(
    ("left_out", "faulty", "wanted"),
    [
        ([], ["Q8_0", "Q4_K"], "amx"),
        ([], [], "amx"),
        ([], ["F16", "IQ4_XS"], "amx"),
        # IQ3_S never sees AMX.
        ([], ["Q8_0", "IQ3_S"], "avx512"),
        (["amx"], ["Q8_0"], "avx512"),
        (["amx", "avx512"], ["Q8_0"], "native"),
        (["native"], ["IQ3_S"], "avx512"),
        (["amx", "avx512", "native"], ["Q8_0"], "avx2"),
        (["amx", "avx512", "native", "avx2", "avx"], ["Q8_0"], None),
    ],
)
def test_the_rarest_is_given_up_first(
    left_out: list[str], faulty: list[str], wanted: str | None
) -> None:
    in_use = sets_in_use(SAPPHIRE)
    assert next_to_leave_out(in_use, left_out, [IDS[name] for name in faulty]) == wanted


def test_what_is_not_used_is_not_at_fault() -> None:
    assert next_to_leave_out(("AVX2", "FMA"), [], [IDS["Q8_0"]]) == "native"
    assert next_to_leave_out((), [], [IDS["Q8_0"]]) is None
