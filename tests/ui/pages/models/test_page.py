"""The whole page over scripted backends: find, look, download, compare, and what may go wrong.

Tests app.ui.pages.models.repository.head, app.ui.pages.models.repository.repository_panel and
app.ui.pages.models.repository.repository.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from app.core.errors import PersonError
from app.core.hub_names import HubAddress
from app.core.models.family import ModelSource
from app.hub.errors import (
    HubBarred,
    HubGated,
    HubMissing,
    HubOffline,
    HubPage,
    HubUnauthorized,
    Remedy,
)
from app.ui.pages.models.page import ModelsPage
from app.ui.pages.models.repository.files.model import FileRole
from app.ui.pages.models.repository.files.words import FileColumn
from app.ui.pages.models.repository.repository import OpenState
from app.ui.pages.models.search.search import SearchState
from app.ui.pages.models.top_bar import ModelsTopBar
from tests.helpers.model_folders import library_model
from tests.ui.pages.models.fake_backends import Fakes, found, repository

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.ui.kit.jobs import Jobs
    from app.ui.kit.widgets import Banner
    from tests.ui.pages.models.conftest import Shown

REPO = "org/model-GGUF"
PAGE = f"https://huggingface.co/{REPO}"
GATED = HubGated(REPO, PAGE)


@pytest.fixture
def fakes() -> Fakes:
    made = Fakes()
    made.catalogue.pages = [[found(REPO), found("org/other")]]
    made.catalogue.repositories = {REPO: repository(REPO)}
    return made


def state(shown: Shown) -> OpenState:
    return shown.page.panel.opening.state


def test_nothing_is_asked_before_the_person_searches(shown: Shown) -> None:
    assert shown.fakes.catalogue.queries == []
    pane = shown.page.search_pane
    assert pane.stack.currentWidget() is pane.idle


def test_from_words_to_panes(shown: Shown) -> None:
    page = shown.page
    shown.search("model")
    view = page.search_pane.view
    spot = view.visualRect(page.search.model.index(0)).center()
    shown.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    shown.settle()
    assert state(shown) is OpenState.SHOWN
    files = page.panel.files
    files.model.check("model-Q4_K_M.gguf")
    files.model.check("model-Q2_K.gguf")
    shown.click(files.compare_button)
    assert page.downloads.isVisible()
    assert "2" in page.top.downloads_button.text()
    assert shown.compared == []
    for entry in shown.fakes.downloads.entries():
        shown.fakes.downloads.finish(entry.key, Path(f"/cache/{entry.title}.gguf"))
    assert shown.compared == []  # nobody is taken away
    assert "Q4_K_M.gguf and Q2_K.gguf: all here." in page.offer.sentence
    press(shown, page.offer, "Compare them")
    assert shown.compared == [[Path("/cache/Q4_K_M.gguf"), Path("/cache/Q2_K.gguf")]]
    assert not page.offer.isVisible()
    assert shown.fakes.comparisons.groups == {}
    assert shown.fakes.library.rescans == 2


def test_a_complete_pair_is_said_where_the_page_is_not_seen(shown: Shown) -> None:
    shown.page.open_address(HubAddress(REPO, "Q2_K"))
    shown.settle()
    shown.click(shown.page.panel.files.compare_button)
    shown.page.hide()
    (entry,) = shown.fakes.downloads.entries()
    shown.fakes.downloads.finish(entry.key, Path("/cache/a.gguf"))
    assert shown.said == ["a.gguf: all here."]
    shown.page.show()
    shown.page.offer.close_button.click()
    assert shown.fakes.comparisons.groups == {}
    assert shown.compared == []


def test_downloads_get_the_room_of_their_rows(shown: Shown) -> None:
    page = shown.page
    page.open_address(HubAddress(REPO))
    shown.settle()
    for level in ("Q2_K", "Q4_K_M"):
        page.panel.files.model.check(f"model-{level}.gguf")
    page.panel.files.download_button.click()
    shown.until(lambda: page.downloads.scroll_area.verticalScrollBar().maximum() == 0)
    low = page.downloads.height()
    page.panel.files.model.check("model-Q8_0.gguf")
    page.panel.files.download_button.click()
    shown.until(lambda: page.downloads.height() > low)
    shown.settle()
    low = page.downloads.height()
    first = page.downloads.rows()[0]
    shown.fakes.downloads.change(first.entry.key, done_bytes=1_000_000)
    first.cancel.click()
    assert page.downloads.question.isVisible()
    shown.until(lambda: page.downloads.height() > low)
    page.downloads.question.hide()
    page.room.restore([600, 333])
    state = page.layout_state()
    page.resize(page.width(), 500)
    page.resize(page.width(), 780)
    shown.until(lambda: page.downloads.height() == 333)
    assert page.layout_state() == state


def test_a_window_that_was_narrow_once_gives_the_search_its_width_back(shown: Shown) -> None:
    page = shown.page
    page.hub.restore([420, 700])
    before = page.search_pane.width()
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    page.resize(600, 500)
    shown.until(lambda: not page.search_pane.isVisible())
    assert page.panel.isVisible()
    shown.click(page.panel.head.back_button)
    assert page.search_pane.isVisible()
    assert not page.panel.isVisible()
    page.open_address(HubAddress(REPO))
    assert page.panel.isVisible()
    page.resize(1200, 780)
    shown.until(lambda: page.search_pane.width() == before)
    assert page.panel.isVisible()
    assert not page.panel.head.back_button.isVisible()


def test_from_words_to_a_repository_by_keys_alone(shown: Shown) -> None:
    shown.search("model")
    pane = shown.page.search_pane
    pane.focus_words()
    shown.qtbot.keyClick(pane.filters.words, Qt.Key.Key_Down)
    assert pane.view.hasFocus()
    shown.qtbot.keyClick(pane.view, Qt.Key.Key_Return)
    shown.settle()
    assert state(shown) is OpenState.SHOWN


def test_downloading_alone_opens_no_panes(shown: Shown) -> None:
    shown.page.open_address(HubAddress(REPO, "Q2_K"))
    shown.settle()
    shown.click(shown.page.panel.files.download_button)
    (entry,) = shown.fakes.downloads.entries()
    shown.fakes.downloads.finish(entry.key, Path("/cache/a.gguf"))
    assert shown.compared == []
    shown.page.downloads.row(entry.key).compare.click()
    assert shown.compared == [[Path("/cache/a.gguf")]]


def test_enter_on_a_pasted_address_opens_it_again(shown: Shown) -> None:
    shown.search(f"hf.co/{REPO}:Q5_K_M")
    assert [file.level for file in shown.page.panel.files.model.checked()] == ["Q5_K_M"]
    assert shown.page.search.state is SearchState.IDLE


def test_original_weights_lead_to_what_was_made_from_them(shown: Shown) -> None:
    catalogue = shown.fakes.catalogue
    bare = replace(repository("org/base"), files=())
    catalogue.repositories["org/base"] = bare
    catalogue.derived = [found(REPO)]
    shown.page.open_address(HubAddress("org/base"))
    shown.settle()
    panel = shown.page.panel
    assert state(shown) is OpenState.ORIGINAL_SHOWN
    assert "original weights" in panel.made_from_title.text()
    panel.made_from_view.clicked.emit(panel.made_from_model.index(0))
    shown.settle()
    assert panel.opening.address == HubAddress(REPO)
    catalogue.derived = []
    shown.page.open_address(HubAddress("org/base"))
    shown.settle()
    assert panel.made_from_view.isHidden()


def test_a_gated_repository_is_opened_by_a_token(shown: Shown) -> None:
    catalogue, card = shown.fakes.catalogue, shown.page.panel.card
    catalogue.repositories[REPO] = GATED
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    assert card.isVisible()
    assert "licence" in card.title.text()
    assert "not signed in" in card.remark.text()
    shown.click(card.open_button)
    assert shown.opened == [PAGE]
    shown.qtbot.keyClicks(card.token, "bad token")
    shown.click(card.sign_in_button)
    shown.settle()
    assert "not a token" in card.remark.text()
    card.token.clear()
    catalogue.repositories[REPO] = repository(REPO)
    shown.qtbot.keyClicks(card.token, "hf_secret")
    shown.click(card.sign_in_button)
    shown.settle()
    assert shown.fakes.account.kept == ["hf_secret"]
    assert card.token.text() == ""
    assert state(shown) is OpenState.SHOWN


def test_figures_known_from_an_earlier_visit_do_not_hide_that_a_licence_is_asked_for(
    shown: Shown,
) -> None:
    shown.fakes.catalogue.repositories[REPO] = repository(REPO, gated=True)
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    panel = shown.page.panel
    model = panel.files.model
    level = model.index(3, FileColumn.LEVEL)
    assert panel.files.isVisible()
    assert model.index(3, FileColumn.MEMORY).data() != "–"
    assert level.data(FileRole.SECOND_LINE).startswith("sign in to download")
    assert "sign in to download" in level.data(Qt.ItemDataRole.AccessibleTextRole)

    model.check("model-Q4_K_M.gguf")
    shown.click(panel.files.download_button)
    assert shown.fakes.downloads.list == []
    assert panel.card.isVisible()
    assert "licence" in panel.card.title.text()

    shown.qtbot.keyClicks(panel.card.token, "hf_secret")
    shown.click(panel.card.sign_in_button)
    shown.settle()
    assert panel.files.isVisible()
    assert "sign in" not in model.index(3, FileColumn.LEVEL).data(FileRole.SECOND_LINE)
    model.check("model-Q4_K_M.gguf")
    shown.click(panel.files.download_button)
    assert [entry.title for entry in shown.fakes.downloads.list] == ["Q4_K_M"]


def test_forgetting_the_token_says_it_again(shown: Shown) -> None:
    shown.fakes.account.kept.append("hf_secret")
    shown.fakes.catalogue.repositories[REPO] = repository(REPO, gated=True)
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    level = shown.page.panel.files.model.index(3, FileColumn.LEVEL)
    assert "sign in" not in level.data(FileRole.SECOND_LINE)

    shown.fakes.account.kept.clear()
    shown.page.account.changed.emit()
    shown.settle()

    assert level.data(FileRole.SECOND_LINE).startswith("sign in to download")


def test_a_licence_may_stop_the_headers_only(shown: Shown) -> None:
    fit, panel = shown.fakes.fit, shown.page.panel
    fit.problems = {file.name: GATED for file in repository().files}
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    assert panel.card.isVisible()
    fit.problems = {}
    shown.click(panel.card.again_button)
    shown.settle()
    assert panel.files.isVisible()
    assert panel.files.advice.text().startswith("Recommended")


@pytest.mark.parametrize(
    "error", [HubMissing("There is none, or it is private."), HubUnauthorized("Not accepted.")]
)
def test_what_a_token_may_help_with_offers_one(shown: Shown, error: HubMissing) -> None:
    shown.fakes.catalogue.repositories[REPO] = error
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    card = shown.page.panel.card
    assert card.sentence.text() == error.sentence
    assert card.open_button.isHidden()
    assert card.token.isVisible()


def test_offline_says_so_and_the_library_works(shown: Shown) -> None:
    offline = HubOffline("The Hub cannot be reached: is this PC online?")
    shown.fakes.catalogue.pages = [offline]
    shown.search("model")
    pane = shown.page.search_pane
    assert pane.notice.isVisible()
    assert pane.notice.sentence == offline.sentence
    pane.library_wanted.emit()
    assert shown.page.tabs.currentWidget() is shown.page.library
    shown.fakes.catalogue.repositories[REPO] = offline
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    panel = shown.page.panel
    assert panel.notice.sentence == offline.sentence
    shown.fakes.catalogue.repositories[REPO] = repository(REPO)
    panel.opening.reload()
    shown.settle()
    assert panel.notice.isHidden()


def test_an_unknown_certificate_offers_to_choose_a_file(shown: Shown) -> None:
    barred = HubBarred("The certificate of hub is not known.", remedy=Remedy.CERTIFICATE)
    shown.fakes.catalogue.pages = [barred]
    shown.fakes.catalogue.repositories[REPO] = barred
    shown.search("model")
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    pane, panel = shown.page.search_pane, shown.page.panel
    assert pane.notice.sentence == panel.notice.sentence == barred.sentence
    shown.page.ways_on.choose = lambda: None
    press(shown, pane.notice, "Choose a certificate file …")
    assert shown.fakes.trust.kept == []
    shown.page.ways_on.choose = lambda: Path("/company.pem")
    shown.fakes.trust.problem = HubBarred("There are no usable certificates in it.")
    press(shown, panel.notice, "Choose a certificate file …")
    assert shown.said == ["There are no usable certificates in it."]
    shown.fakes.trust.problem = None
    shown.fakes.catalogue.pages = [[found(REPO)]]
    shown.fakes.catalogue.repositories[REPO] = repository(REPO)
    press(shown, panel.notice, "Choose a certificate file …")
    shown.settle()
    assert shown.fakes.trust.kept == [Path("/company.pem")]
    assert pane.notice.isHidden()
    assert panel.notice.isHidden()
    assert shown.page.search.model.rowCount() == 1


def test_a_networks_own_page_is_opened_in_the_browser(shown: Shown) -> None:
    shown.fakes.catalogue.pages = [HubPage("A web page came in place of the Hub’s answer.")]
    shown.search("model")
    press(shown, shown.page.search_pane.notice, "Open it in the browser")
    assert shown.opened == ["https://huggingface.co/"]


def test_a_search_that_needs_a_token_leads_to_the_account(shown: Shown) -> None:
    shown.fakes.catalogue.pages = [HubUnauthorized("Sign in with a token.")]
    shown.search("model")
    press(shown, shown.page.search_pane.notice, "Sign in …")
    assert shown.page.account.isVisible()


def test_a_token_that_is_left_out_is_said_once(shown: Shown) -> None:
    shown.fakes.account.file = True
    shown.fakes.catalogue.pages = [[found(REPO)]]
    shown.search("model")
    shown.settle()
    notice = shown.page.token_notice
    assert notice.isHidden()
    shown.fakes.account.refused = True
    shown.search("other")
    shown.settle()
    assert notice.isVisible()
    assert "does not accept the token from Hugging Face’s token file" in notice.sentence
    notice.hide()  # as the person does
    shown.search("more")
    shown.settle()
    assert notice.isHidden()
    shown.fakes.account.keep("hf_new")
    shown.page.account.changed.emit()
    shown.settle()
    assert notice.isHidden()


def press(shown: Shown, notice: Banner, name: str) -> None:
    (button,) = [each for each in notice.findChildren(QPushButton) if each.text() == name]
    shown.click(button)
    shown.settle()


def test_nothing_found_offers_to_search_without_filters(shown: Shown) -> None:
    shown.fakes.catalogue.pages = []
    pane = shown.page.search_pane
    pane.filters.gated.setCurrentIndex(2)
    shown.search("xyz")
    assert pane.stack.currentWidget() is pane.nothing_filtered
    pane.filters.widen()
    pane.search.search_now()
    shown.settle()
    assert pane.stack.currentWidget() is pane.nothing
    assert "xyz" in pane.nothing.accessibleDescription()


def test_files_that_are_here_already_are_marked(shown: Shown) -> None:
    here = library_model(
        f"/hub/models--org--model-GGUF/snapshots/{'1' * 40}/model-Q2_K.gguf",
        source=ModelSource.HUGGING_FACE,
        repository=REPO,
    )
    shown.fakes.library.models = [here]
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    model = shown.page.panel.files.model
    row = model.row_of("model-Q2_K.gguf")
    words = model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words.startswith("Q2_K, on this PC")


def test_another_context_is_predicted_from_the_page(shown: Shown) -> None:
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    head = shown.page.panel.head
    assert head.context_tokens == 4096
    head.context.setCurrentIndex(head.context.findData(32_768))
    head.kv_type.setCurrentIndex(head.kv_type.findData("q8_0"))
    shown.settle()
    assert shown.fakes.fit.asked[-1] == ("model-Q2_K.gguf", 32_768, "q8_0")


def test_a_model_with_a_short_context_does_not_shorten_the_next_ones(shown: Shown) -> None:
    catalogue, head = shown.fakes.catalogue, shown.page.panel.head
    catalogue.repositories["org/short"] = repository("org/short", context_tokens=512)
    for repo_id, tokens in (("org/short", 512), (REPO, 4096)):
        shown.page.open_address(HubAddress(repo_id))
        shown.settle()
        assert head.context_tokens == tokens


def test_the_account_is_the_hubs(shown: Shown) -> None:
    top = shown.page.top
    assert top.account_button.isVisible()
    shown.page.show_tab(1)
    assert top.account_button.isHidden()


def test_another_hub_is_named(qtbot: QtBot) -> None:
    usual, other = (
        ModelsTopBar(badge, QAction(""), QAction("")) for badge in ("", "hub.example.org")
    )
    for bar in (usual, other):
        qtbot.addWidget(bar)
        bar.show()
    assert usual.badge.isHidden()
    assert other.badge.text == "hub.example.org"
    assert other.badge.accessibleName() == "Another Hub: hub.example.org"


def test_downloads_that_were_left_unfinished_are_shown(
    qtbot: QtBot, fakes: Fakes, jobs: Jobs
) -> None:
    shown = repository(REPO)
    fakes.downloads.add(shown, shown.files[1])
    page = ModelsPage(fakes.backends(), jobs)
    qtbot.addWidget(page)
    assert page.downloads_action.isChecked()
    assert not page.downloads.isHidden()
    assert fakes.library.rescans == 0
    jobs.wait_all()


def test_a_queue_that_cannot_be_stored_says_so(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_repository: object, _file: object) -> str:
        raise PersonError("The download cannot be stored.")

    monkeypatch.setattr(shown.fakes.downloads, "add", refuse)
    shown.page.open_address(HubAddress(REPO, "Q2_K"))
    shown.settle()
    shown.click(shown.page.panel.files.download_button)
    assert shown.said == ["The download cannot be stored."]


def test_the_layout_is_given_back(shown: Shown) -> None:
    state = shown.page.layout_state()
    assert set(state) == {"models-hub", "models-page", "models-library"}
    shown.page.restore_layout({**state, "models-hub": [400, 700]})
    shown.page.restore_layout({"models-hub": [1]})


def test_the_page_is_left_while_things_are_under_way(shown: Shown) -> None:
    shown.fakes.catalogue.gate.clear()
    shown.page.open_address(HubAddress(REPO))
    shown.page.open_address(HubAddress("org/other"))
    shown.fakes.catalogue.repositories["org/other"] = repository("org/other")
    shown.fakes.catalogue.gate.set()
    shown.settle()
    opened = shown.page.panel.opening.found
    assert opened is not None
    assert opened.repo_id == "org/other"
