"""Who made what is in the frozen program, and under which licence: nothing is shipped unnamed.

Every file that PyInstaller took is traced to a distribution, a Debian package or this project. What
cannot be traced, or has no licence text, stops the build.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import BUILD, PACKAGING, ROOT, TREE, PackagingError, filled, fresh, run, say, write

TEXTS = PACKAGING / "licences"
FOLDER = TREE / "licences"
FACTS = BUILD / "components.json"

# Runs in the build environment: which file belongs to which distribution, and its licence.
_ASK = """
import importlib.metadata as m, json, sys
out = {}
for d in m.distributions():
    meta = d.metadata
    files = [str(f.locate()) for f in (d.files or [])]
    texts = [f for f in files if ".dist-info" in f and not f.endswith("/WHEEL") and any(
        w in f.rsplit(".dist-info/", 1)[1].lower() for w in ("licen", "copying", "notice"))]
    kinds = [c.rsplit(" :: ", 1)[1] for c in meta.get_all("Classifier", [])
             if c.startswith("License ::")]
    given = (meta.get("License") or "").strip()
    licence = meta.get("License-Expression") or (given if len(given.splitlines()) == 1 else "")
    out[meta["Name"]] = {
        "version": d.version, "files": files, "texts": texts,
        "licence": licence or " / ".join(kinds),
        "author": meta.get("Author") or meta.get("Author-email") or meta.get("Maintainer") or "",
        "home": meta.get("Home-page") or next((u.split(", ", 1)[1] for u in
                meta.get_all("Project-URL", []) if "," in u), ""),
    }
json.dump(out, sys.stdout)
"""

# Distributions whose wheels bring no text, or not all of it.
OWN_TEXTS = {
    "PySide6_Essentials": ("qt.txt", "LGPL-3.txt", "GPL-3.txt", "qt-third-party.txt"),
    "shiboken6": ("qt.txt", "LGPL-3.txt", "GPL-3.txt"),
    "llama_cpp_python": ("llama.cpp.txt",),
    "nvidia-ml-py": ("nvidia-ml-py.txt",),
}
LICENCES = {"PySide6_Essentials": "LGPL-3.0-only", "shiboken6": "LGPL-3.0-only"}
BOOTLOADER = "pyinstaller"


@dataclass
class Component:
    """Something of others in the frozen program.

    Attributes:
        name: As its makers call it.
        version: Which one; empty where only the system's package has one.
        licence: An SPDX expression where its makers give one.
        home: Where it comes from.
        texts: Its licence texts, relative to the licences' folder.
        files: What of the tree is its own, relative to the tree; empty for pure Python.
    """

    name: str
    version: str
    licence: str
    home: str
    texts: list[str] = field(default_factory=list[str])
    files: list[str] = field(default_factory=list[str])


def collect(python: Path) -> list[Component]:
    """Gather the licences of all that is in the tree, below its ``licences`` folder."""
    fresh(FOLDER)
    shutil.copy2(ROOT / "LICENSE", FOLDER / "shrinkscope.txt")
    distributions = json.loads(run([python, "-c", _ASK]))
    owner = {
        str(Path(file).resolve()): name
        for name, facts in distributions.items()
        for file in facts["files"]
    }
    components: dict[str, Component] = {}
    for place, source in _entries():
        name = owner.get(str(Path(source).resolve())) or _owner_of(source)
        if name is None:
            continue
        if name not in components:
            components[name] = _component(name, distributions, source)
        if place:
            components[name].files.append(place)
    components[BOOTLOADER] = _component(BOOTLOADER, distributions, "")
    components[BOOTLOADER].files.append("shrinkscope")
    known = sorted(components.values(), key=lambda component: component.name.lower())
    write(FACTS, json.dumps([vars(component) for component in known], indent=1))
    _write_overview(known)
    say(f"  licences of {len(known)} components")
    return known


def load() -> list[Component]:
    """What was collected when the tree was made."""
    return [Component(**facts) for facts in json.loads(FACTS.read_text(encoding="utf-8"))]


def _entries() -> list[tuple[str, str]]:
    """Each file of the frozen program: its place in the tree (none for pure Python), its source."""
    work = BUILD / "work" / "shrinkscope"
    (collected,) = ast.literal_eval((work / "COLLECT-00.toc").read_text(encoding="utf-8"))
    pure = ast.literal_eval((work / "PYZ-00.toc").read_text(encoding="utf-8"))[1]
    entries = [("", source) for _, source, _ in pure if source != "-"]
    for name, source, kind in collected:
        if kind in ("BINARY", "EXTENSION", "DATA") and name != "base_library.zip":
            entries.append((f"_internal/{name}", source))
    return entries


def _owner_of(source: str) -> str | None:
    """The name of the component that a file outside the build environment belongs to."""
    path = Path(source).resolve()
    if path.is_relative_to(BUILD / "work") or path.is_relative_to(BUILD / "shrinkscope"):
        return None
    if path.is_relative_to(ROOT / "app") or path.is_relative_to(ROOT / "resources"):
        return None
    if path.is_relative_to(PACKAGING):
        return None
    if re.search(
        r"/(?:lib)?python3[.\d]*/|/libpython3", str(path)
    ) and "/site-packages/" not in str(path):
        return "Python"
    if "/site-packages/" in source:
        # Made while building the environment (compiled templates and the like): by its folder.
        folder = source.split("/site-packages/", 1)[1].split("/", 1)[0]
        return {"PyInstaller": BOOTLOADER, "_pyinstaller_hooks_contrib": BOOTLOADER}.get(folder)
    return _debian_package(path)


def _debian_package(path: Path) -> str:
    # Since /usr was merged, dpkg may know a file under either name.
    for name in (path, Path("/", *path.parts[2:]) if path.parts[1] == "usr" else path):
        try:
            return run(["dpkg", "-S", name]).partition(":")[0]
        except PackagingError:
            continue
    raise PackagingError(f"Nobody is known to own {path}, which is in the frozen program.")


def _component(name: str, distributions: dict[str, dict[str, Any]], source: str) -> Component:
    if name in distributions:
        return _python_component(name, distributions[name])
    if name == "Python":
        return _system_component(name, _python_package(source))
    return _system_component(name, name)


def _python_component(name: str, facts: dict[str, Any]) -> Component:
    licence = LICENCES.get(name) or facts["licence"]
    made = Component(name, facts["version"], licence or "see its text", facts["home"])
    for text in OWN_TEXTS.get(name, ()):
        target = FOLDER / text
        if text == "qt.txt":
            write(target, filled(TEXTS / text, {"QT_VERSION": facts["version"]}))
        else:
            shutil.copy2(TEXTS / text, target)
        made.texts.append(text)
    for text in facts["texts"]:
        inside = str(text).rsplit(".dist-info/", 1)[1].removeprefix("licenses/")
        target = FOLDER / name / inside.replace("/", "-")
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(text, target)
        made.texts.append(f"{name}/{target.name}")
    if not made.texts:
        raise PackagingError(f"{name} is in the frozen program and brings no licence text.")
    return made


def _python_package(source: str) -> str:
    match = re.search(r"python(3\.\d+)", source)
    return f"libpython{match[1]}-minimal" if match else "libpython3-stdlib"


def _system_component(name: str, package: str) -> Component:
    text = Path("/usr/share/doc") / package / "copyright"
    if not text.is_file():
        raise PackagingError(f"The licence of {name} is not at {text}.")
    told = run(["dpkg-query", "-W", "-f", "${Version}\\n${source:Package}\\n", package])
    found, origin = told.splitlines()[:2]
    target = FOLDER / f"{name}.txt"
    shutil.copyfile(text, target)
    return Component(
        name,
        found,
        "see its text",
        f"https://tracker.debian.org/pkg/{origin}",
        [target.name],
    )


def _write_overview(components: list[Component]) -> None:
    lines = [
        "Shrinkscope is free software under the MIT licence (shrinkscope.txt). It comes with the",
        "following, each under the licence of its makers. Their texts lie beside this file; what",
        "Qt's licence gives you is said in qt.txt.",
        "",
    ]
    for component in components:
        lines.append(f"{component.name} {component.version}: {component.licence}")
        lines.append(f"    {component.home}")
        lines += [f"    {text}" for text in component.texts]
    write(FOLDER / "README.txt", "\n".join(lines) + "\n")
