"""What an engine process is started with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from app.engine.local.starting import engine_command, engine_environment
from tests.engine.conftest import PATIENCE_SECONDS, RecordedEngine

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[3]

FOREIGN = {
    "AWS_SECRET_ACCESS_KEY": "s",
    "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus",
    "GITHUB_TOKEN": "t",
    "HF_TOKEN": "t",
    "HTTPS_PROXY": "http://name:word@proxy",
    "OPENAI_API_KEY": "k",
    "SSH_AUTH_SOCK": "/run/agent",
    "WAYLAND_DISPLAY": "w",
}


def test_an_engine_gets_nothing_of_other_programs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setenv("OMP_PLACES", "cores")
    engine = RecordedEngine(tmp_path)
    hello = engine.start()
    held = psutil.Process(hello.pid).environ()
    engine.client.close()
    assert engine.client.join(PATIENCE_SECONDS)
    assert not held.keys() & FOREIGN.keys()
    assert held["CUDA_VISIBLE_DEVICES"] == "0"
    assert held["OMP_PLACES"] == "cores"
    assert held["PATH"] == os.environ["PATH"]


def test_windows_names_pass_in_any_case() -> None:
    passed = engine_environment({"SystemRoot": "C:\\Windows", "Path": "C:\\x", "Secret": "s"})
    assert {"SystemRoot", "Path"} <= passed.keys()
    assert "Secret" not in passed


def test_a_file_beside_the_program_is_no_module_of_python(tmp_path: Path) -> None:
    beside = tmp_path / "checkout"
    beside.mkdir()
    (beside / "app").symlink_to(ROOT / "app", target_is_directory=True)
    for name in ("secrets", "typing_extensions", "numpy"):
        (beside / f"{name}.py").write_text("raise SystemExit('found beside the program')")
    for options in (["-P"], []):
        command = [sys.executable, *options, str(beside / "app" / "__main__.py"), "--engine-host"]
        done = subprocess.run(
            command,
            cwd=beside,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        assert '"type":"hello"' in done.stdout
    assert engine_command()[1] == "-P"


def test_a_file_in_the_current_folder_is_no_module_of_python(tmp_path: Path) -> None:
    (tmp_path / "secrets.py").write_text("raise SystemExit('found in the current folder')")
    done = subprocess.run(
        [sys.executable, "-m", "app", "models", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
