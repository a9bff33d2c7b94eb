"""The states of the Models page, on the project's own fake Hub and a PC with models on it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListView

from app.core.hub_names import HubAddress
from app.ui.pages.models.repository.repository import OpenState
from app.ui.pages.models.search.search import SearchState
from tests.e2e.person import text_of
from tests.helpers import gguf_files
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.hub_way import close_library
from tests.screenshots.stock import LARGE, SMALL, Make, cached, hub_file, repository

if TYPE_CHECKING:
    from app.ui.pages.models.page import ModelsPage
    from tests.e2e.person import Person
    from tests.screenshots.studio import Studio

HERON = Make("Heron 24B Instruct", LARGE, quantized_by="meadow")
WREN = Make("Wren 3B Instruct", SMALL, quantized_by="meadow")
REPO = "meadow/Heron-24B-Instruct-GGUF"
SMALL_REPO = "meadow/Wren-3B-Instruct-GGUF"
LEVELS = ("BF16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M", "IQ3_XXS", "Q2_K")
GATED = "careful-labs/Heron-24B-Instruct-Medical-GGUF"
LONG = "a-rather-long-organisation/Heron-24B-Instruct-v2.5-preview-2407-abliterated-merged-i1-GGUF"
SLOW = 6_000_000.0


def hub_tab(studio: Studio) -> None:
    """Results, a repository with its verdicts, downloads in every state."""
    with _at(studio) as (person, page, hub):
        hub.bytes_per_second = SLOW
        _search(person, page, "heron")
        _open(person, page, SMALL_REPO)
        for level in ("Q8_0", "Q4_K_M"):
            page.panel.files.model.check(f"Wren-3B-Instruct-{level}.gguf")
        person.click("Download")
        _open(person, page, REPO)
        for level in ("Q5_K_M", "Q4_K_M"):
            page.panel.files.model.check(f"Heron-24B-Instruct-{level}.gguf")
        page.panel.files.table.setFocus()
        rows = page.downloads.rows()
        person.until(lambda: all(row.entry.bytes_per_second for row in rows))
        studio.take("models-hub")
        _end_downloads(person, page)


def first_look(studio: Studio) -> None:
    """Before anything was asked; with an account."""
    with _at(studio, badge=True) as (person, page, _hub):
        studio.take("models-idle")
        person.click("Account")
        person.until(lambda: "not signed in" in text_of(page.account.sentence))

        def again() -> None:
            page.account_action.trigger()
            QTest.qWait(100)

        studio.take("models-account", again)
        QTest.keyClicks(page.account.entry.token, "hf_accepted")
        page.account.entry.button.click()
        person.until(lambda: "owner" in text_of(page.account.owner))
        studio.take("models-account-in", lambda: _ask_owner(person, page))
        page.account.window().close()


def troubles(studio: Studio) -> None:
    """Nothing found, a licence, a wrong token, an unreachable Hub."""
    with _at(studio) as (person, page, hub):
        _search(person, page, "nothing like it")
        studio.take("models-nothing")
        page.search_pane.filters.gated.setCurrentIndex(2)
        person.until(lambda: page.search.state is SearchState.NOTHING)
        studio.take("models-nothing-filtered")
        page.search_pane.filters.widen()
        _search(person, page, "heron")
        page.open_address(HubAddress(GATED))
        person.until(page.panel.card.isVisible)
        studio.take("models-gated")
        QTest.keyClicks(page.panel.card.token, "hf_of-nobody")
        page.panel.card.sign_in_button.click()
        person.until(lambda: person.shows("does not accept the token", page.panel))
        studio.take("models-token-refused")
        page.account_action.trigger()
        person.until(lambda: page.account.forget_button.isVisible())
        page.account.forget_button.click()
        page.account.question.do_button.click()
        person.until(lambda: "forgotten" in text_of(page.account.owner))
        page.account.window().close()
        page.open_address(HubAddress("meadow/Heron-24B-Instruct"))
        person.until(lambda: page.panel.opening.state is OpenState.ORIGINAL_SHOWN)
        studio.take("models-original")
        _open(person, page, LONG)
        studio.take("models-long-names")
        hub.close()
        _open_slowly(person, page)
        _search(person, page, "wren")
        person.until(lambda: page.search.state is SearchState.FAILED)
        studio.take("models-offline")


def downloads(studio: Studio) -> None:
    """Downloads that wait, run, rest, failed and are done; many of them."""
    with _at(studio) as (person, page, hub):
        person.window.main.show_page("models")
        page.downloads_action.setChecked(True)
        studio.take("models-no-downloads")
        _open(person, page, "meadow/Tit-Mini-GGUF")
        for file in page.panel.files.model.files():
            page.panel.files.model.check(file.name)
        person.click("Download")
        person.until(lambda: page.downloads.model.finished > 0)
        hub.bytes_per_second = SLOW
        _open(person, page, REPO)
        for level in LEVELS[4:]:
            page.panel.files.model.check(f"Heron-24B-Instruct-{level}.gguf")
        person.click("Download")
        # Finished ones stand last.
        person.until(lambda: page.downloads.rows()[1].entry.bytes_per_second is not None)
        page.downloads.rows()[0].pause.click()
        person.until(lambda: page.downloads.rows()[0].resume.isVisible())
        page.room.restore([0, 360])
        studio.take("models-downloads")
        _end_downloads(person, page)


def library_tab(studio: Studio) -> None:
    """Families of several programs, a broken file, the facts of one."""
    with _library(studio):
        studio.take("models-library")


def library_states(studio: Studio) -> None:
    """A broken file is chosen; a filter that nothing passes."""
    with _library(studio) as page:
        broken = next(model for model in page.library.tree.shown() if model.broken)
        page.library.show_model(broken.path)
        studio.take("models-library-broken")
        page.library.search.setText("no such model")
        studio.take("models-library-filtered")


@contextlib.contextmanager
def _library(studio: Studio) -> Iterator[ModelsPage]:
    """The library of a PC with models on it, one of them chosen."""
    with _at(studio, before=_fill_pc) as (person, page, _hub):
        page.show_tab(1)
        library = person.models.library
        person.until(lambda: len(library.models) >= 9 and not library.scanning)
        for model in page.library.tree.shown():
            if model.name == "Heron-24B-Instruct-Q4_K_M":
                page.library.show_model(model.path)
        yield page


def library_empty(studio: Studio) -> None:
    """Nothing is here yet."""
    with _at(studio) as (person, page, _hub):
        page.show_tab(1)
        person.until(lambda: not person.models.library.scanning)
        studio.take("models-library-empty")


# --- the PC and the Hub -------------------------------------------------------------------


@contextlib.contextmanager
def _at(
    studio: Studio,
    *,
    badge: bool = False,
    before: Callable[[Path], object] = lambda _home: None,
) -> Iterator[tuple[Person, ModelsPage, FakeHub]]:
    """The window on its Models page, on a Hub and in a home of their own."""
    home = studio.home / f"pc-{os.urandom(4).hex()}"
    home.mkdir()
    before(home)
    with FakeHub(*_repositories(studio.home / "stock")) as hub:
        hub.tokens["hf_accepted"] = True
        environment = {
            "HF_ENDPOINT": hub.endpoint,
            "HOME": str(home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        # Pictures show the Hub as the usual one, but for the one that shows the badge.
        usual = "https://huggingface.co" if badge else hub.endpoint
        with (
            mock.patch.dict(os.environ, environment),
            mock.patch("app.hub.settings.DEFAULT_ENDPOINT", usual),
            studio.window(gguf_files.write_tiny_llama(home / "first.gguf")) as person,
        ):
            person.window.main.show_page("models")
            yield person, person.models.page, hub
        close_library()


def _repositories(stock: Path) -> list[FakeRepository]:
    heron = [_stocked(stock, HERON, "Heron-24B-Instruct", level) for level in LEVELS]
    projector = stock / "mmproj-F16.gguf"
    with projector.open("wb") as file:
        file.truncate(878_000_000)
    heron.append(hub_file(projector))
    wren = [_stocked(stock, WREN, "Wren-3B-Instruct", level) for level in ("Q8_0", "Q4_K_M")]
    tiny = [
        FakeFile(f"Tit-Mini-{level}.gguf", gguf_files.write_tiny_llama(stock / level, seed=seed))
        for seed, level in enumerate(("F16", "Q8_0"))
    ]
    long_name = f"{LONG.partition('/')[2].removesuffix('-GGUF')}.{{}}.gguf"
    long_files = [hub_file(file.content, long_name.format(level))
                  for file, level in zip(heron[3:7], LEVELS[3:7], strict=True)
                  if isinstance(file.content, Path)]  # fmt: skip
    careful = [hub_file(file.content, file.name.replace("Instruct", "Instruct-Medical"))
               for file in heron[3:5] if isinstance(file.content, Path)]  # fmt: skip
    original = repository(
        "meadow/Heron-24B-Instruct", [FakeFile("model.safetensors", b"x" * 100)],
        tags=["safetensors"], downloads=812_000, likes=2_104,
    )  # fmt: skip
    big = {"parameters": 23_800_000_000, "context": 131_072}
    base = ["gguf", "base_model:meadow/Heron-24B-Instruct",
            "base_model:quantized:meadow/Heron-24B-Instruct"]  # fmt: skip
    return [
        original,
        repository(REPO, heron, downloads=1_243_000, likes=3_821, trending=90, tags=base, **big),
        repository(GATED, careful, gated=True, downloads=48_200, likes=311, trending=60,
                   licence="other", **big),
        repository(LONG, long_files, downloads=9_120, likes=77, trending=50, tags=base, **big),
        repository("tern-collective/Heron-24B-i1-GGUF", heron[5:], downloads=88_400, likes=412,
                   trending=40, tags=base, **big),
        repository("kite/Heron-4x7B-MoE-GGUF", heron[4:5], downloads=31_700, likes=158, trending=30,
                   parameters=24_200_000_000, context=65_536, architecture="mixtral"),
        repository("finch-models/heron-24b-coder-gguf", heron[3:5], downloads=12_900, likes=95,
                   trending=20, licence="mit", **big),
        repository("sparrow/Heron-Mini-1.5B-GGUF", wren, downloads=5_400, likes=21, trending=10,
                   parameters=1_540_000_000),
        repository(SMALL_REPO, wren, downloads=402_000, likes=1_020, trending=70),
        repository("meadow/Tit-Mini-GGUF", tiny, downloads=90, likes=2, parameters=2_000_000,
                   context=512, licence="mit"),
    ]  # fmt: skip


def _stocked(stock: Path, make: Make, stem: str, level: str) -> FakeFile:
    path = stock / f"{stem}-{level}.gguf"
    return hub_file(path if path.exists() else make.write(path, level))


def _fill_pc(home: Path) -> None:
    hub = home / ".cache" / "huggingface" / "hub"
    for level in ("Q8_0", "Q4_K_M", "IQ3_XXS"):
        name = f"Heron-24B-Instruct-{level}.gguf"
        cached(hub, REPO, name, HERON, level, imatrix=level == "IQ3_XXS")
    cached(hub, SMALL_REPO, "Wren-3B-Instruct-Q4_K_M.gguf", WREN, "Q4_K_M")
    studio = home / ".lmstudio" / "models" / "meadow" / "Wren-3B-Instruct-GGUF"
    WREN.write(studio / "Wren-3B-Instruct-Q8_0.gguf", "Q8_0")
    WREN.write(studio / "Wren-3B-Instruct-Q2_K.gguf", "Q2_K")
    gguf_files.write_truncated_llama(studio / "Wren-3B-Instruct-Q6_K.gguf")
    cpp = home / ".cache" / "llama.cpp"
    owl = Make("Owl 24B Base", LARGE, licence="mit")
    owl.write(cpp / "tern_Owl-24B-Base-GGUF_Owl-24B-Base-Q5_K_M.gguf", "Q5_K_M")
    odd = Make(LONG.partition("/")[2].replace("-", " "), SMALL)
    odd.write(cpp / f"{LONG.partition('/')[2]}-Q4_K_M.gguf", "Q4_K_M")


# --- what the person does ---------------------------------------------------------------------


def _search(person: Person, page: ModelsPage, words: str) -> None:
    field = person.find(QLineEdit, "Search the Hub")
    field.clear()
    QTest.keyClicks(field, words)
    QTest.keyClick(field, Qt.Key.Key_Return)
    ended = (SearchState.FOUND, SearchState.NOTHING, SearchState.FAILED)
    person.until(lambda: page.search.state in ended)


def _open(person: Person, page: ModelsPage, repo_id: str) -> None:
    page.open_address(HubAddress(repo_id))
    person.until(lambda: page.panel.opening.state is OpenState.SHOWN)
    person.until(lambda: page.panel.files.predictions.share == 1)
    person.until(lambda: not page.panel.files.predictions.measuring)
    view = person.find(QListView, "Repositories") if page.search.model.rowCount() else None
    if view is not None:
        view.scrollTo(view.currentIndex())


def _open_slowly(person: Person, page: ModelsPage) -> None:
    """Open what will not come."""
    page.open_address(HubAddress(SMALL_REPO))
    person.until(lambda: page.panel.opening.state is OpenState.FAILED)


def _ask_owner(person: Person, page: ModelsPage) -> None:
    page.account_action.trigger()
    person.until(page.account.who_button.isVisible)
    page.account.who_button.click()
    person.until(lambda: "owner" in text_of(page.account.owner))


def _end_downloads(person: Person, page: ModelsPage) -> None:
    for row in page.downloads.rows():
        if row.cancel.isVisible():
            row.cancel.click()
            if page.downloads.question.isVisible():
                page.downloads.question.do_button.click()
    person.until(lambda: page.downloads.model.unfinished == 0)


README: dict[str, Callable[[Studio], None]] = {
    "models_hub": hub_tab,
    "models_library": library_tab,
}
ALL: dict[str, Callable[[Studio], None]] = {
    **README,
    "models_first": first_look,
    "models_troubles": troubles,
    "models_downloads": downloads,
    "models_library_states": library_states,
    "models_empty": library_empty,
}
