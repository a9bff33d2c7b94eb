"""The engine's options, held against real compilers."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.engine_recipe import CMAKE_FILE, INSTRUCTION_SETS, NATIVE, cmake_options

MACROS = {
    "amx": ("__AMX_TILE__", "__AMX_INT8__", "__AMX_BF16__"),
    "avx512": ("__AVX512F__", "__AVX512VNNI__", "__AVX512BF16__"),
    "avx_vnni": ("__AVXVNNI__",),
    "avx2": ("__AVX2__", "__AVX512F__"),
    "fma": ("__FMA__",),
    "f16c": ("__F16C__",),
    "avx": ("__AVX__", "__AVX2__", "__FMA__"),
    "bmi2": ("__BMI2__",),
}
# A project of llama-cpp-python's name and targets.
PROJECT = """
cmake_minimum_required(VERSION 3.21)
project(llama_cpp)
set(LLAMA_BUILD_COMMON ON CACHE BOOL "" FORCE)
if(LLAMA_BUILD_COMMON)
    message(FATAL_ERROR "common is built")
endif()
foreach(target ggml-cpu ggml-base)
    add_library(${target} OBJECT a.cpp)
endforeach()
target_compile_options(ggml-cpu PRIVATE -march=native)
"""


def macros(switches: list[str]) -> set[str]:
    """What the compiler defines for the largest of processors."""
    command = ["g++", "-march=sapphirerapids", *switches, "-E", "-dM", "-xc++", os.devnull]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.split()[1] for line in told.stdout.splitlines()}


@pytest.mark.skipif(
    platform.machine() != "x86_64" or not shutil.which("g++"), reason="no GCC for x86-64"
)
@pytest.mark.parametrize("name", sorted(set(INSTRUCTION_SETS) - {NATIVE}))
def test_what_is_left_out_is_out(name: str) -> None:
    everything = macros([])
    assert set(MACROS[name]) <= everything
    left = macros([f"-mno-{switch}" for switch in INSTRUCTION_SETS[name]])
    assert not left & set(MACROS[name])
    assert "__SSE4_2__" in left


def test_switches_that_the_compiler_does_not_know_are_not_given() -> None:
    assert not any("LEFT_OUT" in option for option in cmake_options(["amx"], "false"))
    assert not any("LEFT_OUT" in option for option in cmake_options(["amx"], None))


def test_native_is_an_option_of_its_own() -> None:
    assert "-DGGML_NATIVE=OFF" in cmake_options([NATIVE], None)
    assert "-DGGML_NATIVE=OFF" not in cmake_options([], None)


@pytest.mark.skipif(
    not (shutil.which("cmake") and shutil.which("ninja") and shutil.which("c++"))
    or platform.machine() != "x86_64",
    reason="no CMake, Ninja and compiler for x86-64 here",
)
def test_only_the_kernels_are_compiled_otherwise(tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(PROJECT)
    (tmp_path / "a.cpp").touch()
    options = [*cmake_options(["amx", "avx512"], "c++"), "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"]
    subprocess.run(
        ["cmake", "-G", "Ninja", "-S", ".", "-B", "build", *options],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    commands = (tmp_path / "build" / "compile_commands.json").read_text().splitlines()
    (kernels,) = (line for line in commands if '"command"' in line and "ggml-cpu" in line)
    assert kernels.index("-march=native") < kernels.index("-mno-amx-tile")
    assert "-mno-avx512f" in kernels
    (others,) = (line for line in commands if '"command"' in line and "ggml-base" in line)
    assert "-mno-" not in others


def test_the_file_for_cmake_is_there() -> None:
    assert CMAKE_FILE.is_file()
