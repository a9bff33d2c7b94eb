"""``tests/`` mirrors ``app/``: the test of each module is found by its name.

``tests/a/b/test_NAME.py`` tests the module ``app/a/b/NAME.py``, or the room ``NAME`` that stands
there or is ``app/a/b`` itself. What else it tests stands in its head by its whole name, as it is
imported, so that a search for that name finds it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
APP = TESTS.parent / "app"

APART = {"benchmarks", "e2e", "fuzz", "helpers", "packaging", "screenshots", "tools"}
"""Folders that mirror nothing below ``app``."""

JOURNEYS = {
    "cli/test_rights.py",
    "core/quality/test_coverage.py",
    "engine/host/answering/test_real_templates.py",
    "hub/test_schedules.py",
    "lab/models/test_odd_files.py",
    "lab/works/ladders/test_killed_engines.py",
    "ui/kit/words/test_old_words.py",
    "ui/pages/ladder/test_foreign_names.py",
    "ui/pages/ladder/test_pseudo_language.py",
    "ui/pages/ladder/votes/test_pseudo_language.py",
}
"""Tests that go through several modules, and have a name of their own."""

OF_THE_WHOLE = {"test_guards.py", "test_layers.py", "test_mirror.py", "test_qt_binding.py"}
"""Tests of the tests, of the layers, of what is installed."""

FEW_STATEMENTS = 60
"""A module of no more statements may be tested by whoever uses it."""


ALL = sorted(path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))
MIRRORED = [path for path in ALL if path.parts[0] not in APART]


def subjects(test: Path) -> set[Path]:
    """The module and the rooms that a test's name means."""
    folder, name = APP / test.parent, test.stem.removeprefix("test_")
    places = {folder / f"{name}.py", folder / f"__{name}__.py", folder / name}
    if folder.name == name:
        places.add(folder)
    return {place for place in places if place.exists()}


def head(test: Path) -> set[Path]:
    """What stands in the head of a test by its whole name."""
    words = ast.get_docstring(ast.parse((TESTS / test).read_text("utf-8"))) or ""
    return {APP.parent / name.replace(".", "/") for name in re.findall(r"\bapp(?:\.\w+)+", words)}


def statements(module: Path) -> int:
    """Count a module's statements."""
    parts = ast.walk(ast.parse(module.read_text("utf-8")))
    return sum(isinstance(part, ast.stmt) for part in parts)


def test_tests_are_named_after_what_they_test() -> None:
    for test in MIRRORED:
        name = test.as_posix()
        assert (APP / test.parent).is_dir(), f"app has no folder for {name}"
        if name in JOURNEYS:
            assert head(test), f"{name} goes through modules that its head does not name"
        elif name not in OF_THE_WHOLE:
            assert subjects(test), f"neither a module nor a room has the name of {name}"


def test_what_heads_name_is_there() -> None:
    for test in ALL:
        for named in head(test):
            assert named.is_dir() or named.with_suffix(".py").is_file(), f"{named} in {test}"


def test_a_module_is_found_by_its_name() -> None:
    found = {place for test in MIRRORED for place in subjects(test)}
    found |= {named.with_suffix(".py") for test in ALL for named in head(test)}
    lost = [
        str(module.relative_to(APP))
        for module in sorted(APP.rglob("*.py"))
        if found.isdisjoint({module, module.parent}) and statements(module) > FEW_STATEMENTS
    ]
    assert not lost, "no test has their names or names them in its head"
