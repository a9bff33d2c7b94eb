"""The model card, over scripted backends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl

from app.core.hub_names import HubAddress
from app.hub.errors import HubOffline
from tests.helpers.wishes import Wishes
from tests.ui.pages.models.fake_backends import repository

if TYPE_CHECKING:
    from tests.ui.pages.models.conftest import Shown

REPO = "org/model-GGUF"


def opened(shown: Shown) -> None:
    day = datetime(2026, 11, 30, tzinfo=UTC)
    shown.fakes.catalogue.repositories[REPO] = repository(REPO, last_modified=day)
    shown.page.open_address(HubAddress(REPO))
    shown.settle()


def test_the_card_is_asked_for_on_demand_and_shown_with_licence_and_day(shown: Shown) -> None:
    opened(shown)
    panel = shown.page.panel
    assert shown.fakes.catalogue.cards_asked == []
    shown.click(panel.head.card_button)
    shown.settle()
    assert shown.fakes.catalogue.cards_asked == [REPO]
    shown.until(lambda: "It says much." in panel.card_view.text.toPlainText())
    assert "apache-2.0" in panel.card_view.facts.text()
    assert "30" in panel.card_view.facts.text()
    assert panel.files.isVisible()
    shown.click(panel.head.card_button)
    assert not panel.card_view.isVisible()
    shown.click(panel.head.card_button)
    assert shown.fakes.catalogue.cards_asked == [REPO]  # it is there already


def test_where_room_lacks_the_card_takes_the_place_of_the_versions(shown: Shown) -> None:
    opened(shown)
    panel = shown.page.panel
    shown.page.resize(1200, 380)
    shown.click(panel.head.card_button)
    shown.settle()
    assert panel.card_view.isVisible()
    assert not panel.files.isVisible()
    shown.page.resize(1200, 1000)
    shown.until(panel.files.isVisible)


def test_another_repository_begins_without_its_card(shown: Shown) -> None:
    opened(shown)
    panel = shown.page.panel
    shown.click(panel.head.card_button)
    shown.fakes.catalogue.repositories["org/other"] = repository("org/other")
    shown.page.open_address(HubAddress("org/other"))
    shown.settle()
    assert not panel.card_view.isVisible()
    assert not panel.head.card_button.isChecked()


def test_a_card_that_does_not_come_says_why(shown: Shown) -> None:
    shown.fakes.catalogue.card_text = HubOffline("The Hub cannot be reached.")
    opened(shown)
    panel = shown.page.panel
    shown.click(panel.head.card_button)
    shown.settle()
    assert panel.card_view.notice.sentence == "The Hub cannot be reached."
    shown.fakes.catalogue.card_text = ""
    panel.card_view.show_card(repository(REPO))
    shown.settle()
    assert not panel.card_view.notice.isVisible()
    shown.until(lambda: "say nothing" in panel.card_view.text.toPlainText())


def test_a_link_of_a_card_is_only_handed_on(shown: Shown) -> None:
    opened(shown)
    wishes = Wishes(shown.page)
    shown.page.panel.card_view.text.anchorClicked.emit(QUrl("https://example.org"))
    assert wishes.links == [QUrl("https://example.org")]
    assert shown.opened == []
