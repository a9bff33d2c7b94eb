"""The dependencies between the parts of the program point down only."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]


LAB = (
    *(
        "beside",
        "history",
        "works",
        "reports",
        "scale",
        "verdict",
        "votes",
        "ladder",
        "hub",
        "compare",
        "predict",
    ),
    *("quality", "tasks", "shrink", "serve", "batch", "speed", "convert", "engines", "models"),
    *("pictures", "demo", "servers"),
)
ENGINE = ("", "host", "local", "remote", "protocol", *(
    f"host/{room}"
    for room in ("process", "llama", "loading", "answering", "measuring", "making")
))  # fmt: skip
UI = ("kit", "answers", "settings", "plots", "picking", "pictures", "entries", "shell", "pages", *(
    f"pages/{page}" for page in ("compare", "models", "ladder", "shrink")
))  # fmt: skip


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check a checkout's contracts."""
    command = [*LINT, "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_the_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("base", "import app.core"),
        ("core", "import app.base"),
        ("core", "import app.base.files"),
        ("core", "import app.resources"),
        ("core", "import app.store"),
        ("core", "import PySide6.QtCore"),
        ("core", "import subprocess"),
        ("store", "import app.library"),
        ("engine", "import app.lab"),
        ("engine", "import app.engine.host"),
        ("engine", "import llama_cpp"),
        ("engine/protocol", "import app.engine.outcome"),
        ("engine/local", "import app.engine.host.errors"),
        ("engine/host/answering", "import app.engine.local"),
        ("engine/host/process", "import app.engine.host.llama"),
        ("engine/host/llama", "import app.engine.host.loading"),
        ("engine/host/loading", "import app.engine.host.answering"),
        ("engine/host/answering", "import app.engine.host.measuring"),
        ("engine/host/measuring", "import app.engine.host.making"),
        ("engine/host/making", "import app.engine.host.refusals"),
        ("lab", "import app.engine.host.main"),
        ("lab", "from PySide6 import QtCore"),
        ("lab", "import psutil"),
        ("cli", "import app.ui"),
        ("cli", "import pyqtgraph"),
        ("ui", "import app.cli"),
        ("ui", "import pynvml"),
        ("ui", "import llama_cpp"),
        ("lab/engines", "import app.lab.speed"),
        ("lab/demo", "import app.lab.engines"),
        ("lab/servers", "import app.lab.engines"),
        ("engine/remote", "import app.engine.local"),
        ("lab/servers", "import httpx2"),
        ("engine/remote", "import httpcore2"),
        ("lab/models", "import app.lab.engines"),
        ("lab/speed", "import app.lab.quality"),
        ("lab/quality", "import app.lab.tasks"),
        ("lab/predict", "import app.lab.hub"),
        ("lab/shrink", "import app.lab.compare"),
        ("lab/serve", "import app.lab.compare"),
        ("lab/shrink", "import uvicorn"),
        ("lab/beside", "import app.lab.tasks"),
        ("lab/convert", "import app.lab.speed"),
        ("lab/hub", "import app.lab.ladder"),
        ("lab/ladder", "import app.lab.votes"),
        ("lab/votes", "import app.lab.verdict"),
        ("lab/verdict", "import app.lab.reports"),
        ("lab/reports", "import app.lab.works"),
        ("lab/works", "import app.lab.history"),
        ("ui/kit", "import app.ui.answers"),
        ("ui/plots", "import app.ui.settings"),
        ("ui/settings", "import app.ui.shell"),
        ("ui/picking", "import app.ui.pages.ladder"),
        ("ui/entries", "import app.ui.picking"),
        ("ui/shell", "import app.ui.pages.compare"),
        ("ui/pages/compare", "import app.ui.pages.models"),
        ("ui/pages/models", "import app.ui.pages.ladder"),
        ("ui/pages/ladder", "import app.ui.pages.shrink"),
        ("ui/pages/shrink", "import app.ui.window"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, statement: str) -> None:
    parts = [
        "base",
        "cli",
        "core",
        *(f"engine/{room}" for room in ENGINE),
        "hub",
        "lab",
        "library",
        "monitor",
        "store",
        "ui",
        *(f"lab/{room}" for room in LAB),
        *(f"ui/{room}" for room in UI),
    ]
    for part in [".", *parts]:
        folder = tmp_path / "app" / part
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    window = ("ui/application", "ui/doorkeeper", "ui/window")
    host = (
        f"engine/host/{name}" for name in ("main", "worker", "table", "held", "refusals", "errors")
    )
    engine = ("engine/api", "engine/outcome", *host)
    ground = ("base/files", "base/states")
    for name in ("__main__", "resources", "preflight", *engine, *ground, *window):
        (tmp_path / "app" / f"{name}.py").touch()
    (tmp_path / "app" / "core" / "stateful.py").write_text("import app.base.states\n")
    assert lint(tmp_path).returncode == 0
    (tmp_path / "app" / module / "offender.py").write_text(statement + "\n", encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert "BROKEN" in result.stdout


MOST_MODULES = {"cli": 32, "core/words/texts": 24}
"""Of a room, where it is not 20: the command line has one a command, sentences one a subject."""


def test_no_room_outgrows_its_drawers() -> None:
    for room in [ROOT / "app", *(ROOT / "app").rglob("*")]:
        modules = [each.stem for each in room.glob("*.py") if each.stem != "__init__"]
        name = room.relative_to(ROOT / "app").as_posix()
        assert len(modules) <= MOST_MODULES.get(name, 20), f"{name} wants to be two rooms"
        beginnings = Counter(each.partition("_")[0] for each in modules if "_" in each)
        alike = [word for word, times in beginnings.items() if times > 2]
        assert not alike, f"{name}: {alike} wants to be a room"
