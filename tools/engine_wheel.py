"""The engine's wheel: one that is kept from before, or one that is compiled.

Standard library only. The source and what was compiled of it stay in ``build/engine``, and the chat
templates in it, which the tests render; wheels are kept in the program's cache folder, for other
checkouts of this PC.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

from app.engine.installed import PACKAGE, ROOT, BuildPhase, BuiltEngine
from tools.command import Command
from tools.engine_recipe import cmake_options
from tools.left_out import WORK
from tools.machine import SetupError, cxx_compiler
from tools.pip_output import Step, step_of, why_it_failed

Say = Callable[[Step | None], object]

LOG = Path(sys.prefix) / "engine.log"
_KEPT_WHEELS = 4
# Most of what there is: vocabularies for tests, documents, the history.
_NOT_UNPACKED = re.compile(
    r"[^/]+/(?:\.git|docs|examples|tests"
    r"|vendor/llama\.cpp/(?:models|docs|tests|benches|examples))/"
)
_TEMPLATE = re.compile(r"[^/]+/vendor/llama\.cpp/models/templates/([^/]+\.jinja)")


def wheel_for(engine: BuiltEngine, objects: str, say: Say) -> Path:
    """The wheel of an engine, compiled where none is kept.

    Args:
        engine: The engine.
        objects: Names what is compiled for it: engines of the same name share it.
        say: Told of every step.

    Raises:
        SetupError: It does not compile, or its source cannot be fetched.
    """
    folder = _wheels() / engine.key
    kept = next(folder.glob("*.whl"), None)
    if kept is not None:
        os.utime(folder)
        return kept
    made = _compile(engine, objects, say)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{made.name}.{os.getpid()}"
    shutil.copyfile(made, beside)
    kept = beside.replace(folder / made.name)
    shutil.rmtree(made.parent)
    by_age = sorted(_wheels().iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in by_age[_KEPT_WHEELS:]:
        shutil.rmtree(old, ignore_errors=True)
    return kept


def run_pip(words: list[str], say: Say, environ: Mapping[str, str] | None = None) -> None:
    """Let pip do something; all it says goes to the log.

    Raises:
        SetupError: It fails.
    """
    start = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    with Command([*start, *words, "--progress-bar", "off"], LOG, environ) as pip:
        for line in pip.lines():
            say(step_of(line))
        status = pip.wait()
    if status != 0:
        text = LOG.read_text("utf-8", errors="replace")
        program = " ".join(map(_near, (Path(sys.executable), Path(sys.argv[0]))))
        raise SetupError(why_it_failed(text, log=_near(LOG), command=program))


def _compile(engine: BuiltEngine, objects: str, say: Say) -> Path:
    source = unpacked_source(engine.version, say)
    for other in (WORK / "objects").glob("*"):
        if other.name != objects:  # of another compiler or processor
            shutil.rmtree(other, ignore_errors=True)
    shutil.rmtree(source / "llama_cpp" / "lib", ignore_errors=True)  # of the build before
    made = WORK / "made"
    shutil.rmtree(made, ignore_errors=True)
    options = map(shlex.quote, cmake_options(engine.left_out, cxx_compiler()))
    environ = os.environ | {"CMAKE_ARGS": " ".join([engine.cmake_args, *options]).strip()}
    say(Step(BuildPhase.COMPILING))
    words = ["wheel", "--verbose", "--no-deps", "--no-cache-dir", "--wheel-dir", str(made)]
    build_dir = WORK / "objects" / objects
    run_pip([*words, f"--config-settings=build-dir={build_dir}", str(source)], say, environ)
    (wheel,) = made.glob("*.whl")
    return wheel


def real_templates(version: str, say: Say) -> Path:
    """The folder of the chat templates in the source distribution, fetched where it is missing.

    Raises:
        SetupError: They cannot be fetched.
    """
    folder = WORK / "templates" / version
    if not folder.is_dir():
        shutil.rmtree(_fetched(version, say))
    return folder


def unpacked_source(version: str, say: Say) -> Path:
    """The unpacked source distribution, fetched where it is missing.

    Raises:
        SetupError: It cannot be fetched.
    """
    folder = WORK / "source" / version
    if folder.is_dir():
        return folder
    work = _fetched(version, say)
    (archive,) = work.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        wanted = (member for member in packed if not _NOT_UNPACKED.match(member.name))
        packed.extraction_filter = getattr(tarfile, "data_filter", _as_it_is)
        packed.extractall(work / "unpacked", wanted)
    (unpacked,) = (work / "unpacked").iterdir()
    _put(unpacked, folder)
    shutil.rmtree(work)
    return folder


def _fetched(version: str, say: Say) -> Path:
    """A folder with the source distribution, the templates in it being unpacked already."""
    say(Step(BuildPhase.FETCHING, what=PACKAGE))
    work = WORK / "fetched"
    shutil.rmtree(work, ignore_errors=True)
    words = ["download", "--verbose", "--no-deps", "--no-binary", PACKAGE, "--dest", str(work)]
    run_pip([*words, f"{PACKAGE}=={version}"], say)
    (archive,) = work.glob("*.tar.gz")
    templates = work / "templates"
    templates.mkdir()
    with tarfile.open(archive) as packed:
        for member in packed:
            found = _TEMPLATE.fullmatch(member.name)
            text = packed.extractfile(member) if found else None
            if found and text is not None:
                (templates / found[1]).write_bytes(text.read())
    _put(templates, WORK / "templates" / version)
    return work


def _put(unpacked: Path, folder: Path) -> None:
    """Put a folder where it belongs, in place of any older version's."""
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.parent.mkdir(parents=True)
    unpacked.replace(folder)


def _as_it_is(member: tarfile.TarInfo, _folder: str) -> tarfile.TarInfo:
    """For Pythons from before there were filters."""
    return member


def cache_folder() -> Path:
    """The program's cache folder, where what was compiled is kept for other checkouts."""
    if sys.platform == "darwin":
        caches = Path.home() / "Library" / "Caches"
    else:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "shrinkscope"


def _wheels() -> Path:
    return cache_folder() / "engines"


def _near(path: Path) -> str:
    """A path as a person in the project's folder types it."""
    try:
        return str(path.absolute().relative_to(ROOT))
    except ValueError:
        return str(path)
