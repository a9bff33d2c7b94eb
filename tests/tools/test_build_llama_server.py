"""The real llama-server of the tests: where it is kept, and over which libraries it runs."""

from __future__ import annotations

import os
import subprocess

from app.engine.installed import pinned_version
from tests.helpers.llama_server import needs_llama_server, server_program
from tools.build_llama_server import engine_libraries, kept_server


def test_it_is_kept_by_the_engines_version() -> None:
    assert kept_server().parent.name.startswith(f"{pinned_version()}-")
    assert any(engine_libraries().glob("libllama.*"))


@needs_llama_server
def test_it_runs_over_the_installed_engine() -> None:
    environ = {**os.environ, "LD_LIBRARY_PATH": str(engine_libraries())}
    words = [str(server_program()), "--version"]
    told = subprocess.run(words, env=environ, capture_output=True, text=True, check=True)
    assert "version" in told.stdout + told.stderr
