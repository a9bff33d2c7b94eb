"""What holds for every test: no screen, no network, none of the person's folders, no leaks."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Before anything imports Qt or reads a folder: both are settled once, at import.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import platformdirs
from hypothesis import HealthCheck, settings

from app.lab.predict import bandwidth
from app.lab.shrink.quantize import quantize
from app.preflight import offscreen_obstacle
from app.resources import resource_path
from app.store.damage import mended
from app.ui.kit.theme import Theme
from tests import guards
from tools.build_llama_server import kept_server

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

if (_obstacle := offscreen_obstacle()) is not None:
    pytest.exit(_obstacle, returncode=1)

settings.register_profile(
    "shrinkscope",
    deadline=None,  # nothing here asserts on absolute times
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
    # The same examples each time, so that a change is told by what it broke. To look for new ones:
    # EXPLORE=1 make test
    derandomize=not os.environ.get("EXPLORE"),
)
settings.load_profile("shrinkscope")

_PATIENCE_MS = 60_000
_WAITS = ("waitSignal", "waitSignals", "waitUntil", "waitCallback", "waitExposed", "waitActive")

_FOLDERS = {"XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state"}

# What the person's environment says of the Hub and its certificates is no matter of the tests.
_SETTLED_HERE = (
    "HF_", "HUGGING", "SHRINKSCOPE_HOME", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Point every folder of the person's into one temporary folder, for child processes too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Started in the background by a shell: child processes would inherit a deaf ear for Ctrl+C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # What the benchmarks made once stays where it is: it took minutes.
    real_cache = platformdirs.user_cache_path("shrinkscope", appauthor=False)
    os.environ.setdefault("SHRINKSCOPE_BENCH_CACHE", str(real_cache / "bench"))

    os.environ.setdefault("SHRINKSCOPE_LLAMA_SERVER", str(kept_server()))

    holder = tempfile.TemporaryDirectory(prefix="shrinkscope-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(holder.cleanup)
    home = Path(holder.name)
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["HOME"] = str(home)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    # Shared by the whole run: what lies here can be made again, and takes a while to be made.
    os.environ["XDG_CACHE_HOME"] = str(home / "cache")
    for variable, name in _FOLDERS.items():
        os.environ[variable] = str(home / name)
    for variable in [name for name in os.environ if name.startswith(_SETTLED_HERE)]:
        del os.environ[variable]
    # Engine threads that spin for one another stand still on a busy machine: let them sleep.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # Child processes cannot be patched from here; this keeps well-behaved libraries in them local.
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ[variable] = os.environ[variable.lower()] = "http://127.0.0.1:9"
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1,::1"


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Put back what a test changed of the process and did not undo: no other test meets it."""
    watch = guards.StateWatch()
    yield
    watch.changes()


@pytest.fixture(autouse=True)
def own_folders(
    as_it_was: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give each test its own settings, chats and state; the cache is the whole run's."""
    home = tmp_path_factory.mktemp("home", numbered=True)
    for variable, name in _FOLDERS.items():
        monkeypatch.setenv(variable, str(home / name))
    if not sys.platform.startswith("linux"):
        monkeypatch.setenv("SHRINKSCOPE_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def nothing_said_before() -> None:
    """Forget what databases that earlier tests damaged left to be said: the process keeps it."""
    mended.listen(lambda _: None)()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that reaches beyond this PC, even where the code under test hid the error."""
    guard = guards.NetworkGuard()
    guard.install(monkeypatch)
    yield
    if guard.attempts:
        pytest.fail(f"reached for the network: {', '.join(guard.attempts)}")


@pytest.fixture(autouse=True)
def nothing_left_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a thread, a timer or a child process running, and name it."""
    watch = guards.LeakWatch()
    watch.install(monkeypatch)
    yield
    if leaks := watch.leaks():
        pytest.fail("left behind:\n" + "\n".join(f"- {leak}" for leak in leaks))


@pytest.fixture(scope="session", autouse=True)
def little_is_read() -> Iterator[None]:
    """Measure this PC's memory over a few megabytes: no test asks how fast it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bandwidth, "measured_bytes", lambda: 4 << 20)
        yield


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """As it is, but as patient as a busy PC needs where a test says nothing: its own way is 5 s."""
    for name in _WAITS:
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=_PATIENCE_MS))
    return qtbot


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The theme of the application; what it changed there is taken back."""
    palette, sheet, font = qapp.palette(), qapp.styleSheet(), qapp.font()
    made = Theme(qapp)
    yield made
    made.deleteLater()
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setFont(font)


@pytest.fixture(scope="session")
def demo_model() -> Path:
    """The demo model's F16 file."""
    path = resource_path("demo", "shrinkscope-demo-F16.gguf")
    assert path.is_file(), f"the demo model is missing: {path}"
    return path


@pytest.fixture(scope="session")
def q3(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo model with Q3_K in it."""
    folder = tmp_path_factory.mktemp("q3")
    target = folder / "demo-Q3_K_S.gguf"
    quantize(
        demo_model, target, "Q3_K_S", threads=1, folder=folder, on_progress=lambda _done, _of: None
    )
    return target
