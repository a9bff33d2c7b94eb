"""The account: which token is in use, another one, none, and what that changes on the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.hub_names import HubAddress
from app.hub.errors import HubMissing
from app.ui.pages.models.repository.repository import OpenState
from tests.ui.pages.models.fake_backends import repository

if TYPE_CHECKING:
    from app.ui.pages.models.account.account_panel import AccountPanel
    from tests.ui.pages.models.conftest import Shown

REPO = "org/model-GGUF"


def open_panel(shown: Shown) -> AccountPanel:
    shown.click(shown.page.top.account_button)
    shown.settle()
    assert shown.page.account.isVisible()
    return shown.page.account


def sign_in(shown: Shown, secret: str) -> None:
    entry = shown.page.account.entry
    entry.token.clear()
    shown.qtbot.keyClicks(entry.token, secret)
    shown.click(entry.button)
    shown.settle()
    shown.settle()


def test_signing_in_before_anything_was_refused(shown: Shown) -> None:
    panel = open_panel(shown)
    assert "not signed in" in panel.sentence.text()
    assert panel.forget_button.isHidden()
    assert "huggingface.co" in panel.title.text()
    sign_in(shown, "hf_secret")
    assert shown.fakes.account.kept == ["hf_secret"]
    assert panel.entry.token.text() == ""
    assert "the system keyring" in panel.sentence.text()
    assert "mary" in panel.owner.text()
    assert panel.forget_button.isVisible()


def test_the_hub_is_asked_only_when_the_person_wants_it(shown: Shown) -> None:
    shown.fakes.account.file = True
    panel = open_panel(shown)
    assert "token file" in panel.sentence.text()
    assert "left alone" in panel.sentence.text()
    assert panel.forget_button.isHidden()  # it is not this program's
    assert shown.fakes.account.asked == 0
    shown.click(panel.who_button)
    shown.settle()
    assert (shown.fakes.account.asked, "mary" in panel.owner.text()) == (1, True)


def test_a_token_that_the_hub_does_not_take_is_told_at_once(shown: Shown) -> None:
    refusal = PersonError("The Hub does not accept your token.")
    shown.fakes.account.name = refusal
    panel = open_panel(shown)
    sign_in(shown, "hf_old")
    assert panel.owner.text() == refusal.sentence
    sign_in(shown, "two words")
    assert "not a token" in panel.owner.text()
    assert panel.entry.button.isEnabled()


def test_forgetting_says_what_is_left(shown: Shown) -> None:
    account = shown.fakes.account
    account.kept, account.file = ["hf_mine"], True
    panel = open_panel(shown)
    shown.click(panel.forget_button)
    assert "does not show it again" in panel.question.accessibleName()
    shown.click(panel.question.do_button)
    shown.settle()
    assert account.kept == []
    assert "forgotten" in panel.owner.text()
    assert "token file" in panel.sentence.text()
    assert panel.forget_button.isHidden()


def test_a_repository_that_was_refused_is_tried_again(shown: Shown) -> None:
    shown.fakes.catalogue.repositories[REPO] = HubMissing("There is none, or it is private.")
    shown.page.open_address(HubAddress(REPO))
    shown.settle()
    open_panel(shown)
    shown.fakes.catalogue.repositories[REPO] = repository(REPO)
    sign_in(shown, "hf_secret")
    assert shown.page.panel.opening.state is OpenState.SHOWN


def test_a_token_that_is_not_accepted_is_said(shown: Shown) -> None:
    shown.fakes.account.file = shown.fakes.account.refused = True
    panel = open_panel(shown)
    assert "does not accept the token from Hugging Face’s token file" in panel.sentence.text()
    assert panel.who_button.isVisible()


def test_a_certificate_file_is_chosen_and_taken_back(shown: Shown) -> None:
    row = open_panel(shown).certificates
    assert row.file.isHidden()
    shown.page.ways_on.choose = lambda: Path("/company.pem")
    shown.click(row.button)
    shown.settle()
    assert row.file.text == "/company.pem"
    assert row.file.isVisible()
    shown.fakes.trust.problem = PersonError("There are no usable certificates in it.")
    shown.click(row.button)
    shown.settle()
    assert row.problem.text() == "There are no usable certificates in it."
    shown.fakes.trust.problem = None
    shown.click(row.remove)
    shown.settle()
    assert row.file.isHidden()
    assert row.problem.isHidden()
    assert shown.fakes.trust.kept == [Path("/company.pem"), None]
