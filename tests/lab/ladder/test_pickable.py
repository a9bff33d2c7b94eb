"""What can be picked for a ladder: names, letters, and what may not be measured.

Tests app.lab.ladder.picked, too.
"""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.candidates.settings import EngineSettings, KvType
from app.core.chats.panes import ChatPane
from app.core.models.family import LibraryModel, ModelSource
from app.core.servers.server import Server
from app.core.words.sentence import say
from app.lab.compare.panes import Pane
from app.lab.demo.demo import DemoFiles, demo_taught
from app.lab.ladder.pickable import opened_files, pickable
from app.lab.ladder.picked import (
    PickFile,
    can_be_ladder,
    in_shrink_order,
    reference_among,
    short_name,
)
from app.library.model_files import open_model_file
from tests.helpers.model_folders import adapter_model, library_model, projector_gguf, small_gguf


def file(level: str, bits: float | None = None, family: str = "Sky", **more: Any) -> PickFile:
    return PickFile(
        candidate_of(f"/m/{family}-{level}.gguf"),
        f"{family}-{level}",
        family,
        level,
        10,
        bits,
        **more,
    )


F16, Q8, Q4, Q2 = file("F16", 16.0), file("Q8_0", 8.5), file("Q4_K_M", 4.9), file("Q2_K", 3.2)


def found(name: str, level: str, folder: str = "/m/lmstudio", template: str = "x") -> LibraryModel:
    """A file of this PC, as a scan tells of it."""
    metadata = {"tokenizer.chat_template": template or None}
    data = small_gguf(name, level, metadata=metadata)
    return library_model(f"{folder}/{name.replace(' ', '-')}-{level}.gguf", gguf=data)


def pane(letter: str, model: LibraryModel, candidate: Candidate | None = None) -> Pane:
    made = Pane(ChatPane(letter, letter, candidate or candidate_of(model.path)))
    made.model = model.model
    return made


def shown(files: list[PickFile]) -> list[tuple[str, str, str]]:
    return [(file.family, file.level, file.letter) for file in files]


def test_a_family_is_whole_and_those_in_compare_stand_first() -> None:
    sky = [found("Sky 1B", level) for level in ("Q2_K", "F16", "Q4_K_M")]
    moon = found("Moon 1B", "Q8_0")
    files = pickable([pane("A", sky[2])], None, [moon, *sky])
    assert shown(files) == [
        ("Sky 1B", "F16", ""),
        ("Sky 1B", "Q4_K_M", "A"),
        ("Sky 1B", "Q2_K", ""),
        ("Moon 1B", "Q8_0", ""),
    ]
    assert all(file.needs_bytes for file in files)


def test_a_file_of_compare_that_no_folder_has_stands_with_its_family() -> None:
    here, elsewhere = found("Sky 1B", "F16"), found("Sky 1B", "Q4_K_M", "/elsewhere")
    files = pickable([pane("B", elsewhere)], None, [here])
    assert shown(files) == [("Sky 1B", "F16", ""), ("Sky 1B", "Q4_K_M", "B")]


def test_copies_of_a_file_are_one_row(tmp_path: Path) -> None:
    first, second, other = (
        found("Sky 1B", "Q4_K_M", str(tmp_path / folder)) for folder in ("a", "b", "c")
    )
    for model in (first, second):
        model.path.parent.mkdir()
        model.path.write_bytes(b"1")
    other.path.parent.mkdir()
    other.path.symlink_to(first.path)
    (row,) = pickable([pane("C", second)], None, [first, second, other])
    assert row.copies == 2, "a link is no copy"
    assert (row.path, row.letter) == (second.path, "C")


def test_one_file_in_two_panes_with_other_settings_is_two_candidates() -> None:
    sky = found("Sky 1B", "Q4_K_M")
    plain = candidate_of(sky.path)
    changed = Candidate(plain.source, EngineSettings(8192, kv_type=KvType.Q8_0), "chatml")
    panes = [pane("A", sky), pane("B", sky, changed), pane("C", sky)]
    files = pickable(panes, None, [sky])
    assert [(one.candidate, one.letter) for one in files] == [(plain, "A"), (changed, "B")]
    (alone, _) = pickable([pane("B", sky, changed)], None, [sky])
    assert (alone.candidate, alone.letter) == (plain, ""), "as it would be opened"


def test_what_lies_beside_a_projector_is_offered_with_it_where_pictures_are_asked() -> None:
    eyes = library_model("/m/mmproj-F16.gguf", gguf=projector_gguf(32))
    sky = dataclasses.replace(found("Sky 1B", "Q4_K_M"), projector=eyes.path)
    assert [one.candidate.projector for one in pickable([], None, [sky, eyes])] == [None]
    plain, sees = pickable([], None, [sky, eyes], with_eyes=True)
    assert (plain.candidate.projector, sees.candidate.projector) == (None, str(eyes.path))
    assert sees.family == "Sky 1B, seeing pictures"
    assert (sees.needs_bytes or 0) - (plain.needs_bytes or 0) == eyes.file_bytes


def test_a_file_is_asked_by_the_template_that_was_chosen_for_it() -> None:
    own, none = found("Sky 1B", "F16"), found("Moon 1B", "F16", template="")
    files = pickable([], None, [own, none], lambda _model: "gemma")
    assert [file.candidate.template_id for file in files] == ["gemma", None]


def test_a_pane_whose_header_is_not_read_can_be_picked_too() -> None:
    unread = Pane(ChatPane("A", "A", candidate_of("/m/Sky-Q4_K_M.gguf")))
    (row,) = pickable([unread], None, [])
    assert (row.family, row.level, row.letter) == ("In Compare", "Q4_K_M", "A")


def test_the_demo_model_is_there_once() -> None:
    demo = DemoFiles(Path("/cache"))
    base = demo.path("F16")
    open_one = Pane(ChatPane("A", "A", candidate_of(base)))
    open_one.model = open_model_file(base)
    seen = library_model(str(base), gguf=base.read_bytes())  # the list of what was opened has it
    files = pickable([open_one], demo, [seen])
    levels = [file for file in files if file.family == "Shrinkscope Demo"]
    assert [(file.level, file.letter) for file in levels if file.level == "F16"] == [("F16", "A")]
    (taught,) = (file for file in files if file not in levels)
    assert (taught.candidate, taught.letter) == (demo_taught(), "")


def test_names_are_levels_where_these_tell_files_apart() -> None:
    twin = file("F16", 16.0, family="Moon")
    assert short_name(F16, [F16, Q8]) == "F16"
    assert short_name(F16, [F16, twin]) == "Sky-F16"


def test_a_file_that_is_called_by_another_kind_cannot_be_picked(tmp_path: Path) -> None:
    other, chat = opened_files(
        [candidate_of(tmp_path / name) for name in ("bge-small-en-f16.gguf", "Chat-F16.gguf")]
    )
    assert "an embedding model" in other.why_not
    assert not chat.why_not


def test_the_first_is_the_reference_unless_another_of_them_is_chosen() -> None:
    assert reference_among([F16, Q4], Q4.candidate) == Q4.candidate
    assert reference_among([F16, Q4], Q8.candidate) == F16.candidate
    assert reference_among([], Q8.candidate) is None


def test_from_two_to_six_make_a_ladder() -> None:
    many = [file(f"L{n}", float(n)) for n in range(7)]
    assert [can_be_ladder(many[:n]) for n in (1, 2, 6, 7)] == [False, True, True, False]


def test_levels_that_are_not_made_yet_cannot_be_measured_yet(tmp_path: Path) -> None:
    demo = DemoFiles(tmp_path)
    shutil.copy(demo.path("F16"), demo.path("Q4_K_M"))
    known = {file.level: file.why_not for file in pickable([], demo, [])}
    assert (known.pop("F16"), known.pop("Q4_K_M")) == ("", "")
    assert set(known.values()) == {"This version is still being made."}


def test_broken_files_of_this_pc_are_offered_with_their_reason() -> None:
    broken = say("models.cannot_read", name="x", reason="y")
    path = Path("/m/x-Q4_K_M.gguf")
    model = LibraryModel(path, (path,), path.stem, ModelSource.OWN_FOLDER, 9, 0, None, broken)
    (row,) = pickable([], None, [model])
    assert row.why_not == str(broken)


def test_a_base_is_offered_with_the_adapter_that_fits_it() -> None:
    sky = [found("Sky 1B", level) for level in ("F16", "Q4_K_M")]
    style = adapter_model("/m/style.gguf", "Sky-1B")
    taught = replace(candidate_of(sky[0].path), adapters=(Adapter(str(style.path)),))
    files = pickable([pane("B", sky[0], taught)], None, [style, *sky, found("Moon 1B", "Q8_0")])
    group = "Sky 1B with the adapter style"
    assert shown(files) == [
        ("Sky 1B", "F16", ""),
        ("Sky 1B", "F16", "B"),
        ("Sky 1B", "Q4_K_M", ""),
        (group, "Q4_K_M", ""),
        ("Moon 1B", "Q8_0", ""),
    ], "what Compare has with it stands there already"
    assert files[3].candidate == replace(taught, source=files[2].candidate.source)
    assert (files[3].needs_bytes or 0) - (files[2].needs_bytes or 0) == style.file_bytes
    alone = pickable([], None, [style, found("Moon 1B", "Q8_0")])
    assert [file.family for file in alone] == ["Moon 1B", "Moon 1B with the adapter style"]


def test_models_of_saved_servers_are_offered_by_their_names() -> None:
    server = Server(name="cellar", url="http://big:9931/v1", models=("sky-F16", "moon"))
    far = pickable([], None, [], servers=[server])
    assert [(str(one.family), one.name) for one in far] == [
        ("On the server cellar", "sky-F16"),
        ("On the server cellar", "moon"),
    ]
    every = [Q4, F16, *far]
    assert [short_name(one, every) for one in every] == ["Q4_K_M", "Sky-F16", "sky-F16", "moon"]
    # What is not told comes first: mostly it is the yardstick.
    assert in_shrink_order(every)[0].name == "moon"
    typed = Candidate(ServerModel("cellar", server.url, "typed"))
    assert [one.name for one in opened_files([typed])] == ["typed"]
