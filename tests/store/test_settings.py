"""Settings of the program and of its chats.

Tests app.store.tolerant.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.core.errors import PersonError
from app.store.settings import Settings, SettingsFile

if TYPE_CHECKING:
    import subprocess


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def change(path: Path, **values: object) -> None:
    file = SettingsFile(path)
    file.save(msgspec.structs.replace(file.load()[0], **values))


def test_without_a_file_there_are_defaults_and_nothing_to_say(path: Path) -> None:
    assert SettingsFile(path).load() == (Settings(), [])


def test_everything_comes_back(path: Path) -> None:
    settings = Settings(
        theme="dark",
        last_chat_id=7,
        window_geometry="AdnQywADAAA=",
        window_state="AAAA/w==",
        splitter_sizes={"main": [200, 800], "plots": [1, 0]},
        plots_visible=False,
        plots=["memory"],
        chat_list_visible=False,
        preset="Chat",
        last_folder=b"/home/me/gr\xf6\xdfe".decode(errors="surrogateescape"),
        first_start_done=True,
    )
    SettingsFile(path).save(settings)

    assert SettingsFile(path).load() == (settings, [])


def test_a_save_leaves_the_settings_before_it_beside(path: Path) -> None:
    change(path, theme="dark")
    change(path, theme="light")

    assert sorted(file.name for file in path.parent.iterdir()) == [
        "settings.json",
        "settings.json.bak",
    ]
    assert json.loads(SettingsFile(path).backup.read_text())["theme"] == "dark"


def test_keys_this_version_does_not_know_survive(path: Path) -> None:
    path.write_text('{"version": 1, "theme": "dark", "wheel": {"spokes": [1, 2]}}')

    change(path, plots_visible=False)

    saved = json.loads(path.read_text())
    assert saved["wheel"] == {"spokes": [1, 2]}
    assert (saved["theme"], saved["plots_visible"]) == ("dark", False)


def test_they_survive_a_save_without_a_load_too(path: Path) -> None:
    path.write_text('{"wheel": 1}')
    SettingsFile(path).save(Settings())

    assert json.loads(path.read_text())["wheel"] == 1


def test_wrong_values_are_set_back_and_said(path: Path) -> None:
    path.write_text(
        json.dumps(
            {
                "theme": "purple",
                "last_chat_id": "seven",
                "window_geometry": "not base64!",
                "splitter_sizes": {"main": [-5, "wide"]},
                "preset": "Wild",
                "plots": [1],
                "chat_list_visible": "no",
                "first_start_done": True,
            }
        )
    )

    settings, sentences = SettingsFile(path).load()

    assert settings == Settings(first_start_done=True)
    assert len(sentences) == 7
    assert 'The setting “theme” cannot be "purple"; it is "system" again.' in sentences
    assert 'The setting “preset” cannot be "Wild"; it is "Compare (greedy)" again.' in sentences
    change(path)
    assert SettingsFile(path).load()[1] == []


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b'{"theme": "dark"', b"[1]", b"\xff\xfe\x00", b"[" * 100_000, b"1" * (2 << 20)],
)
def test_what_is_no_settings_file_is_replaced_by_the_one_before(path: Path, broken: bytes) -> None:
    change(path, theme="dark", last_chat_id=3)
    change(path, last_chat_id=4)
    path.write_bytes(broken)

    settings, sentences = SettingsFile(path).load()

    assert (settings.theme, settings.last_chat_id) == ("dark", 3)
    assert len(sentences) == 1
    assert "Those from before the last change are used." in sentences[0]
    assert path.with_name("settings.json.damaged").read_bytes() == broken


def test_without_one_before_all_goes_back_to_the_start(path: Path) -> None:
    path.write_text("{{{")
    SettingsFile(path).backup.write_text("too")

    settings, sentences = SettingsFile(path).load()

    assert settings == Settings()
    assert sentences == [
        "The settings could not be read (the file is not valid JSON). All are back to the start."
    ]


def test_a_broken_file_does_not_take_the_place_of_the_good_one_before(path: Path) -> None:
    change(path, theme="dark")
    change(path, theme="light")
    file = SettingsFile(path)
    settings, _ = file.load()
    path.write_text("broken meanwhile")
    file.save(settings)

    assert json.loads(file.backup.read_text())["theme"] == "dark"
    assert SettingsFile(path).load()[0].theme == "light"


def test_settings_of_a_newer_version_are_used_and_kept(path: Path) -> None:
    newer = '{"version": 3, "theme": "dark", "last_chat_id": {"device": 1}, "wheel": 1}'
    path.write_text(newer)

    settings, sentences = SettingsFile(path).load()

    assert (settings.theme, settings.last_chat_id, settings.version) == ("dark", None, 1)
    assert "newer Shrinkscope" in sentences[0]
    assert path.with_name("settings.json.version-3").read_text() == newer


def test_a_folder_that_cannot_be_written_is_said_and_the_old_ones_stand(path: Path) -> None:
    change(path, theme="dark")
    path.with_name(f"settings.json.{os.getpid()}.{threading.get_ident()}.part").mkdir()

    with pytest.raises(PersonError, match="The settings cannot be saved"):
        SettingsFile(path).save(Settings(theme="light"))

    assert SettingsFile(path).load()[0].theme == "dark"


# Saves, and ends itself as kill -9 would at the n-th call that changes the folder.
SAVER = """
import os
import signal
import sys
from pathlib import Path
import msgspec
from app.store.settings import SettingsFile

left = int(sys.argv[2])


def mortal(call):
    def called(*given):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return call(*given)
    return called


os.replace, os.fsync = mortal(os.replace), mortal(os.fsync)
file = SettingsFile(Path(sys.argv[1]))
file.save(msgspec.structs.replace(file.load()[0], theme="light"))
print("saved", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the signal has no like there")
def test_killed_while_saving_leaves_the_old_or_the_new(
    path: Path, start_child: Callable[..., subprocess.Popen[str]]
) -> None:
    change(path, theme="dark", last_chat_id=5)
    themes: list[str] = []
    for left in range(10):
        saver = start_child(SAVER, path, left)
        saved = saver.stdout.read() == "saved\n"
        saver.wait()

        settings, sentences = SettingsFile(path).load()
        assert sentences == []
        assert settings.last_chat_id == 5
        themes.append(settings.theme)
        if saved:
            break
    assert themes == ["dark"] * 4 + ["light"]
    assert left == 4


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(raw=st.dictionaries(st.sampled_from(Settings.__struct_fields__) | words, values))
def test_any_json_gives_settings_and_a_second_load_has_nothing_to_say(
    path: Path, raw: dict[str, object]
) -> None:
    path.write_text(json.dumps(raw))
    file = SettingsFile(path)
    settings, _ = file.load()
    file.save(settings)

    again, sentences = SettingsFile(path).load()
    assert (again, sentences) == (settings, [])
    kept = json.loads(path.read_text())
    for key in raw.keys() - set(Settings.__struct_fields__):
        assert kept[key] == raw[key]
    os.unlink(path)
