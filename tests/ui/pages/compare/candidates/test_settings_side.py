from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.core.candidates.settings import CHAT, KvType
from app.engine.protocol.loading import Device, Hello
from app.ui.kit.jobs import Jobs
from app.ui.pages.compare.panes.menu import PaneCommand
from app.ui.settings.engine.facts import EngineFacts
from app.ui.settings.engine.fields import ChoiceField
from tests.helpers.model_folders import library_model, projector_gguf

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.ui.pages.compare.conftest import Shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton


def test_the_chats_settings_open_at_the_side_and_close(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.page.top.settings_button, LEFT)
    side = shown.page.settings
    assert side.isVisible()
    assert side.chat is not None
    qtbot.mouseClick(side.close_button, LEFT)
    assert not side.isVisible()
    assert not shown.page.commands.show_settings.isChecked()
    qtbot.mouseClick(shown.page.top.settings_button, LEFT)
    assert side.isVisible()


def test_a_projector_is_chosen_and_dropped(shown: Shown, qtbot: QtBot) -> None:
    eyes = library_model("/m/mmproj-seer-F16.gguf", gguf=projector_gguf())
    side, key = shown.page.settings, shown.session.key("A")
    side.projectors = lambda _model: [eyes]
    shown.page.controller.run(PaneCommand.SETTINGS, key)
    assert side.candidate is not None
    box = side.candidate.projector
    assert [box.itemText(row) for row in range(box.count())] == [
        "nothing",
        "mmproj-seer-F16",
        "a file …",
    ]
    assert box.currentText() == "nothing"

    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert shown.session.pane(key).candidate.projector == str(eyes.path)
    shown.settle()
    assert "sees pictures" in shown.pane("A").header.role.text

    with qtbot.waitSignal(side.projector_wanted) as wanted:
        box.setCurrentIndex(2)
        box.activated.emit(2)
    assert wanted.args == [key]
    assert box.currentText() == "mmproj-seer-F16"

    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert shown.session.pane(key).candidate.projector is None


def test_the_system_prompt_is_told_when_the_person_stops_writing(
    shown: Shown, qtbot: QtBot
) -> None:
    shown.page.commands.show_settings.trigger()
    chat = shown.page.settings.chat
    assert chat is not None
    qtbot.keyClicks(chat.system, "Be brief.")
    shown.until(lambda: shown.calls("set_system_prompt") == [("Be brief.",)])


def test_the_system_prompt_is_told_at_once_when_the_keyboard_goes(
    shown: Shown, qtbot: QtBot
) -> None:
    shown.page.commands.show_settings.trigger()
    chat = shown.page.settings.chat
    assert chat is not None
    chat.system.setFocus()
    qtbot.keyClicks(chat.system, "Be brief.")
    shown.page.focus_prompt()
    assert shown.session.chat.system_prompt == "Be brief."


def test_a_preset_is_given_to_the_session(shown: Shown) -> None:
    shown.page.commands.show_settings.trigger()
    chat = shown.page.settings.chat
    assert chat is not None
    box = chat.sampling.preset_box
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert shown.calls("set_sampling") == [(CHAT,)]


def test_one_models_settings_open_from_its_menu(shown: Shown) -> None:
    key = shown.session.key("B")
    shown.page.controller.run(PaneCommand.SETTINGS, key)
    side = shown.page.settings
    assert side.isVisible()
    assert side.candidate is not None
    box = side.candidate.engine.control("kv_type")
    assert isinstance(box, ChoiceField)
    box.activated.emit(box.findText("q8_0"))
    shown.settle()
    assert shown.session.pane(key).candidate.engine.kv_type is KvType.Q8_0
    assert "KV cache differs" in shown.page.hygiene.text()


def test_a_refused_change_shows_what_holds(shown: Shown) -> None:
    key = shown.session.key("B")
    shown.page.controller.run(PaneCommand.SETTINGS, key)
    candidate = shown.page.settings.candidate
    assert candidate is not None
    shown.session.refuse = "Stop this pane before you change how its model is loaded."
    box = candidate.engine.control("kv_type")
    assert isinstance(box, ChoiceField)
    box.activated.emit(box.findText("q8_0"))
    assert candidate.setup.candidate.engine.kv_type is KvType.F16
    assert box.currentText() == "f16"
    assert shown.page.notice.sentence == shown.session.refuse


def test_settings_of_a_pane_that_went_give_way_to_the_chats(shown: Shown) -> None:
    key = shown.session.key("B")
    shown.page.controller.run(PaneCommand.SETTINGS, key)
    shown.session.remove_candidate(key)
    shown.settle()
    assert shown.page.settings.candidate is None
    assert shown.page.settings.chat is not None


def test_another_chats_settings_are_shown_when_it_is_opened(shown: Shown) -> None:
    shown.page.commands.show_settings.trigger()
    shown.session.with_turns(("Hello", "x"))
    shown.session.new_chat()
    shown.session.chat.system_prompt = "Of the other chat."
    shown.settle()
    chat = shown.page.settings.chat
    assert chat is not None
    assert chat.system.toPlainText() == "Of the other chat."


def test_layers_on_a_gpu_are_offered_once_an_engine_has_told_of_one(
    shown: Shown, tmp_path: Path
) -> None:
    jobs = Jobs()
    facts = EngineFacts(tmp_path, jobs)
    side = shown.page.settings
    side.set_engine_facts(facts)
    shown.page.controller.run(PaneCommand.SETTINGS, shown.session.key("B"))
    assert side.candidate is not None
    side.candidate.engine.fold.set_open(True)
    layers = side.candidate.engine.control("gpu_layers")
    assert not layers.isVisible()  # an engine is being asked now

    jobs.wait_all()
    assert facts.hello is not None
    assert layers.isVisible() is (facts.gpus > 0)

    gpu = Device("CUDA0", "gpu", "Some Card", 1, 2)
    facts.note(Hello(1, 1, "engine", "", [*facts.hello.devices, gpu], ["CUDA", "CPU"]))
    assert layers.isVisible()
    shown.page.controller.run(PaneCommand.SETTINGS, shown.session.key("A"))
    side.candidate.engine.fold.set_open(True)
    assert side.candidate.engine.control("gpu_layers").isVisible()
    jobs.shutdown()
