"""The tab “On this PC”: its tree, its facts, and what can be done with a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.errors import PersonError
from app.core.memory.fit import Verdict, judge
from app.core.models.family import LibraryModel, ModelSource, families
from app.core.models.kinds import ModelKind
from app.core.words.sentence import say
from app.lab.predict.local_fits import LocalFit
from app.ui.kit.widgets import ElidedLabel, IconButton
from app.ui.pages.models.library.columns import LibraryColumn
from app.ui.pages.models.library.folders_popup import FoldersEditor
from app.ui.pages.models.library.model import LibraryRole, LibraryTreeModel
from tests.helpers.model_folders import adapter_model, library_model, projector_gguf
from tests.ui.pages.models.fake_backends import GB

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from pytestqt.qtbot import QtBot

    from app.ui.pages.models.library.tab import LibraryTab
    from tests.ui.pages.models.conftest import Shown

CUT_OFF = "The file is cut off."


def model(family: str, level: str, **facts: Any) -> LibraryModel:
    """A sound file of a family."""
    given: dict[str, Any] = {"source": ModelSource.HUGGING_FACE, "file_bytes": 4 * 10**9}
    made = library_model(f"/models/{family}-{level}.gguf", **given | facts)
    assert made.model is not None
    header = replace(
        made.model, name=family, level_name=level, family_key=f"llama/{family.lower()}"
    )
    return replace(made, model=header)


def broken(family: str, level: str) -> LibraryModel:
    """A file that cannot be used."""
    return library_model(f"/models/{family}-{level}.gguf", broken=CUT_OFF)


def shape(tree: LibraryTreeModel) -> list[tuple[str, list[str]]]:
    """Families and, below each, the levels of its files."""
    found = []
    for row in range(tree.rowCount()):
        family = tree.index(row, 0)
        levels = [
            str(tree.index(child, LibraryColumn.LEVEL, family).data())
            for child in range(tree.rowCount(family))
        ]
        found.append((str(family.data()), levels))
    return found


def test_files_stand_below_their_families(
    watched: Callable[[QAbstractItemModel], None],
) -> None:
    tree = LibraryTreeModel()
    watched(tree)
    alpha, beta = ("F16", "Q8_0"), ("Q4_K_M",)
    tree.set_families(
        families([model("Beta", beta[0]), *(model("Alpha", level) for level in alpha)])
    )
    assert shape(tree) == [("Alpha", [*alpha]), ("Beta", [*beta])]


def test_news_change_only_what_changed(watched: Callable[[QAbstractItemModel], None]) -> None:
    tree = LibraryTreeModel()
    watched(tree)
    one, two, three = model("Beta", "F16"), model("Beta", "Q8_0"), model("Beta", "Q2_K")
    tree.set_families(families([two]))
    kept = tree.index_of(two.path)
    assert kept.isValid()
    resets: list[int] = []
    tree.modelReset.connect(lambda: resets.append(1))
    tree.set_families(families([one, two, three, model("Alpha", "F16")]))
    assert shape(tree) == [("Alpha", ["F16"]), ("Beta", ["F16", "Q8_0", "Q2_K"])]
    tree.set_families(families([replace(two, file_bytes=7 * 10**9), three]))
    assert shape(tree) == [("Beta", ["Q8_0", "Q2_K"])]
    size = tree.index_of(two.path).siblingAtColumn(LibraryColumn.SIZE).data()
    assert str(size).startswith("7.0")
    tree.set_families([])
    assert tree.rowCount() == 0
    assert not resets


def test_a_broken_file_says_why(watched: Callable[[QAbstractItemModel], None]) -> None:
    tree = LibraryTreeModel()
    watched(tree)
    damaged = broken("Alpha", "Q4_K_M")
    tree.set_families(families([damaged]))
    index = tree.index_of(damaged.path)
    assert CUT_OFF in str(index.data())
    assert CUT_OFF in str(index.data(Qt.ItemDataRole.ToolTipRole))
    assert index.siblingAtColumn(LibraryColumn.LEVEL).data() == "broken"
    assert index.data(LibraryRole.MODEL) is damaged
    assert tree.data(QModelIndex()) is None


# --- the tab ----------------------------------------------------------------------------------


def bring(shown: Shown, *models: LibraryModel) -> LibraryTab:
    """Let the library have these, and show its tab."""
    shown.fakes.library.models = list(models)
    shown.fakes.library.changed.tell()
    shown.page.show_tab(1)
    return shown.page.library


def test_an_empty_library_leads_to_the_hub(shown: Shown) -> None:
    tab = bring(shown)
    assert tab.stack.currentWidget() is tab.empty
    assert "No model" in tab.empty.accessibleName()
    tab.empty.findChild(type(tab.side.compare_button)).click()
    assert shown.page.tabs.currentIndex() == 0
    assert shown.page.search_pane.filters.words.hasFocus()


def test_a_filter_that_nothing_passes_says_so(shown: Shown) -> None:
    tab = bring(shown, model("Alpha", "F16"))
    tab.search.setText("omega")
    assert tab.stack.currentWidget() is tab.nothing
    assert "omega" in tab.nothing.accessibleDescription()
    tab.search.clear()
    assert tab.stack.currentWidget() is tab.splitter


def test_why_a_file_is_broken_is_said_without_its_name_again(shown: Shown) -> None:
    empty = say("models.file_empty", name="Alpha-Q2_K.gguf")
    made = library_model("/models/Alpha-Q2_K.gguf", broken=empty)
    tab = bring(shown, made)
    assert tab.model.index_of(made.path).data() == "“Alpha-Q2_K.gguf” is empty."


def test_a_narrow_tree_hides_what_tells_least(shown: Shown) -> None:
    tab = bring(shown, model("Alpha", "F16"))
    tree = tab.tree
    sign = tree.fontMetrics().averageCharWidth()
    for signs, hidden in ((170, False), (68, True)):
        shown.page.resize(signs * sign, 780)
        shown.until(lambda hidden=hidden: tree.isColumnHidden(LibraryColumn.CONTEXT) is hidden)
        assert not tree.isColumnHidden(LibraryColumn.LEVEL)
        assert not tree.isColumnHidden(LibraryColumn.MEMORY)
        assert not tree.isColumnHidden(LibraryColumn.VERDICT)
        shown.until(lambda: tree.horizontalScrollBar().maximum() == 0)


def test_a_scan_under_way_is_told(shown: Shown) -> None:
    shown.fakes.library.scanning = True
    tab = bring(shown)
    assert tab.progress.active
    assert "Looking" in tab.empty.accessibleName()
    shown.fakes.library.scanning = False
    tab = bring(shown, model("Alpha", "F16"))
    assert not tab.progress.active
    assert tab.stack.currentWidget() is tab.splitter


def test_chosen_files_are_compared_now(shown: Shown) -> None:
    one, two = model("Alpha", "F16"), model("Alpha", "Q4_K_M")
    tab = bring(shown, one, two, broken("Alpha", "Q2_K"))
    assert tab.side.isHidden()
    tab.tree.selectAll()
    shown.click(tab.side.compare_button)
    assert shown.compared == [[one.path, two.path]]


def fit_of(path: Path, free_bytes: int = 8 * GB) -> LocalFit:
    return LocalFit(5 * GB, judge(5 * GB, free_bytes), 12.5)


def test_rows_say_memory_speed_and_whether_they_fit(shown: Shown) -> None:
    alpha = model("Alpha", "Q4_K_M")
    tab = bring(shown, alpha)
    index = tab.model.index_of(alpha.path)
    cells = [index.siblingAtColumn(column) for column in LibraryColumn]
    assert cells[LibraryColumn.MEMORY].data() == "–"
    shown.fakes.library.fits = {alpha.path: fit_of(alpha.path)}
    shown.fakes.library.changed.tell()
    assert str(cells[LibraryColumn.MEMORY].data()).startswith("5.00")
    assert str(cells[LibraryColumn.SPEED].data()).startswith("12.5")
    assert cells[LibraryColumn.VERDICT].data() == "fits"
    assert cells[LibraryColumn.VERDICT].data(LibraryRole.VERDICT) == Verdict.FITS
    assert cells[LibraryColumn.CONTEXT].data() == "512"
    assert not tab.grab().isNull()


def test_one_is_asked_several_are_compared_a_family_is_measured(shown: Shown) -> None:
    alpha, small = model("Alpha", "Q8_0"), model("Alpha", "Q2_K")
    tab = bring(shown, alpha, small, model("Beta", "Q8_0"))
    measured: list[list[Candidate]] = []
    tab.measure_wanted.connect(measured.append)
    tab.show_model(alpha.path)
    assert tab.side.compare_button.text() == "Chat"
    shown.click(tab.side.measure_button)
    assert measured == [[candidate_of(alpha.path), candidate_of(small.path)]]
    tab.tree.selectAll()
    assert tab.side.compare_button.text() == "Compare"
    tab.show_model(Path("/models/Beta-Q8_0.gguf"))
    assert not tab.side.measure_button.isEnabled()
    assert "only one version" in tab.side.measure_button.toolTip()


def test_what_was_opened_is_asked_for_when_the_tab_is_seen(shown: Shown) -> None:
    before = shown.fakes.library.looks_for_opened
    shown.page.show_tab(1)
    assert shown.fakes.library.looks_for_opened == before + 1


def test_titles_of_columns_are_not_cut(shown: Shown) -> None:
    tab = bring(shown, model("Alpha", "F16"))
    header = tab.tree.header()
    for column in LibraryColumn:
        if not tab.tree.isColumnHidden(column):
            title = str(tab.model.headerData(column, Qt.Orientation.Horizontal))
            needed = header.fontMetrics().horizontalAdvance(title)
            assert header.sectionSize(column) > needed, title


def test_facts_of_the_header_are_listed(shown: Shown) -> None:
    alpha = model("Alpha", "Q4_K_M", repository="org/Alpha-GGUF")
    tab = bring(shown, alpha)
    tab.show_model(alpha.path)
    facts = dict(tab.side.details.facts(alpha))
    assert facts["Repository"] == "org/Alpha-GGUF"
    assert facts["Version"] == "Q4_K_M"
    assert facts["Architecture"] == "llama"
    assert str(alpha.path) in {each.text for each in tab.side.details.findChildren(ElidedLabel)}
    (copy,) = tab.side.details.findChildren(IconButton)
    copy.click()
    assert QGuiApplication.clipboard().text() == str(alpha.path)


def test_a_broken_file_cannot_be_compared(shown: Shown) -> None:
    damaged = broken("Alpha", "Q2_K")
    tab = bring(shown, damaged)
    tab.show_model(damaged.path)
    assert not tab.side.compare_button.isEnabled()
    assert tab.side.reveal_button.isEnabled()


def test_a_file_is_revealed_in_its_folder(shown: Shown) -> None:
    alpha = model("Alpha", "F16")
    tab = bring(shown, alpha)
    tab.show_model(alpha.path)
    shown.click(tab.side.reveal_button)
    assert shown.opened == ["file:///models"]


def test_smaller_versions_are_made_of_one_model(shown: Shown) -> None:
    alpha = model("Alpha", "F16")
    tab = bring(shown, alpha)
    wanted: list[Path] = []
    tab.shrink_wanted.connect(wanted.append)
    tab.show_model(alpha.path)
    shown.click(tab.side.shrink_button)
    assert wanted == [alpha.path]


def test_removing_says_first_what_it_frees(shown: Shown) -> None:
    alpha = model("Alpha", "F16")
    tab = bring(shown, alpha)
    tab.show_model(alpha.path)
    shown.click(tab.side.remove_button)
    shown.settle()
    assert shown.fakes.library.removed == []
    assert "frees 4.0" in tab.side.question.accessibleName()
    shown.click(tab.side.question.do_button)
    shown.settle()
    assert shown.fakes.library.removed == [alpha.path]
    assert shown.fakes.library.rescans == 1
    assert "freed" in shown.said[-1]


def test_a_link_to_a_file_elsewhere_says_that_this_stays(shown: Shown) -> None:
    alpha = model("Alpha", "F16")
    tab = bring(shown, alpha)
    shown.fakes.library.elsewhere = (Path("/big/disk/alpha.gguf"),)
    tab.show_model(alpha.path)
    shown.click(tab.side.remove_button)
    shown.settle()
    asked = tab.side.question.accessibleName()
    assert "/big/disk/alpha.gguf" in asked
    assert "stays" in asked
    shown.click(tab.side.question.do_button)
    shown.settle()
    assert shown.said[-1] == "Nothing was freed."


def test_other_programs_files_are_never_removed(shown: Shown) -> None:
    theirs = model("Alpha", "F16", source=ModelSource.OLLAMA)
    tab = bring(shown, theirs)
    tab.show_model(theirs.path)
    assert not tab.side.remove_button.isEnabled()
    assert "Hugging Face" in tab.side.remove_button.toolTip()
    assert tab.side.why_kept.isVisible()
    assert "Ollama" in tab.side.why_kept.text()


def test_a_removal_that_fails_says_why(shown: Shown) -> None:
    alpha = model("Alpha", "F16")
    tab = bring(shown, alpha)
    shown.fakes.library.removal_problem = PersonError("It is not in the cache.")
    tab.show_model(alpha.path)
    tab.side.remove_action.trigger()
    shown.settle()
    assert tab.notice.sentence == "It is not in the cache."
    assert tab.side.question.isHidden()


def test_another_choice_takes_the_question_back(shown: Shown) -> None:
    one, two = model("Alpha", "F16"), model("Alpha", "Q8_0")
    tab = bring(shown, one, two)
    tab.show_model(one.path)
    tab.side.remove_action.trigger()
    shown.settle()
    assert tab.side.question.isVisible()
    tab.show_model(two.path)
    assert tab.side.question.isHidden()
    tab.side.remove_action.trigger()
    tab.show_model(one.path)
    shown.settle()
    assert tab.side.question.isHidden()
    assert shown.fakes.library.removed == []


def test_projectors_are_listed_apart_and_not_compared(shown: Shown) -> None:
    alpha = model("Alpha", "F16")
    assert alpha.model is not None
    header = replace(alpha.model, kind=ModelKind.PROJECTOR)
    projector = replace(alpha, path=Path("/models/mmproj.gguf"), model=header)
    tab = bring(shown, alpha, projector)
    assert [name for name, _ in shape(tab.model)] == [
        "Alpha",
        "Files that are no language models",
    ]
    tab.show_model(projector.path)
    assert not tab.side.compare_button.isEnabled()
    assert "a projector, which shows pictures" in tab.side.compare_button.toolTip()
    row = tab.model.index_of(projector.path)
    assert str(row.data()).endswith(" – projector")
    assert "open the model that it belongs to" in str(row.data(Qt.ItemDataRole.ToolTipRole))


def test_an_adapter_stands_below_its_base_and_is_tried_on_it(shown: Shown) -> None:
    large, small = model("Alpha", "F16"), model("Alpha", "Q8_0")
    style = adapter_model("/models/style.gguf", made_for="org/Alpha")
    tab = bring(shown, style, small, large)
    (family, rows), *others = [
        (str(index.data()), [str(tab.model.index(row, 0, index).data()) for row in range(3)])
        for index in (tab.model.index(0, 0),)
    ]
    assert not others
    assert (family, rows[2]) == ("Alpha", "style – for Alpha")
    tried: list[list[Candidate]] = []
    measured: list[list[Candidate]] = []
    tab.try_wanted.connect(tried.append)
    tab.measure_wanted.connect(measured.append)

    tab.show_model(style.path)
    assert tab.side.compare_button.text() == "Try it on its base"
    shown.click(tab.side.compare_button)
    shown.click(tab.side.measure_button)
    alone = candidate_of(small.path)
    added = Candidate(LocalFile(str(small.path)), adapters=(Adapter(str(style.path)),))
    assert tried == measured == [[alone, added]], "the smallest, while nothing is known of memory"
    shown.fakes.library.fits = {
        each.path: LocalFit(10, judge(10, 10**9), 1.0) for each in (large, small)
    }
    shown.fakes.library.changed.tell()
    tab.side.compare()
    assert [each.place for each in tried[-1]] == [str(large.path)] * 2, "the best that fits"

    tab.tree.selectAll()
    tab.side.compare()
    assert [each.place for each in tried[-1]] == [str(large.path)] * 2 + [str(small.path)] * 2
    facts = dict(tab.side.details.facts(style))
    assert facts["Made for"] == "org/Alpha"
    assert "Version" not in facts


def test_a_model_that_sees_says_so_and_has_its_projector_below_it(shown: Shown) -> None:
    eye = library_model("/models/mmproj-Alpha.gguf", gguf=projector_gguf())
    seeing = model("Alpha", "F16", projector=eye.path)
    tab = bring(shown, seeing, model("Beta", "Q8_0"), eye)
    tree = tab.model
    family = tree.index(0, 0)
    rows = [str(tree.index(row, 0, family).data()) for row in range(tree.rowCount(family))]
    assert rows == ["Alpha-F16 – sees pictures", "mmproj-Alpha – projector"]
    assert tree.rowCount() == 2
    facts = dict(tab.side.details.facts(seeing))
    assert facts["Sees pictures"] == "with mmproj-Alpha.gguf"


def test_an_adapter_that_fits_nothing_here_says_so(shown: Shown) -> None:
    alone = adapter_model("/models/alone.gguf", made_for="Gamma", architecture="qwen2")
    named = adapter_model("/models/named.gguf", made_for="Alpha", width=48)
    both = adapter_model("/models/both.gguf")
    tab = bring(shown, model("Alpha", "F16"), model("Beta", "F16"), alone, named, both)
    assert [name for name, _ in shape(tab.model)][2:] == [
        "Adapters for several models",
        "Adapters without a base",
    ]
    for which, said in (
        (alone, "no model on this PC"),
        (named, "token_embd.weight is 32 × 64 in “Alpha-F16.gguf”, the adapter is for 48 × 64"),
        (both, "Alpha, Beta"),
    ):
        tab.show_model(which.path)
        shown_facts = [each.text() for each in tab.side.details.findChildren(QLabel)]
        assert any(said in text for text in shown_facts), (which.name, shown_facts)
        assert tab.side.compare_button.isEnabled() is (which is both)


def test_the_filter_finds_names_and_levels(shown: Shown, qtbot: QtBot) -> None:
    one, two = model("Alpha", "F16"), model("Beta", "Q4_K_M")
    tab = bring(shown, one, two)
    qtbot.keyClicks(tab.search, "beta")
    assert tab.tree.shown() == [two]
    tab.search.clear()
    assert len(tab.tree.shown()) == 2


def test_the_selection_survives_a_new_scan(shown: Shown) -> None:
    one, two = model("Alpha", "F16"), model("Beta", "Q4_K_M")
    tab = bring(shown, two)
    tab.show_model(two.path)
    bring(shown, one, two)
    assert tab.tree.chosen() == [two]


def test_a_folder_that_cannot_be_read_is_told(shown: Shown) -> None:
    shown.fakes.library.problems = ["“/mnt/models” cannot be read."]
    tab = bring(shown, model("Alpha", "F16"))
    assert tab.notice.sentence == "“/mnt/models” cannot be read."


def test_own_folders_come_and_go(qtbot: QtBot) -> None:
    editor = FoldersEditor(choose=lambda: Path("/data/models"))
    qtbot.addWidget(editor)
    editor.set_folders([Path("/home/me/gguf")])
    wanted: list[list[Path]] = []
    editor.changed.connect(wanted.append)
    editor.add_button.click()
    editor.add_button.click()
    assert wanted == [[Path("/home/me/gguf"), Path("/data/models")]]
    editor.remove_buttons[0].click()
    assert wanted[-1] == [Path("/data/models")]
    assert editor.undo_button is not None
    editor.undo_button.click()
    assert wanted[-1] == [Path("/home/me/gguf"), Path("/data/models")]


def test_an_own_folder_that_is_gone_can_be_found(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    gone, now = tmp_path / "gone", tmp_path / "now"
    editor = FoldersEditor(choose=lambda: now)
    qtbot.addWidget(editor)
    editor.set_folders([tmp_path / "there", gone])
    wanted: list[list[Path]] = []
    moved: list[tuple[Path, Path]] = []
    editor.changed.connect(wanted.append)
    editor.moved.connect(lambda old, new: moved.append((old, new)))
    (button,) = editor.find_buttons
    assert button.accessibleName() == f"Find {gone}"
    button.click()
    assert wanted == [[tmp_path / "there", now]]
    assert moved == [(gone, now)]
