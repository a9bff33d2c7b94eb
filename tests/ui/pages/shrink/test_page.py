"""The Shrink page over a real queue: choose, tick, make, go on from there.

Through :mod:`app.ui.pages.shrink.making`, :mod:`app.ui.pages.shrink.making.tab`,
:mod:`app.ui.pages.shrink.making.layers`, :mod:`app.ui.pages.shrink.making.source`,
:mod:`app.ui.pages.shrink.making.versions_view`, :mod:`app.ui.pages.shrink.making.versions`,
:mod:`app.ui.pages.shrink.making.wishes`, :mod:`app.ui.pages.shrink.making.learning`,
:mod:`app.ui.pages.shrink.making.works`, :mod:`app.ui.pages.shrink.making.chosen`,
:mod:`app.ui.pages.shrink.conversion` and :mod:`app.lab.works.making.orders`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton

from app.base.files import free_bytes
from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.settings import KvType
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.levels import level_by_name
from app.core.shrink.healing import Healing
from app.core.shrink.recipe import MatrixUse, MemoryTarget, Recipe, exactly
from app.core.verdict import Limits
from app.lab.convert.environment import Converter, converter_key
from app.lab.convert.originals import original_in
from app.lab.engines.adapters import adapters_for
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.shrink.matrices.kept import KeptMatrices, export
from app.lab.shrink.matrices.texts import OwnChats
from app.lab.shrink.recipes import read_recipe
from app.lab.shrink.ways import plan_ways
from app.lab.works.comparing import Comparisons
from app.lab.works.ladders.worker import LadderWorkers
from app.lab.works.making.makes import Makes
from app.lab.works.making.orders import folder_for, order_for, stem_for
from app.lab.works.making.preview import previews
from app.lab.works.queue import WorkQueue
from app.lab.works.work import WorkState
from app.library.model_files import open_model_file
from app.store.database import open_database
from app.store.paths import Paths
from app.store.works import WorkStore
from app.ui.kit.elsewhere import ElsewherePopover
from app.ui.kit.file_dialogs import FileDialogs
from app.ui.kit.jobs import JobContext, Jobs
from app.ui.pages.shrink.conversion import ConversionBackends
from app.ui.pages.shrink.inside.tab import Raise
from app.ui.pages.shrink.making.backends import MakingBackends
from app.ui.pages.shrink.making.versions import VersionColumn
from app.ui.pages.shrink.making.wishes import Unit
from app.ui.pages.shrink.matrix.tab import MatrixBackends
from app.ui.pages.shrink.page import ShrinkBackends, ShrinkPage
from app.ui.pages.shrink.ways.measured import MeasuredLadder
from app.ui.pages.shrink.ways.tab import WaysBackends
from tests.helpers.original_weights import write_original

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.lab.convert.originals import Original

PATIENCE_MS = 400_000


class Dialogs(FileDialogs):
    """Answers in a person's place."""

    def __init__(self) -> None:
        super().__init__(lambda: pytest.fail("no dialog is to be shown"))
        self.answers: list[Path | None] = []

    def one(self, title: str, kinds: str) -> Path | None:
        assert title
        assert "(*" in kinds
        return self.answers.pop(0)

    def folder(self, title: str, begin: Path) -> Path | None:
        assert title
        assert begin
        return self.answers.pop(0)

    def models(self, title: str = "") -> list[Path]:
        del title
        return [each for each in self.answers if each is not None]


class Desk:
    """What the page stands on, as the program builds it."""

    def __init__(self, tmp_path: Path) -> None:
        self.paths = paths = Paths.below(tmp_path / "home")
        paths.create()
        self.connection = open_database(paths.database)
        room, self.speeds = EngineRoom(paths.state), speed_store(paths)
        self.makes = Makes(WorkQueue(WorkStore(self.connection)), paths, room, 2)
        self.jobs = Jobs()
        self.dialogs = Dialogs()
        self.free: int | None = 10**12

        def preview(source: Path, context: JobContext) -> None:
            found = previews(source, room, self.speeds, 2, lambda: context.cancelled)
            context.report(tuple(found))

        self.page = ShrinkPage(
            ShrinkBackends(
                making=MakingBackends(
                    makes=self.makes,
                    jobs=self.jobs,
                    files=self.dialogs,
                    preview=preview,
                    folder_for=lambda source: folder_for(source, self.models, paths.made),
                    free_bytes=lambda _folder: self.free,
                    memory_bytes=lambda: 8_350_000_000,
                    open_model=open_model_file,
                    adapters_for=lambda model: adapters_for(model, self.models),
                    learning_pace=lambda _context: 1e9,
                    source_of=lambda work: self.moved.get(
                        work.order.source, Path(work.order.source)
                    ),
                    influences=self.influences,
                    known_influences=lambda _path: None,
                ),
                read_recipe=read_recipe,
                conversion=ConversionBackends(
                    self.jobs, self.dialogs, lambda: self.originals, Converter(paths.cache)
                ),
                inspect=lambda *_wanted: pytest.fail("nobody looked inside"),
                matrices=MatrixBackends(KeptMatrices(paths.cache), OwnChats, export),
                ways=self._ways(room),
            )
        )
        self.models: list[LibraryModel] = []
        self.originals: list[Original] = []
        self.moved: dict[str, Path] = {}

    def _ways(self, room: EngineRoom) -> WaysBackends:
        workers = LadderWorkers(self.paths, open_model_file)
        return WaysBackends(
            jobs=self.jobs,
            plan=lambda source, memory, context, _job: plan_ways(
                source, memory, context, threads=2, room=room
            ),
            makes=self.makes,
            comparisons=Comparisons(self.makes.queue, workers),
            ladder=MeasuredLadder(self.jobs, workers, Limits),
            ladder_of=lambda _number: None,
            folder_for=lambda _source: self.paths.made,
            free_bytes=lambda _folder: self.free,
        )

    def influences(self, _path: Path, context: JobContext) -> list[float]:
        context.report(0.5)
        return [0.9, 0.05, 0.02, 0.03, 0.06, 0.1]

    def pump(self) -> None:
        self.makes.queue.pump()
        self.page.show_works(self.makes.all)

    def close(self) -> None:
        self.page.stop()
        self.jobs.shutdown()
        self.makes.queue.close()
        self.connection.close()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    qtbot.addWidget(made.page)
    yield made
    made.close()


def in_library(path: Path, source: ModelSource = ModelSource.OWN_FOLDER) -> LibraryModel:
    model = open_model_file(path)
    return LibraryModel(path, (path,), path.stem, source, model.file_bytes, 0, model)


@pytest.fixture
def chosen(qtbot: QtBot, desk: Desk, demo_model: Path) -> Desk:
    """A page that shows what can be made of the demo model."""
    desk.models = [in_library(demo_model, ModelSource.OLLAMA)]
    desk.page.show_models(desk.models)
    qtbot.waitUntil(lambda: bool(desk.page.making.versions.rows), timeout=PATIENCE_MS)
    return desk


def tick(page: ShrinkPage, *names: str) -> None:
    for row, each in enumerate(page.making.versions.rows):
        if each.level.name in names:
            index = page.making.versions.index(row, VersionColumn.NAME)
            assert page.making.versions.setData(
                index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole
            )


def until(qtbot: QtBot, desk: Desk, condition: Callable[[], bool]) -> None:
    def look() -> bool:
        desk.pump()
        return condition()

    qtbot.waitUntil(look, timeout=PATIENCE_MS)


def test_what_is_ticked_is_made_and_leads_on(qtbot: QtBot, chosen: Desk, demo_model: Path) -> None:
    page = chosen.page
    assert not page.making.make_button.isEnabled()
    tick(page, "Q8_0", "Q4_K_M")
    assert page.making.make_button.text() == "Make 2 versions"
    assert "on the disk" in page.making.facts.text()
    assert "are free" in page.making.facts.text()
    page.making.make_button.click()
    assert not page.making.versions.checked
    until(qtbot, chosen, lambda: all(w.state is WorkState.DONE for w in chosen.makes.all))
    targets = [chosen.paths.made / f"shrinkscope-demo-{name}.gguf" for name in ("Q8_0", "Q4_K_M")]
    assert [open_model_file(each).level_name for each in targets] == ["Q8_0", "Q4_K_M"]

    row = next(row for row in page.making.works.rows if "Q4_K_M" in row.title.text)
    with qtbot.waitSignal(page.chat_wanted) as chat:
        row.chat.click()
    assert chat.args == [candidate_of(targets[1])]
    asked: list[list[Candidate]] = []
    page.measure_wanted.connect(asked.append)
    row.measure.click()
    page.making.works.measure_button.click()
    original = candidate_of(demo_model)
    assert asked == [
        [original, candidate_of(targets[1])],
        [original, *map(candidate_of, targets)],
    ]
    chosen.moved = {str(demo_model): Path("/elsewhere/demo.gguf")}
    row.measure.click()
    assert asked[-1][0] == candidate_of("/elsewhere/demo.gguf"), "the original was moved"

    row.elsewhere.click()
    popover = page.findChild(ElsewherePopover)
    assert popover is not None
    popover.command_button.click()
    command = QGuiApplication.clipboard().text()
    assert command.startswith(f"llama-server -m {targets[1]}")
    popover.close()
    page.making.works.clear_button.click()
    chosen.pump()
    assert page.making.works.isHidden()
    assert all(each.is_file() for each in targets)


def test_a_size_becomes_one_file(qtbot: QtBot, chosen: Desk) -> None:
    page = chosen.page
    wish = page.making.size_wish
    assert wish.amount.value == pytest.approx(0.003)
    wish.unit.setCurrentIndex(wish.unit.findData(Unit.BITS))
    wish.amount.set_value(4.25)
    wish.box.click()
    wish.tries.click()
    assert page.making.make_button.text() == "Make it"
    page.making.make_button.click()
    (work,) = chosen.makes.all
    assert work.order.recipe.target_bits == 4.25
    assert work.order.recipe.is_quick
    assert Path(work.order.target).name == "shrinkscope-demo-4.25-bits.gguf"
    until(qtbot, chosen, lambda: work.state in (WorkState.DONE, WorkState.FAILED))
    assert work.state is WorkState.DONE, work.error
    assert work.made.bits_per_weight <= 4.25
    (row,) = page.making.works.rows
    assert not row.why.isHidden()
    shown = {each.text() for each in row.chosen.findChildren(QLabel)}
    how = "Number formats: by what errors in such parts usually do."
    assert {"token_embd", "ffn_down", how} <= shown


def test_memory_begins_with_what_is_free_and_takes_a_context(chosen: Desk) -> None:
    wish = chosen.page.making.size_wish
    wish.unit.setCurrentIndex(wish.unit.findData(Unit.MEMORY))
    wish.unit.activated.emit(wish.unit.currentIndex())
    assert wish.amount.value == pytest.approx(8.3)
    assert not wish.running.isHidden()
    wish.context.setCurrentIndex(wish.context.findData(8192))
    wish.kv_type.setCurrentIndex(1)
    wish.box.click()
    chosen.page.making.make_button.click()
    (work,) = chosen.makes.all
    wanted = MemoryTarget(8_300_000_000, 8192, KvType.Q8_0)
    assert work.order.recipe.target_memory == wanted


def test_what_goes_for_all_is_in_each_recipe(
    chosen: Desk, demo_model: Path, tmp_path: Path
) -> None:
    page, common = chosen.page, chosen.page.making.common
    tick(page, "Q4_0")
    common.layers.field.setText("1")
    common.layers.field.commit()
    common.narrow.setText("25")
    common.narrow.commit()
    common.zeros.setText("50")
    common.zeros.commit()
    matrix = tmp_path / "m.gguf"
    chosen.dialogs.answers = [matrix, tmp_path]
    common.matrix.setCurrentIndex(3)
    common.matrix.activated.emit(3)
    page.making.folder_button.click()
    page.making.make_button.click()
    (work,) = chosen.makes.all
    recipe = work.order.recipe
    assert (recipe.level, recipe.drop_layers, recipe.sparsity) == ("Q4_0", 1, 0.5)
    assert (recipe.width, recipe.experts) == (0.25, 0)
    assert recipe.matrix == str(matrix)
    target = Path(work.order.target)
    assert (target.parent, target.name) == (tmp_path, "shrinkscope-demo-Q4_0-pruned.gguf")
    (usual,) = [row.file_bytes for row in page.making.versions.rows if row.level.name == "Q4_0"]
    assert 0.6 * usual < work.order.expected_bytes < 0.8 * usual
    assert "a file" not in common.text
    assert "m.gguf" in common.text


def test_adapters_are_merged_where_nothing_is_ticked_too(
    qtbot: QtBot, chosen: Desk, tmp_path: Path
) -> None:
    page, editor, said = chosen.page, chosen.page.making.common.adapters, list[str]()
    page.said.connect(said.append)
    editor.add_button.click()
    offered = [each for each in editor.menu.actions() if each.text()]
    assert [each.text() for each in offered] == ["demo-capitals", "Open a file …"]
    offered[0].trigger()
    editor.menu.hide()
    editor.rows[0].field.set_value(0.5)
    editor.rows[0].field.value_changed.emit(0.5)
    assert page.making.common.text == "with demo-capitals"
    page.making.make_button.click()
    (work,) = chosen.makes.all
    assert work.order.title == "F16 + demo-capitals"
    assert Path(work.order.target).name == "shrinkscope-demo-demo-capitals-F16.gguf"
    until(qtbot, chosen, lambda: work.state in (WorkState.DONE, WorkState.FAILED))
    assert work.state is WorkState.DONE, work.error
    assert open_model_file(work.order.target).merged == "demo-capitals.gguf*0.5"

    # What does not fit is told, and changes nothing.
    chosen.dialogs.answers = [Path(work.order.target)]
    offered[1].trigger()
    qtbot.waitUntil(lambda: bool(said), timeout=PATIENCE_MS)
    assert "is no adapter" in said[0]
    assert len(editor.adapters) == 1


def test_original_weights_are_converted_once_a_person_agreed(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    page, said = desk.page, list[str]()
    page.said.connect(said.append)
    page.show_models([])
    page.show()
    write_original(tmp_path / "Tiny-1B")
    # Nothing is in Hugging Face's cache: straight to a folder, which holds none at first.
    desk.dialogs.answers = [tmp_path, tmp_path / "Tiny-1B"]
    page.conversion.action.trigger()
    qtbot.waitUntil(lambda: bool(said), timeout=PATIENCE_MS)
    assert "holds no original weights" in said[0]
    page.conversion.action.trigger()
    qtbot.waitUntil(page.conversion.question.isVisible, timeout=PATIENCE_MS)
    assert page.conversion.question.do_button.text() == "Get it and convert Tiny-1B"
    page.conversion.question.keep_button.click()
    assert not desk.makes.all
    # A converter that is there, but broken: nothing is downloaded, and its failure is told.
    folder = desk.paths.cache / "converter"
    folder.mkdir(parents=True)
    (folder / "complete").write_bytes(converter_key())
    for place in ("bin/python", "Scripts/python.exe"):
        (folder / "python" / place).parent.mkdir(parents=True)
        (folder / "python" / place).write_text("#!/bin/false\n")
        (folder / "python" / place).chmod(0o700)
    desk.originals = [original_in(tmp_path / "Tiny-1B")]
    page.conversion.action.trigger()
    qtbot.waitUntil(lambda: bool(page.conversion.menu.actions()), timeout=PATIENCE_MS)
    first = page.conversion.menu.actions()[0]
    assert first.text().startswith("Tiny-1B · ")
    first.trigger()
    page.conversion.menu.hide()
    (work,) = desk.makes.all
    assert (work.order.title, Path(work.order.target).name) == ("F32", "Tiny-1B-F32.gguf")
    until(qtbot, desk, lambda: work.state is WorkState.FAILED)
    (row,) = page.making.works.rows
    assert "F32 – of Tiny-1B" in row.title.text
    assert "The converter ended without a model file" in row.remarks.text()
    assert page.making.works.measure_button.isHidden()


def test_layers_are_chosen_by_their_bars(qtbot: QtBot, chosen: Desk) -> None:
    page, layers = chosen.page, chosen.page.making.common.layers
    page.making.more_button.click()
    layers.look_button.click()
    qtbot.waitUntil(lambda: "Click what is to go" in layers.words.text(), timeout=PATIENCE_MS)
    layers.field.setText("2")
    layers.field.commit()
    assert layers.drop_layers == 2
    assert "These go: 2, 3." in layers.words.text()
    assert "is left out" in layers.bars.words(2)
    # A click on another bar makes it a choice by hand.
    layers.bars.resize(60, 80)
    qtbot.mouseClick(layers.bars, Qt.MouseButton.LeftButton, pos=QPoint(55, 40))
    assert layers.drop_layers == (2, 3, 5)
    assert layers.field.value == 3
    qtbot.keyClick(layers.bars, Qt.Key.Key_Space)
    assert layers.drop_layers == (2, 3)
    layers.bars.setFocus()
    for _ in range(3):
        qtbot.keyClick(layers.bars, Qt.Key.Key_Left)
    qtbot.keyClick(layers.bars, Qt.Key.Key_Space)
    assert layers.drop_layers == (3,)
    # Without another level: the file as it is, but for the layer.
    assert page.making.make_button.text() == "Make it"
    page.making.make_button.click()
    (work,) = chosen.makes.all
    assert (work.order.title, work.order.recipe.level) == ("F16, pruned", "")
    assert work.order.recipe.drop_layers == (3,)
    until(qtbot, chosen, lambda: work.state in (WorkState.DONE, WorkState.FAILED))
    assert work.state is WorkState.DONE, work.error
    assert abs(work.made.file_bytes / work.order.expected_bytes - 1) < 0.02
    # All of them cannot go.
    for layer in (0, 1, 2, 4, 5):
        layers.bars.toggled.emit(layer)
    assert layers.drop_layers == (0, 1, 2, 3, 4)


def test_two_of_every_four_is_a_choice(chosen: Desk) -> None:
    tick(chosen.page, "Q4_0")
    common = chosen.page.making.common
    common.pattern.click()
    assert not common.zeros.isEnabled()
    assert "two of every four zero" in common.text
    chosen.page.making.make_button.click()
    (work,) = chosen.makes.all
    assert work.order.recipe.sparsity == "2:4"
    (usual,) = [
        row.file_bytes for row in chosen.page.making.versions.rows if row.level.name == "Q4_0"
    ]
    assert work.order.expected_bytes == usual  # zeros save nothing


def test_a_disk_without_room_is_said_before(chosen: Desk) -> None:
    chosen.free = 1_000
    tick(chosen.page, "Q8_0")
    assert "only 1.00 kB are free" in chosen.page.making.facts.text().replace("\u00a0", " ")
    assert chosen.page.making.facts.property("role") == "failed"


def test_a_recipe_is_made_again(qtbot: QtBot, chosen: Desk, tmp_path: Path) -> None:
    page, said = chosen.page, list[str]()
    page.said.connect(said.append)
    recipe = tmp_path / "a.recipe.json"
    recipe.write_text('{"type": "shrinkscope-recipe", "level": "Q5_0", "matrix": "none"}')
    chosen.dialogs.answers = [recipe, None, tmp_path / "missing.json"]
    page.recipe_action.trigger()
    (work,) = chosen.makes.all
    until(qtbot, chosen, lambda: work.state is WorkState.DONE)
    assert work.made.level == "Q5_0"
    page.recipe_action.trigger()
    assert said == []
    page.recipe_action.trigger()
    assert "missing.json" in said[0]


def test_a_shrunken_model_is_taken_after_a_sentence(
    qtbot: QtBot, desk: Desk, demo_model: Path, tmp_path: Path
) -> None:
    small = tmp_path / "small-Q4_0.gguf"
    order = order_for(demo_model, tmp_path, "Q4_0", recipe_of("Q4_0"))
    work = desk.makes.add(order)
    until(qtbot, desk, lambda: work.state is WorkState.DONE)
    Path(order.target).rename(small)
    desk.page.choose(small)
    qtbot.waitUntil(lambda: bool(desk.page.making.versions.rows), timeout=PATIENCE_MS)
    assert "is quantized already" in desk.page.making.note.text()
    tick(desk.page, "Q2_K")
    desk.page.making.make()
    again = desk.makes.all[-1]
    assert again.order.recipe.requantizes
    until(qtbot, desk, lambda: again.state in (WorkState.DONE, WorkState.FAILED))
    assert again.state is WorkState.DONE, again.error
    assert again.made.remarks


def test_what_is_no_model_is_refused(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(b"no model")
    desk.page.choose(wrong)
    qtbot.waitUntil(lambda: bool(desk.page.making.note.text()), timeout=PATIENCE_MS)
    assert not desk.page.making.make_button.isEnabled()
    assert desk.page.making.versions.rowCount() == 0


def test_without_models_the_page_says_how_to_begin(desk: Desk) -> None:
    desk.page.show_models([])
    asked: list[bool] = []
    desk.page.browse_wanted.connect(lambda: asked.append(True))
    buttons = desk.page.findChildren(QPushButton)
    next(each for each in buttons if each.text() == "Find a model on the Hub").click()
    assert asked == [True]
    assert desk.page.making.source.path is None


def test_files_are_named_after_their_source(tmp_path: Path) -> None:
    names = {
        "Qwen3-4B-F16.gguf": "Qwen3-4B-Q4_K_M",
        "gemma-3-1b-it-BF16-00001-of-00002.gguf": "gemma-3-1b-it-Q4_K_M",
        "model.gguf": "model-Q4_K_M",
    }
    assert {name: stem_for(name, "Q4_K_M") for name in names} == names
    source = tmp_path / "a-F16.gguf"
    (tmp_path / "a-Q4_0.gguf").touch()
    taken = {str(tmp_path / "a-Q4_0-2.gguf")}
    order = order_for(source, tmp_path, "Q4_0", recipe_of("Q4_0"), taken=taken)
    assert Path(order.target).name == "a-Q4_0-3.gguf"
    assert free_bytes(tmp_path / "not" / "there") == free_bytes(tmp_path)


def test_versions_go_beside_an_own_model_alone(demo_model: Path, tmp_path: Path) -> None:
    own, others = in_library(demo_model), in_library(demo_model, ModelSource.LM_STUDIO)
    assert folder_for(demo_model, [own], tmp_path) == demo_model.parent
    assert folder_for(demo_model, [others], tmp_path) == tmp_path


def recipe_of(level: str) -> Recipe:
    return Recipe(level_by_name(level), matrix=MatrixUse.NONE)


def test_a_failure_is_told_and_tried_again(
    qtbot: QtBot, chosen: Desk, demo_model: Path, tmp_path: Path
) -> None:
    order = order_for(demo_model, tmp_path, "Q4_0", recipe_of("Q4_0"))
    Path(order.target).write_bytes(b"another file")
    work = chosen.makes.add(order)
    until(qtbot, chosen, lambda: work.state is WorkState.FAILED)
    (row,) = chosen.page.making.works.rows
    assert "already" in row.remarks.text()
    assert row.again.isVisibleTo(chosen.page)
    Path(order.target).unlink()
    row.again.click()
    until(qtbot, chosen, lambda: work.state is WorkState.DONE)


def test_what_is_to_be_raised_is_ordered(qtbot: QtBot, chosen: Desk, demo_model: Path) -> None:
    page = chosen.page
    page.tabs.setCurrentIndex(1)
    recipe = Recipe(level_by_name("Q4_0"), rules=(exactly("blk.0.attn_q.weight", "Q6_K"),))
    page.inside.raise_wanted.emit(Raise(demo_model, "Q4_0, 1 raised", recipe, 5))
    assert page.tabs.currentIndex() == 0
    (work,) = chosen.makes.all
    until(qtbot, chosen, lambda: work.state in (WorkState.DONE, WorkState.FAILED))
    assert work.state is WorkState.DONE, work.error
    assert Path(work.order.target).name == "shrinkscope-demo-Q4_0-1-raised.gguf"


def test_what_a_matrix_changes_is_made_twice_and_measured(
    qtbot: QtBot, chosen: Desk, demo_model: Path
) -> None:
    page, asked = chosen.page, list[list[Candidate]]()
    page.measure_wanted.connect(asked.append)
    names = [page.matrix.level.itemText(place) for place in range(page.matrix.level.count())]
    assert "Q4_0" in names
    assert not {"IQ2_M", "Q8_0"} & set(names)
    page.matrix.level.setCurrentIndex(names.index("Q4_0"))
    page.matrix.effect_button.click()
    assert page.tabs.currentIndex() == 0
    uses, without = chosen.makes.all
    assert (uses.order.recipe.matrix, without.order.recipe.matrix) == ("own", "none")
    until(qtbot, chosen, lambda: bool(asked))
    targets = [Path(work.order.target) for work in (uses, without)]
    assert asked == [[candidate_of(demo_model), *map(candidate_of, targets)]]
    assert [open_model_file(each).has_importance_matrix for each in targets] == [True, False]

    page.matrix.look_again()
    qtbot.waitUntil(lambda: len(page.matrix.rows.rows) == 1, timeout=PATIENCE_MS)
    (row,) = page.matrix.rows.rows
    assert row.title.text == "the demo model's own chats"
    row.use.click()
    tick(page, "Q3_K_M")
    page.making.make_button.click()
    assert chosen.makes.all[-1].order.recipe.matrix == str(row.kept.path)
    assert "importance matrix the one of the demo model's own chats" in page.making.common.text


def test_what_is_left_can_learn_again(qtbot: QtBot, chosen: Desk, demo_model: Path) -> None:
    page, wish = chosen.page, chosen.page.making.learning
    page.making.more_button.click()
    assert not wish.box.isEnabled()
    page.making.common.layers.field.setText("1")
    page.making.common.layers.field.commit()
    qtbot.waitUntil(lambda: "memory beside the original" in wish.note.text(), timeout=PATIENCE_MS)
    assert not wish.amount.isEnabled()
    wish.box.click()
    # Six operations a weight and token, at the pace of this desk.
    assert wish.amount.currentText().replace("\u00a0", " ") == "128 windows of text, about 18 min"
    assert wish.seconds == pytest.approx(6 * 128 * 256 * 5_508_352 / 1e9)
    assert "about 18 min" in page.making.facts.text().replace("\u00a0", " ")
    page.making.more_button.click()
    assert "learning again" in page.making.more_button.text()
    page.making.make_button.click()
    (work,) = chosen.makes.all
    assert work.order.recipe.healing == Healing(windows=128)
    assert work.order.target.endswith("-learned-again.gguf")
    chosen.makes.queue.cancel(work)

    # What a large model would take is said, and not offered.
    large = replace(open_model_file(demo_model), parameters=8_000_000_000)
    wish.follow(large, leaves_out=True)
    assert not wish.box.isEnabled()
    assert wish.healing is None
    assert "is too large to learn again on a PC: 128 windows of text would take" in wish.note.text()
