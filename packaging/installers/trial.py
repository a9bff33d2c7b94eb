"""Try the built packages: ``python packaging/installers/trial.py [PART…]``; all without a word.

``make test-package`` calls this after ``make package``. Each part says what it saw; the first that
fails ends it with status 1. The parts debian and rpm need root.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import debian_root
import old_processor
import person
import rpm
import smoke
import tarball
from common import BUILD, NAME, ROOT, TREE, PackagingError, Step, fresh, need, run, say

QUESTION = ("--prompt", "What is 47 + 38?", "--max-tokens", "24")
LEVELS = 5
STARTS = 5
MOST_START_SECONDS = 2.0


def portable() -> None:
    """The archive runs from a folder of any name, and writes nothing into it."""
    with tempfile.TemporaryDirectory(prefix="Größe & Maß ") as name:
        folder = Path(name)
        run(["tar", "-xzf", tarball.path(), "-C", folder])
        (program,) = folder.glob(f"*/{NAME}")
        before = sorted(path for path in program.parent.rglob("*"))
        _compare([str(program)], os.environ | _home(folder / "home"))
        with person.Display() as display:
            environ = _plain_environment() | _home(folder / "home") | {"DISPLAY": display.name}
            process = subprocess.Popen([str(program)], env=environ)
            seen = _used(process, folder / "home", display)
        if sorted(path for path in program.parent.rglob("*")) != before:
            raise PackagingError("The program wrote into its own folder.")
    say(f"  compared in {seen} panes, lost an engine, went on, quit")


def start() -> None:
    """From the command to the first painted picture, warm."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as name, person.Display() as display:
        home = Path(name)
        environ = _plain_environment() | _home(home) | {"DISPLAY": display.name}
        demo = home / "cache" / "demo"
        for number in range(STARTS + 1):
            (home / "state" / "shrinkscope.log").unlink(missing_ok=True)
            process = subprocess.Popen([str(TREE / NAME)], env=environ)
            seconds.append(smoke.until_painted(home, process))
            if number == 0:
                smoke.wait_for(lambda: len(list(demo.glob("*/*.gguf"))) >= LEVELS - 1, process)
            smoke.stop(process)
    middle = sorted(seconds[1:])[STARTS // 2]
    say(f"  {middle:.2f} s, median of {STARTS} warm starts; the first took {seconds[0]:.2f} s")
    if middle > MOST_START_SECONDS:
        say(f"  that is more than {MOST_START_SECONDS} s; is the PC at rest?")


def processor() -> None:
    """The packaged engine generates on a processor of 2008 (Nehalem, x86-64-v2)."""
    need("qemu-x86_64")
    with tempfile.TemporaryDirectory() as home:
        said = old_processor.generate("Nehalem", home)
    say(f"  Nehalem: {said.backend} says “{said.text}”")


def software_gpu() -> None:
    """The packaged engine generates through Vulkan, on Mesa's software device."""
    if not (TREE / "_internal" / "bin" / "libggml-vulkan.so").is_file():
        say("  left out: the package was built without Vulkan")
        return
    if not list(Path("/usr/share/vulkan/icd.d").glob("lvp_icd*")):
        say("  left out: mesa-vulkan-drivers is not installed")
        return
    with tempfile.TemporaryDirectory() as name:
        environ = os.environ | _home(Path(name)) | {"GGML_VK_VISIBLE_DEVICES": "0"}
        rows = _compare([str(TREE / NAME)], environ)
    devices = {device["name"] for row in rows for device in row["devices"]}
    if not any(device.startswith("Vulkan") for device in devices):
        raise PackagingError(f"Nothing ran through Vulkan, only on {', '.join(sorted(devices))}.")
    say(f"  all levels ran on {', '.join(sorted(devices))}")


def debian() -> None:
    """The .deb in a fresh Debian without Python and without a compiler."""
    debian_root.make()
    try:
        debian_root.install_package()
        _try_installed(f"/usr/bin/{NAME}", f"/usr/lib/{NAME}")
        debian_root.in_root("dpkg", "--purge", NAME)
        if (debian_root.ROOT / "usr" / "lib" / NAME).exists():
            raise PackagingError("Purging left something behind.")
    finally:
        debian_root.remove()


def red_hat() -> None:
    """The .rpm, unpacked by rpm into the same fresh system: its files run there alike."""
    debian_root.make()
    try:
        words = ["rpm", "--root", debian_root.ROOT, "--dbpath", "/var/lib/rpm", "--nodeps"]
        run([*words, "--ignorearch", "--ignoreos", "-i", rpm.path()])
        _try_installed(f"/usr/bin/{NAME}", f"/usr/lib/{NAME}")
    finally:
        debian_root.remove()


def suite() -> None:
    """The project's end-to-end tests, against the frozen program."""
    words = [sys.executable, "-m", "pytest", "tests/e2e", "-q"]
    environ = {"SHRINKSCOPE_PROGRAM": str(TREE / NAME), "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(words, cwd=ROOT, env=os.environ | environ, check=False)
    if ended.returncode != 0:
        raise PackagingError("End-to-end tests fail with the frozen program.")


PARTS: dict[str, tuple[str, Callable[[], None]]] = {
    "portable": ("The portable archive", portable),
    "start": ("Start to the first picture", start),
    "processor": ("An old processor", processor),
    "vulkan": ("Vulkan without a GPU", software_gpu),
    "suite": ("The end-to-end tests", suite),
    "debian": ("The .deb in a fresh Debian", debian),
    "rpm": ("The .rpm in the same", red_hat),
}


def _try_installed(program: str, folder: str) -> None:
    """In the fresh system: links, command line, window without a screen, window under a person."""
    _must_link(folder)
    home = debian_root.ROOT / "root" / "shrinkscope-home"
    inside = _home(Path("/root/shrinkscope-home"))
    words = (program, "compare", "--demo", *QUESTION, "--json")
    _must_be_answered(json.loads(debian_root.in_root(*words, env=inside)))
    say("  command line: all levels answer")
    process = debian_root.start(program, env=inside | {"QT_QPA_PLATFORM": "offscreen"})
    smoke.until_painted(home, process)
    smoke.stop(process)
    say("  offscreen: painted, quit when asked to")
    with person.Display() as display:
        process = debian_root.start(program, env=inside | {"DISPLAY": display.name})
        seen = _used(process, home, display)
    if left := debian_root.running():
        raise PackagingError(f"Something still runs: {'; '.join(left)}")
    say(f"  display: compared in {seen} panes, lost an engine, went on, quit; no process is left")


def _must_link(folder: str) -> None:
    """Stop if the system's own linker misses something that is not optional."""
    script = (
        f"find {folder} -type f \\( -name '*.so*' -o -name {NAME} \\) ! -name 'libggml-vulkan*' "
        '| while read f; do ldd "$f" 2>/dev/null | grep \'not found\' | sed "s|$|  $f|"; done'
    )
    libraries = f"{folder}/_internal"
    said = debian_root.in_root("bash", "-c", script, env={"LD_LIBRARY_PATH": libraries})
    missing = [line for line in said.splitlines() if not _is_expected(line)]
    if missing:
        raise PackagingError("Libraries are missing:\n" + "\n".join(missing))
    say("  ldd: nothing is missing")


def _is_expected(line: str) -> bool:
    # Loaded into an engine that holds libggml-base already; Wayland's libraries are recommended.
    return "libggml-base.so.0" in line or line.strip().startswith("libwayland-")


def _used(process: subprocess.Popen[bytes], home: Path, display: person.Display) -> object:
    try:
        return person.use(process, home, display)["panes"]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _compare(program: list[str], environ: dict[str, str]) -> list[dict[str, Any]]:
    told = subprocess.run(
        [*program, "compare", "--demo", *QUESTION, "--json"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        raise PackagingError(f"The demo model could not be compared:\n{told.stderr}{told.stdout}")
    return _must_be_answered(json.loads(told.stdout))


def _must_be_answered(document: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    rows = document["candidates"]
    failed = [row for row in rows if row["error"] or not row["text"]]
    if len(rows) != LEVELS or failed:
        raise PackagingError(f"Not every level of the demo model answers: {failed}")
    return rows


def _home(folder: Path) -> dict[str, str]:
    return {"SHRINKSCOPE_HOME": str(folder)}


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}


def main(argv: list[str]) -> int:
    """Try the parts that the words name and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    wanted = parser.parse_args(argv).parts
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    fresh(BUILD / "trial")
    if not (TREE / NAME).is_file():
        print("There is nothing to try yet: make package", file=sys.stderr)
        return 1
    try:
        for name, (words, work) in PARTS.items():
            if not wanted or name in wanted:
                with Step(words):
                    work()
    except PackagingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
