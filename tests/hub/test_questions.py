"""One odd value in what a Hub says costs that value and nothing beside it."""

from __future__ import annotations

import contextlib
import copy
import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.hub.catalogue import SearchQuery
from app.hub.errors import HubBroken, HubError
from app.hub.questions import read_api_json
from app.hub.repositories import FoundRepository, found_repository
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.hub_way import Way, example_repository

if TYPE_CHECKING:
    from app.hub.repositories import Repository

REPO = "org/model-GGUF"
NAMES = ("org/first-GGUF", "org/second-GGUF", "org/third-GGUF")
GONE = "the value is left out"
# What JSON can write and Python's own writer cannot; put into the text at the end.
RAW = {
    "raw:digits": "9" * 5000,
    "raw:minus": "-" + "9" * 5000,
    "raw:infinite": "1e999",
    "raw:nan": "NaN",
    "raw:deep": "[" * 5000 + "]" * 5000,
    "raw:objects": '{"a":' * 3000 + '"}]"' + "}" * 3000,
    "raw:surrogate": r'"\ud800"',
}
ODD: list[object] = [
    GONE, None, True, False, 0, -1, 1.5, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 10**400, "",
    "odd", "12", "8k", "yes", "2026-13-99T99:99:99Z", "0001-01-01T00:00:00+23:59", "9999-12-31",
    [], {}, [None], ["odd", 7], {"odd": []}, {"sha256": 7, "size": "x"}, [{}], [[]], *RAW,
]  # fmt: skip
FACTS = {field.name for field in fields(FoundRepository)}
# What each fact is read from.
SOURCES = {
    "repo_id": ("id", "modelId"),
    "licence": ("cardData", "tags"),
    "made_from": ("cardData", "tags"),
    "parameters": ("gguf",),
    "architecture": ("gguf",),
    "context_tokens": ("gguf",),
    "last_modified": ("lastModified",),
    "task": ("pipeline_tag",),
}

Path = tuple[str | int, ...]


def places(value: object, path: Path = ()) -> list[Path]:
    """The way to every value inside a value."""
    found: list[Path] = [path] if path else []
    if isinstance(value, dict):
        for key, below in value.items():
            found += places(below, (*path, key))
    if isinstance(value, list):
        for number, below in enumerate(value):
            found += places(below, (*path, number))
    return found


def spoilt(answer: object, path: Path, odd: object) -> str:
    """The answer as text, with another value at one place."""
    changed: Any = copy.deepcopy(answer)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    if odd is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = odd
    text = json.dumps(changed)
    for name, raw in RAW.items():
        text = text.replace(f'"{name}"', raw)
    return text


def model(name: str) -> dict[str, Any]:
    told = example_repository().listed()
    return told | {"id": name, "modelId": name, "pipeline_tag": "text-generation"}


ANSWER = [model(name) for name in NAMES]
GOOD = [found_repository(told) for told in ANSWER]
INFO = example_repository().info()


def unharmed(found: FoundRepository, good: FoundRepository, touched: str) -> None:
    """Every fact that is not read from what was touched is as it was."""
    for fact in FACTS:
        if touched not in SOURCES.get(fact, (fact,)):
            assert getattr(found, fact) == getattr(good, fact), fact


explored = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@explored
@given(path=st.sampled_from(places(ANSWER)), odd=st.sampled_from(ODD))
def test_a_search_loses_the_odd_value_alone(
    hub: FakeHub, way: Way, path: Path, odd: object
) -> None:
    hub.api_faults.clear()
    hub.api_faults.add(Fault(FaultKind.BODY, text=spoilt(ANSWER, path, odd)))
    found = {each.repo_id: each for each in way.catalogue.search_all(SearchQuery("x"), 9)}
    where, *inside = path
    for number, good in enumerate(GOOD):
        assert good is not None
        if number != where:
            assert found[good.repo_id] == good
        elif inside:  # neither name alone takes the repository away
            unharmed(found[good.repo_id], good, str(inside[0]))


@explored
@given(path=st.sampled_from(places(INFO)), odd=st.sampled_from(ODD))
def test_a_repository_loses_the_odd_value_alone(
    hub: FakeHub, way: Way, path: Path, odd: object
) -> None:
    hub.api_faults.clear()
    good = way.catalogue.repository(REPO)
    hub.api_faults.add(Fault(FaultKind.BODY, text=spoilt(INFO, path, odd)))
    if path == ("siblings",):
        with contextlib.suppress(HubBroken):  # there is no list, and nothing else is said
            assert way.catalogue.repository(REPO).files == ()
        return
    found = way.catalogue.repository(REPO)
    assert (found.commit, found.revision) == (good.commit, "main")
    unharmed(found.facts, good.facts, str(path[0]))
    touched = INFO["siblings"][path[1]]["rfilename"] if path[0] == "siblings" else None
    assert {part for part in parts(found) if part.name != touched} >= {
        part for part in parts(good) if part.name != touched
    }


def parts(repository: Repository) -> set[Any]:
    return {part for file in repository.files for part in file.parts}


@given(text=st.text(alphabet='[]{}",:\\ab0', max_size=40), deep=st.integers(60, 2000))
def test_only_what_is_too_deep_is_cut_out(text: str, deep: int) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        whole = f'{{"a": {json.dumps(text)}, "b": {opening * deep}1{closing * deep}, "c": 3}}'
        read: Any = read_api_json(whole.encode())
        assert (read["a"], read["c"]) == (text, 3)


@pytest.mark.parametrize("text", ["", "[", "[" * 5000, '{"a": 1', "[" * 5000 + "}", b"\xff\xfe"])
def test_what_is_no_json_is_said_to_be_none(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_api_json(text if isinstance(text, bytes) else text.encode())


def test_bytes_that_are_no_text_cost_their_sign_alone() -> None:
    assert read_api_json(b'{"a": "\xff\xfe", "b": 1}') == {"a": "\ufffd\ufffd", "b": 1}
    assert read_api_json(b'\xef\xbb\xbf{"b": 1}') == {"b": 1}


def test_a_mirror_that_lists_no_sizes_is_asked_file_by_file(hub: FakeHub, way: Way) -> None:
    told = hub.repositories[REPO].info()
    told["siblings"] = [{"rfilename": entry["rfilename"]} for entry in told["siblings"]]
    good = way.catalogue.repository(REPO)
    hub.api_faults.add(Fault(FaultKind.BODY, text=json.dumps(told)))
    before = len(hub.requests)
    found = way.catalogue.repository(REPO)
    assert {(file.name, file.size_bytes) for file in found.files} >= {
        (file.name, file.size_bytes) for file in good.files if ".gguf" in file.name
    }
    # No more is asked than needed: the list, and each file that has to do with a model.
    assert len(hub.requests) - before == 1 + sum(
        ".gguf" in entry["rfilename"] for entry in told["siblings"]
    )


def test_a_commit_that_is_not_said_is_asked_of_a_file(hub: FakeHub, way: Way) -> None:
    hub.add(FakeRepository("org/empty"))
    hub.add(FakeRepository("org/one", [FakeFile("m-Q8_0.gguf", b"x" * 9)]))
    for name in ("org/one", "org/empty"):
        told = hub.repositories[name].info() | {"sha": None}
        hub.api_faults.add(Fault(FaultKind.BODY, text=json.dumps(told)))
        if name == "org/one":
            assert way.catalogue.repository(name).commit == hub.repositories[name].commit
        else:
            with pytest.raises(HubError, match="which version of org/empty"):
                way.catalogue.repository(name)
