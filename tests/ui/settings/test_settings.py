"""The settings editors: what is typed becomes settings, and only when it is whole.

Through :mod:`app.ui.settings.engine.editor` and :mod:`app.ui.settings.engine.fields`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import (
    CHAT,
    COMPARE_GREEDY,
    PRESETS,
    EngineSettings,
    FlashAttention,
    KvType,
    RopeScaling,
    SamplingSettings,
)
from app.core.chats.panes import new_pane
from app.ui.kit.widgets import NumberField
from app.ui.settings.candidate_settings import CandidateSettings
from app.ui.settings.engine.editor import EngineEditor
from app.ui.settings.engine.fields import ChoiceField, WordsField
from app.ui.settings.sampling_editor import SamplingEditor
from tests.helpers.model_folders import library_model
from tests.helpers.wishes import Wishes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.core.models.model_file import ModelFile

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@dataclass(frozen=True)
class Template:
    id: str
    name: str


TEMPLATES = (Template("chatml", "ChatML"), Template("alpaca", "Alpaca"))


@pytest.fixture
def sampling(qtbot: QtBot) -> SamplingEditor:
    made = SamplingEditor()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def engine(qtbot: QtBot) -> EngineEditor:
    made = EngineEditor()
    qtbot.addWidget(made)
    made.set_gpus(2)
    made.fold.set_open(True)
    made.show()
    return made


def _enter(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def _number(editor: EngineEditor, name: str) -> NumberField:
    control = editor.control(name)
    assert isinstance(control, NumberField)
    return control


def _box(editor: EngineEditor, name: str) -> ChoiceField:
    control = editor.control(name)
    assert isinstance(control, ChoiceField)
    return control


def mixture(**facts: Any) -> ModelFile:
    """What a header says of a mixture of four experts."""
    made = library_model().model
    assert made is not None
    return dataclasses.replace(made, expert_count=4, expert_used_count=2, **facts)


def _choose(qtbot: QtBot, box: QComboBox, text: str) -> None:
    box.setFocus()
    row = box.findText(text)
    assert row >= 0, text
    box.setCurrentIndex(row)
    box.activated.emit(row)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("temperature", "0.7", 0.7),
        ("repeat_penalty", "1.15", 1.15),
        ("max_tokens", "512", 512),
        ("thinking_limit_tokens", "100", 100),
    ],
)
def test_a_field_changes_its_setting_alone(
    qtbot: QtBot, sampling: SamplingEditor, name: str, typed: str, value: Any
) -> None:
    with qtbot.waitSignal(sampling.changed) as changed:
        _enter(qtbot, sampling.field(name), typed)
    assert changed.args[0] == SamplingSettings(**{name: value})
    assert sampling.settings == changed.args[0]


@pytest.mark.parametrize(
    ("name", "typed", "value"), [("top_k", "20", 20), ("top_p", "0.9", 0.9), ("min_p", "0.1", 0.1)]
)
def test_fields_of_sampled_answers(
    qtbot: QtBot, sampling: SamplingEditor, name: str, typed: str, value: Any
) -> None:
    sampling.set_settings(CHAT)
    with qtbot.waitSignal(sampling.changed) as changed:
        _enter(qtbot, sampling.field(name), typed)
    assert getattr(changed.args[0], name) == value


def test_nothing_half_typed_applies(qtbot: QtBot, sampling: SamplingEditor) -> None:
    with qtbot.assertNotEmitted(sampling.changed):
        field = sampling.field("max_tokens")
        field.selectAll()
        qtbot.keyClicks(field, "51")
        assert sampling.settings == COMPARE_GREEDY
        _enter(qtbot, field, "0")
    assert field.value == COMPARE_GREEDY.max_tokens


def test_the_presets(qtbot: QtBot, sampling: SamplingEditor) -> None:
    assert sampling.preset_box.currentText() == "Always the likeliest word"
    with qtbot.waitSignal(sampling.changed) as changed:
        _choose(qtbot, sampling.preset_box, "Chat")
    assert changed.args[0] == CHAT
    assert sampling.field("temperature").value == 0.8
    _enter(qtbot, sampling.field("temperature"), "0.9")
    assert sampling.preset_box.currentText() == "Custom"
    custom = sampling.settings
    _choose(qtbot, sampling.preset_box, "Always the likeliest word")
    assert sampling.settings == PRESETS["Compare (greedy)"]
    _choose(qtbot, sampling.preset_box, "Custom")
    assert sampling.settings == custom, "a preset keeps what was set by hand"


def test_greedy_decoding_turns_off_what_has_no_effect(
    qtbot: QtBot, sampling: SamplingEditor
) -> None:
    assert not sampling.field("top_k").isEnabled()
    assert not sampling.field("seed").isEnabled()
    _enter(qtbot, sampling.field("temperature"), "0.5")
    assert sampling.field("top_k").isEnabled()


def test_an_empty_seed_is_random(qtbot: QtBot, sampling: SamplingEditor) -> None:
    sampling.set_settings(SamplingSettings(temperature=0.5, seed=7))
    with qtbot.waitSignal(sampling.changed) as changed:
        _enter(qtbot, sampling.field("seed"), "")
    assert changed.args[0].seed is None
    assert sampling.field("seed").placeholderText() == "random"


def test_thinking_has_three_positions(qtbot: QtBot, sampling: SamplingEditor) -> None:
    for text, value in (("on", True), ("off", False), ("as the model", None)):
        _choose(qtbot, sampling.thinking_box, text)
        assert sampling.settings.thinking is value
    sampling.set_thinking_switch(False)
    assert not sampling.thinking_box.isEnabled()


def test_showing_settings_tells_nobody(
    qtbot: QtBot, sampling: SamplingEditor, engine: EngineEditor
) -> None:
    with qtbot.assertNotEmitted(sampling.changed), qtbot.assertNotEmitted(engine.changed):
        sampling.set_settings(CHAT)
        engine.set_settings(EngineSettings(context_tokens=512, kv_type=KvType.Q8_0))
    assert sampling.preset_box.currentText() == "Chat"
    assert _box(engine, "kv_type").currentText() == "q8_0"


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [("context_tokens", "8192", 8192), ("threads", "3", 3), ("gpu_layers", "0", 0)],
)
def test_engine_fields(
    qtbot: QtBot, engine: EngineEditor, name: str, typed: str, value: Any
) -> None:
    with qtbot.waitSignal(engine.changed) as changed:
        _enter(qtbot, _number(engine, name), typed)
    assert changed.args[0] == EngineSettings(**{name: value})
    with qtbot.waitSignal(engine.changed) as back:
        _enter(qtbot, _number(engine, name), "")
    assert back.args[0] == EngineSettings()


def test_engine_choices(qtbot: QtBot, engine: EngineEditor) -> None:
    _choose(qtbot, _box(engine, "kv_type"), "q4_0")
    assert engine.settings.kv_type is KvType.Q4_0
    _choose(qtbot, _box(engine, "flash_attention"), "on")
    assert engine.settings.flash_attention is FlashAttention.ON


def test_the_models_own_limits_hold(qtbot: QtBot, engine: EngineEditor) -> None:
    engine.set_model(mixture(context_length=2048, block_count=6))
    _enter(qtbot, _number(engine, "context_tokens"), "4096")
    assert engine.settings.context_tokens is None
    _enter(qtbot, _number(engine, "gpu_layers"), "7")
    assert engine.settings.gpu_layers == 7
    _enter(qtbot, _number(engine, "gpu_layers"), "8")
    assert engine.settings.gpu_layers == 7


def test_settings_that_take_no_number(qtbot: QtBot, engine: EngineEditor) -> None:
    _choose(qtbot, _box(engine, "value_type"), "q8_0")
    _choose(qtbot, _box(engine, "maps_file"), "off")
    _choose(qtbot, _box(engine, "rope_scaling"), "YaRN")
    for name, typed in (("shares", "3/1"), ("devices", "CUDA0/CUDA1")):
        words = engine.control(name)
        assert isinstance(words, WordsField)
        qtbot.keyClicks(words, typed)
        qtbot.keyClick(words, Qt.Key.Key_Return)
        assert words.text() == typed
        words.selectAll()
        qtbot.keyClicks(words, "/")
        qtbot.keyClick(words, Qt.Key.Key_Return)
        assert words.text() == typed, "what cannot be taken is put back"
    assert engine.settings == EngineSettings(
        value_type=KvType.Q8_0,
        maps_file=False,
        rope_scaling=RopeScaling.YARN,
        shares=(3.0, 1.0),
        devices=("CUDA0", "CUDA1"),
    )


def test_every_setting_of_an_engine_can_be_set(engine: EngineEditor) -> None:
    for name in EngineSettings.__struct_fields__:
        assert engine.control(name).toolTip(), name


def test_experts_are_offered_where_there_are_some_and_within_their_range(
    qtbot: QtBot, engine: EngineEditor
) -> None:
    experts, on_cpu = _number(engine, "experts"), _number(engine, "cpu_experts")
    assert not experts.isVisible()
    engine.set_model(mixture())
    assert experts.isVisible()
    assert on_cpu.isVisible()
    assert "(1 to 4)" in experts.toolTip()
    _enter(qtbot, experts, "5")
    assert engine.settings.experts is None
    _enter(qtbot, experts, "3")
    assert engine.settings.experts == 3
    engine.set_gpus(0)
    assert not on_cpu.isVisible()


def test_what_few_people_set_is_folded_away_unless_it_is_set(qtbot: QtBot) -> None:
    editor = EngineEditor()
    qtbot.addWidget(editor)
    editor.show()
    assert [
        name for name in editor.settings.__struct_fields__ if editor.control(name).isVisible()
    ] == ["context_tokens"]
    qtbot.mouseClick(editor.fold.button, Qt.MouseButton.LeftButton)
    assert editor.control("threads").isVisible()
    qtbot.mouseClick(editor.fold.button, Qt.MouseButton.LeftButton)
    assert not editor.fold.is_open
    editor.set_settings(EngineSettings(locks_memory=True))
    assert editor.fold.is_open


@pytest.fixture
def panel(qtbot: QtBot) -> CandidateSettings:
    setup = new_pane(candidate_of("/models/a.gguf"), [])
    made = CandidateSettings(setup, COMPARE_GREEDY, TEMPLATES)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_candidate_takes_own_sampling_settings_and_gives_them_up(
    qtbot: QtBot, panel: CandidateSettings
) -> None:
    assert not panel.sampling.isEnabled()
    with qtbot.waitSignal(panel.changed) as changed:
        qtbot.mouseClick(panel.own_box, Qt.MouseButton.LeftButton, pos=_on_box(panel.own_box))
    assert changed.args[0].sampling == COMPARE_GREEDY
    assert panel.sampling.isEnabled()
    _enter(qtbot, panel.sampling.field("max_tokens"), "99")
    assert panel.setup.sampling.max_tokens == 99
    qtbot.mouseClick(panel.own_box, Qt.MouseButton.LeftButton, pos=_on_box(panel.own_box))
    assert panel.setup.sampling is None
    assert panel.sampling.settings == COMPARE_GREEDY
    qtbot.mouseClick(panel.own_box, Qt.MouseButton.LeftButton, pos=_on_box(panel.own_box))
    assert panel.setup.sampling is not None
    assert panel.setup.sampling.max_tokens == 99, "what was set comes back with the tick"


def test_a_candidate_takes_a_template_and_engine_settings(
    qtbot: QtBot, panel: CandidateSettings
) -> None:
    _choose(qtbot, panel.template_box, "Alpaca")
    assert panel.setup.candidate.template_id == "alpaca"
    _choose(qtbot, panel.template_box, "from the file")
    assert panel.setup.candidate.template_id is None
    _enter(qtbot, _number(panel.engine, "threads"), "2")
    assert panel.setup.candidate.engine.threads == 2
    assert panel.setup.letter == "A"


def test_the_best_settings_of_a_candidate_are_asked_for(
    qtbot: QtBot, panel: CandidateSettings
) -> None:
    wishes = Wishes(panel)
    qtbot.mouseClick(panel.tune_button, Qt.MouseButton.LeftButton)
    assert wishes.tunes == [panel.setup.candidate]


def test_a_file_without_a_template_says_so(qtbot: QtBot) -> None:
    setup = new_pane(candidate_of("/models/a.gguf"), [])
    panel = CandidateSettings(setup, COMPARE_GREEDY, TEMPLATES, has_template=False)
    qtbot.addWidget(panel)
    assert panel.template_box.currentText() == "ask me"


def test_every_control_has_a_name_and_an_explanation(panel: CandidateSettings) -> None:
    controls = [*panel.findChildren(NumberField), *panel.findChildren(QComboBox)]
    assert len(controls) >= 14
    for control in controls:
        assert control.accessibleName(), control
        assert control.toolTip(), control.accessibleName()


def test_other_settings_are_shown_without_telling(qtbot: QtBot, panel: CandidateSettings) -> None:
    other = new_pane(candidate_of("/models/b.gguf"), [panel.setup])
    with qtbot.assertNotEmitted(panel.changed):
        panel.set_setup(other, CHAT)
    assert panel.sampling.settings == CHAT


def test_layers_on_a_gpu_are_offered_where_there_is_one(qtbot: QtBot) -> None:
    editor = EngineEditor()
    qtbot.addWidget(editor)
    editor.show()
    editor.fold.set_open(True)
    layers = editor.control("gpu_layers")
    assert not layers.isVisible()
    editor.set_gpus(1)
    assert layers.isVisible()
    editor.set_gpus(0)
    assert not layers.isVisible()
    # A chat from another PC: the person must be able to take it back.
    editor.set_settings(EngineSettings(gpu_layers=7))
    assert layers.isVisible()


def _on_box(box: QWidget) -> QPoint:
    return QPoint(8, box.height() // 2)
