"""What set-up installs and says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app import preflight
from app.engine.installed import PACKAGE, BuildPhase
from tools import machine, setup_env
from tools.machine import SetupError
from tools.pip_output import Progress, Step, step_of, why_it_failed

ROOT = Path(__file__).resolve().parents[2]
COLLECTING = "Collecting numpy<3,>=2.4 (from -c constraints.txt (line 40))"


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_all_but_the_engine_is_installed_first(kind: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = set(project["dependencies"])
    if kind == "dev":
        wanted |= set(project["optional-dependencies"]["dev"])
    left = wanted - set(setup_env.packages(kind))
    assert [each.partition("==")[0] for each in left] == [PACKAGE]


def test_without_a_compiler_set_up_says_what_installs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CC", "CXX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(preflight, "read_os_release", lambda: {"ID": "debian"})
    with pytest.raises(SetupError, match="apt-get install -y build-essential"):
        machine.check_compiler()
    monkeypatch.setattr(preflight, "read_os_release", dict)
    with pytest.raises(SetupError, match="install gcc and g\\+\\+"):
        machine.check_compiler()


def test_without_a_display_it_sets_up_for_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preflight, "window_obstacle", preflight.no_display_sentence)
    assert not machine.can_show_a_window("run")
    assert "for the command line" in capsys.readouterr().out
    monkeypatch.setattr(preflight, "window_obstacle", lambda: "Qt lacks libEGL.so.1")
    with pytest.raises(SetupError, match="libEGL"):
        machine.can_show_a_window("run")
    monkeypatch.setattr(preflight, "window_obstacle", lambda: None)
    assert machine.can_show_a_window("run")


@pytest.mark.parametrize(
    ("line", "step"),
    [
        (COLLECTING, Step(BuildPhase.FETCHING, what="numpy")),
        ("  *** Configuring CMake...", Step(BuildPhase.COMPILING)),
        ("  [ 7/89] /usr/bin/c++ -O3", Step(BuildPhase.COMPILING, 7, 89)),
        ("Building wheel for llama_cpp_python (pyproject.toml)", Step(BuildPhase.COMPILING)),
        ("Building wheel for shrinkscope (pyproject.toml)", None),
        ("Installing collected packages: numpy", Step(BuildPhase.INSTALLING)),
        ("  Downloading numpy-2.4.6.whl", None),
    ],
)
def test_what_pip_says_is_a_step(line: str, step: Step | None) -> None:
    assert step_of(line) == step


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("c++: fatal error: Killed signal terminated program cc1plus", "one step at a time"),
        ("ninja: build stopped: subcommand failed.", "did not compile here"),
        ("NameResolutionError: Failed to resolve", "there is no network"),
        ("ERROR: No matching distribution found for numpy>=9", "has no numpy>=9"),
        ("ERROR: something new", "something new (all it said is in the.log)"),
    ],
)
def test_why_pip_failed_is_one_sentence(said: str, sentence: str) -> None:
    assert sentence in why_it_failed(said, log="the.log", command="make run")


def test_without_a_terminal_a_phase_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    for done in range(1, 30):
        progress.take(Step(BuildPhase.COMPILING, done, 30))
    progress.take(None)
    progress.take(Step(BuildPhase.INSTALLING))
    progress.finish()
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("Compiling the engine [1/30]  0:")
    assert last.startswith("Installing  0:")
