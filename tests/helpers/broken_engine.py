"""Engines whose kernels are broken for real: other code stands in front of llama.cpp's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from app.engine.local import client

if TYPE_CHECKING:
    from pathlib import Path

# Types that no processor has further kernels for, which would be asked first.
KERNELS = {
    "Q3_K": "ggml_vec_dot_q3_K_q8_K",
    "IQ3_S": "ggml_vec_dot_iq3_s_q8_K",
    "TQ2_0": "ggml_vec_dot_tq2_0_q8_K",
    "IQ2_S": "ggml_vec_dot_iq2_s_q8_K",
}
_SIGNATURE = (
    "(int n, float *s, size_t bs, const void *x, size_t bx, const void *y, size_t by, int nrc)"
)
_BODIES = {
    "dies": '__asm__ volatile("ud2");' if sys.platform != "darwin" else "__builtin_trap();",
    "crashes": "raise(SIGSEGV);",
    "hangs": "for (volatile int i = 0; ; ++i) { }",
    "lies": "*s = (float)(n % 7) - 3.0f * (float)((size_t)x >> 5 & 3);",
    "no number": "*s = 0.0f / 0.0f * (float)n;",
    "is killed": "raise(SIGKILL);",
}


def break_engines(monkeypatch: pytest.MonkeyPatch, folder: Path, ways: dict[str, str]) -> None:
    """Let every engine that is started from now on do wrong.

    Args:
        monkeypatch: Ends it.
        folder: For the library.
        ways: By tensor type (a key of ``KERNELS``), what its kernel does (a key of ``_BODIES``).
    """
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and a C compiler")
    functions = [
        f"void {KERNELS[name]}{_SIGNATURE} {{ {_BODIES[way]} }}" for name, way in ways.items()
    ]
    source = folder / "broken.c"
    source.write_text("\n".join(["#include <signal.h>", "#include <stddef.h>", *functions]))
    library = folder / "broken.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", source, "-o", library], check=True)
    sound = client.engine_command

    def broken(*, is_steady: bool = False) -> list[str]:
        return ["/usr/bin/env", f"LD_PRELOAD={library}", *sound(is_steady=is_steady)]

    monkeypatch.setattr(client, "engine_command", broken)
