"""Links in the window: they show, they ask, and never download by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPushButton

from app.core.hub.links import parse_link
from app.core.models.family import LibraryModel, ModelSource
from app.hub.errors import HubMissing
from tests.ui.pages.models.fake_backends import repository

if TYPE_CHECKING:
    from tests.ui.pages.models.conftest import Shown

REPO = "org/model-GGUF"


def follow(shown: Shown, link: str) -> None:
    shown.fakes.catalogue.repositories.setdefault(REPO, repository(REPO))
    shown.page.open_link(parse_link(link))
    shown.settle()


def buttons(shown: Shown) -> dict[str, QPushButton]:
    question = shown.page.panel.question
    found = question.findChildren(QPushButton)
    return {button.text(): button for button in found if button.isVisible()}


def put_here(shown: Shown, *levels: str) -> list[Path]:
    """Levels of the repository that are on this PC already."""
    paths = [Path(f"/cache/model-{level}.gguf") for level in levels]
    shown.fakes.library.models = [
        LibraryModel(
            path, (path,), path.stem, ModelSource.HUGGING_FACE, 1, 1, None, repository=REPO
        )
        for path in paths
    ]
    shown.fakes.library.changed.tell()
    return paths


def test_a_link_to_a_repository_shows_it_and_asks_nothing(shown: Shown) -> None:
    shown.page.show_tab(1)

    follow(shown, f"shrinkscope://open/{REPO}")

    assert shown.page.tabs.currentIndex() == 0
    assert shown.page.panel.opening.found.repo_id == REPO  # type: ignore[union-attr]
    assert not shown.page.panel.question.isVisible()


def test_a_link_to_a_level_asks_with_repository_file_and_size(shown: Shown) -> None:
    follow(shown, f"shrinkscope://open/{REPO}:q4_k_m")

    question = shown.page.panel.question
    assert question.isVisible()
    assert REPO in question.sentence
    assert "model-Q4_K_M.gguf" in question.advice
    assert "4.37\N{NO-BREAK SPACE}GB" in question.advice
    assert shown.fakes.downloads.list == []
    assert [file.level for file in shown.page.panel.files.model.checked()] == ["Q4_K_M"]

    shown.click(buttons(shown)["Download"])

    assert [entry.title for entry in shown.fakes.downloads.list] == ["Q4_K_M"]
    assert not question.isVisible()
    assert shown.fakes.comparisons.groups == {}


def test_a_link_to_compare_asks_for_all_of_it(shown: Shown) -> None:
    follow(shown, f"shrinkscope://compare/{REPO}:Q8_0,Q2_K")

    assert list(buttons(shown)) == ["Download and compare", "Not now"]
    shown.click(buttons(shown)["Download and compare"])

    assert [entry.title for entry in shown.fakes.downloads.list] == ["Q8_0", "Q2_K"]
    assert len(shown.fakes.comparisons.groups) == 1


def test_the_answer_may_be_no(shown: Shown) -> None:
    follow(shown, f"shrinkscope://open/{REPO}:Q4_K_M")
    shown.click(buttons(shown)["Not now"])

    put_here(shown, "Q8_0")
    assert not shown.page.panel.question.isVisible()
    assert shown.fakes.downloads.list == []


def test_what_is_here_is_compared_without_a_download(shown: Shown) -> None:
    paths = put_here(shown, "Q8_0", "Q4_K_M")

    follow(shown, f"shrinkscope://compare/{REPO}:Q8_0,Q4_K_M")

    assert "on this PC" in shown.page.panel.question.sentence
    assert shown.compared == []
    shown.click(buttons(shown)["Compare"])
    assert shown.compared == [paths]
    assert shown.fakes.downloads.list == []


def test_a_file_that_comes_meanwhile_changes_the_question(shown: Shown) -> None:
    follow(shown, f"shrinkscope://open/{REPO}:Q4_K_M")
    paths = put_here(shown, "Q4_K_M")
    shown.until(lambda: "Compare" in buttons(shown))
    shown.click(buttons(shown)["Compare"])
    assert shown.compared == [paths]


@pytest.mark.parametrize("link", ["open/{}:Q3_K_S", "compare/{}:Q8_0,Q3_K_S"])
def test_a_level_that_is_not_there_is_said(shown: Shown, link: str) -> None:
    follow(shown, "shrinkscope://" + link.format(REPO))

    question = shown.page.panel.question
    assert f"what {REPO} does not have" in question.sentence
    assert "no version “Q3_K_S”" in question.advice
    assert buttons(shown) == {}


def test_another_repository_ends_the_question(shown: Shown) -> None:
    other = "org/other-GGUF"
    shown.fakes.catalogue.repositories[other] = repository(other)
    follow(shown, f"shrinkscope://open/{REPO}:Q4_K_M")
    shown.search(other)
    assert shown.page.panel.opening.address.repo_id == other
    assert not shown.page.panel.question.isVisible()


def test_a_link_to_nothing_is_said_as_ever(shown: Shown) -> None:
    shown.fakes.catalogue.repositories[REPO] = HubMissing("There is no such repository.")
    follow(shown, f"shrinkscope://open/{REPO}:Q4_K_M")
    assert not shown.page.panel.question.isVisible()
    assert shown.page.panel.card.isVisible()
