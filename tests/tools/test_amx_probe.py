"""Whether AMX is trusted: asked of real compilers, spoiled and mended."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.engine.installed import AMX_WORD, instructions_here
from tools.amx_probe import amx_works, keeps_the_configuration
from tools.machine import cxx_compiler

# What GCC's header says of the operand: eight bytes, which is wrong, or all 64.
EIGHT_BYTES = "(*((const void **)__config))"
ALL_BYTES = "(*((const char (*)[64])__config))"


def gcc() -> str | None:
    """A GCC for this processor that knows AMX."""
    compiler = shutil.which("g++")
    if compiler is None or platform.machine() != "x86_64":
        return None
    command = [compiler, "-E", "-dM", "-mamx-tile", "-xc++", os.devnull]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return compiler if "__AMX_TILE__" in told.stdout and "__clang__" not in told.stdout else None


needs_gcc = pytest.mark.skipif(gcc() is None, reason="no GCC for x86-64 that knows AMX")


@pytest.fixture
def header() -> str:
    """GCC's own header with the instruction in question."""
    compiler = gcc()
    assert compiler is not None
    told = subprocess.run(
        [compiler, "-print-file-name=include/amxtileintrin.h"],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(told.stdout.strip()).read_text()


def with_operand(folder: Path, header: str, operand: str) -> str:
    """The compiler with a header that says this of ``_tile_loadconfig``'s operand."""
    said = re.compile(r'("ldtilecfg\\t%X0" :: "m" )\(.*\)\);')
    assert said.search(header)
    folder.joinpath("amxtileintrin.h").write_text(said.sub(rf"\1{operand});", header))
    return f"{gcc()} -I{folder}"


@needs_gcc
def test_a_compiler_that_drops_the_stores_is_found(tmp_path: Path, header: str) -> None:
    assert not keeps_the_configuration(with_operand(tmp_path, header, EIGHT_BYTES))


@needs_gcc
def test_a_compiler_that_keeps_them_passes(tmp_path: Path, header: str) -> None:
    assert keeps_the_configuration(with_operand(tmp_path, header, ALL_BYTES))


@needs_gcc
def test_this_compiler_is_judged_as_its_header_says(header: str) -> None:
    assert keeps_the_configuration(gcc()) is (EIGHT_BYTES not in header)


def test_amx_works_only_where_there_is_amx() -> None:
    if AMX_WORD not in instructions_here():
        assert not amx_works(cxx_compiler())


@needs_gcc
def test_on_a_processor_with_amx_a_spoiled_configuration_fails(tmp_path: Path, header: str) -> None:
    if AMX_WORD not in instructions_here():
        pytest.skip("this processor has no AMX")
    assert amx_works(with_operand(tmp_path, header, ALL_BYTES))
    assert not amx_works(with_operand(tmp_path, header, EIGHT_BYTES))


@pytest.mark.parametrize("compiler", [None, "false", "/nowhere/c++"])
def test_without_a_compiler_nothing_is_proven(compiler: str | None) -> None:
    assert not amx_works(compiler)
    assert not keeps_the_configuration(compiler)
