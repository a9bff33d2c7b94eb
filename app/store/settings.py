"""The person's settings: one JSON file, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, cast

import msgspec
from msgspec import Meta, field

from app.base.files import TooLargeError, read_ordinary, write_whole
from app.core.candidates.candidate import Candidate
from app.core.candidates.settings import MOST_THREADS, PRESETS
from app.core.chats.pictures import Picture
from app.core.devices.device import Device
from app.core.errors import PersonError
from app.core.words.sentence import say, worded
from app.store.tolerant import WrongValue, convert

SETTINGS_VERSION = 1
_MAX_BYTES = 1 << 20

Base64 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Pixels = Annotated[int, Meta(ge=0)]

Migration = Callable[[dict[str, object]], dict[str, object]]
# From the version of the key to the next; empty as long as there was only one version.
_MIGRATIONS: dict[int, Migration] = {}


class KeptLimits(msgspec.Struct, frozen=True):
    """The person's limits of a ladder; None for none.

    Attributes:
        memory_bytes: A version may need so much.
        least_tokens_per_second: So fast it should generate.
        tolerance: How much smaller a share of right answers may be.
    """

    memory_bytes: Annotated[int, Meta(ge=0)] | None = None
    least_tokens_per_second: Annotated[float, Meta(ge=0)] | None = None
    tolerance: Annotated[float, Meta(gt=0, le=1)] = 0.03


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the window remembers; change it with ``msgspec.structs.replace``.

    Attributes:
        version: Of the file's format.
        theme: Follow the system, or always light or dark.
        text_percent: How large text is, of what the system asks for.
        language: Of the window, as its file is named; empty for the system's where it is there.
        last_chat_id: The chat to open at the next start.
        chat_being_opened: The last chat while a start opens it: what stands here at the next start
            did not open.
        plain_chats: Chats that did not open at a start; their answers are shown as plain text.
        window_geometry: Qt's own bytes in base64; empty before the first end.
        window_state: Qt's own bytes in base64.
        splitter_sizes: Pixels of each part, by the splitter's name.
        plots_visible: Whether the plots are shown at all.
        figures_open: Whether all figures of an answer are shown, not its speed and memory alone.
        plots: Names of the plots shown.
        chat_list_visible: Whether the list of chats is shown.
        draft: A prompt that was written and not sent when the program ended.
        draft_pictures: What was to go with it.
        vote_draft: Prompts for blind votes, likewise.
        enter_sends: Whether Enter sends a prompt; else it makes a line, and Ctrl+Enter sends.
        preset: Name of the sampling preset for new chats.
        context_tokens: Context of versions that come into Compare; None for the usual one.
        threads: Of their engines; None for what the PC has.
        memory_reserve_bytes: What engines leave free for other programs; None for the usual.
        last_folder: Where the last model file was opened.
        library_folders: Folders of the person's own that hold model files, as absolute paths.
        certificate_file: A file of the person's own with certificates that the Hub may show, as an
            absolute path.
        moved_folders: Where folders of models went that were moved or renamed.
        chat_templates: Which templates were chosen for model files that bring none, by file and by
            family.
        tuned: Model files with the settings that were found to be best for them on this PC: how new
            panes load them.
        served: Candidates that other programs were let ask last.
        first_start_done: The first start's levels of the demo model were made.
        own_devices: That the person entered, to ask what a candidate would do there.
        ladder_columns: Names of the columns among a ladder's details; empty for all.
        ladder_details: Whether the table shows them.
        ladder_list_visible: Whether the list of ladders is shown.
        ladder_limits: The person's own; None for what suits the PC.
        ladders_under_way: Numbers of the ladders that are measured or wait for it: what the next
            start goes on with, however this one ends.
        ladder_tries: How often measuring was begun at the step that each of them is at, by number.
    """

    version: int = SETTINGS_VERSION
    theme: Literal["system", "light", "dark"] = "system"
    text_percent: Annotated[int, Meta(ge=100, le=200)] = 100
    language: Annotated[str, Meta(max_length=24)] = ""
    last_chat_id: int | None = None
    chat_being_opened: int | None = None
    plain_chats: list[int] = []
    window_geometry: Base64 = ""
    window_state: Base64 = ""
    splitter_sizes: dict[str, list[Pixels]] = {}
    plots_visible: bool = False
    figures_open: bool = False
    plots: list[str] = field(default_factory=lambda: ["memory", "speed"])
    chat_list_visible: bool = True
    draft: str = ""
    draft_pictures: tuple[Picture, ...] = ()
    vote_draft: str = ""
    enter_sends: bool = True
    preset: str = next(iter(PRESETS))
    context_tokens: Annotated[int, Meta(ge=256, le=10_000_000)] | None = None
    threads: Annotated[int, Meta(ge=1, le=MOST_THREADS)] | None = None
    memory_reserve_bytes: Annotated[int, Meta(ge=0)] | None = None
    last_folder: str = ""
    library_folders: list[str] = []
    moved_folders: dict[str, str] = {}
    chat_templates: dict[str, str] = {}
    certificate_file: str = ""
    tuned: tuple[Candidate, ...] = ()
    served: tuple[Candidate, ...] = ()
    first_start_done: bool = False
    own_devices: tuple[Device, ...] = ()
    ladder_columns: list[str] = []
    ladder_details: bool = False
    ladder_list_visible: bool = True
    ladder_limits: KeptLimits | None = None
    ladders_under_way: list[int] = []
    ladder_tries: dict[str, int] = {}


class _Unusable(Exception):
    """The file is there and holds no settings."""


class SettingsFile:
    """Loads and saves the settings. One thread, and one program: the owner of the store.

    Keys that this version does not know are kept from the load to the next save.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, object] | None = None

    @property
    def backup(self) -> Path:
        """The settings before the last save."""
        return self._path.with_name(self._path.name + ".bak")

    def load(self) -> tuple[Settings, list[str]]:
        """The settings, and a sentence for each thing that was not as it should be.

        Never fails: what cannot be read is set back, and kept beside as ``.damaged``.
        """
        sentences: list[str] = []
        try:
            raw = _read(self._path)
        except _Unusable as reason:
            raw = self._recover(reason.args[0], sentences)
        raw = self._brought_up_to_date(raw, sentences)
        settings, wrong = convert(raw, Settings)
        settings, wrong = _with_rules(settings, wrong)
        sentences += [_sentence(value) for value in wrong]
        known = set(settings.__struct_fields__)
        self._kept = {key: value for key, value in raw.items() if key not in known}
        return settings, sentences

    def save(self, settings: Settings) -> None:
        """Write the settings; a crash or power cut at any moment leaves the old or the new ones.

        Raises:
            PersonError: The file cannot be written; the old settings stand.
        """
        if self._kept is None:
            self.load()
        kept = self._kept or {}
        values = msgspec.to_builtins(settings) | kept
        # ASCII: a folder's name may hold bytes that are no text.
        data = json.dumps(values, indent=2, ensure_ascii=True).encode() + b"\n"
        try:
            with contextlib.suppress(_Unusable, FileNotFoundError):
                if _read(self._path):
                    write_whole(self.backup, read_ordinary(self._path, _MAX_BYTES))
            write_whole(self._path, data)
        except OSError as error:
            raise PersonError(
                say("store.settings_cannot_saved", reason=error.strerror or error), repr(error)
            ) from error

    def _recover(self, reason: str, sentences: list[str]) -> dict[str, object]:
        """Take the settings before the last save, else none."""
        damaged = self._path.with_name(self._path.name + ".damaged")
        with contextlib.suppress(OSError):
            os.replace(self._path, damaged)
        with contextlib.suppress(_Unusable):
            if before := _read(self.backup):
                sentences.append(worded("store.settings_before_used", reason=reason))
                return before
        sentences.append(worded("store.settings_back_to_start", reason=reason))
        return {}

    def _brought_up_to_date(
        self, raw: dict[str, object], sentences: list[str]
    ) -> dict[str, object]:
        version = raw.get("version", SETTINGS_VERSION)
        if not isinstance(version, int):
            return raw
        if version > SETTINGS_VERSION:
            kept = self._path.with_name(f"{self._path.name}.version-{version}")
            with contextlib.suppress(OSError):
                write_whole(kept, read_ordinary(self._path, _MAX_BYTES))
            sentences.append(worded("store.settings_newer", name=kept.name))
        while version in _MIGRATIONS:
            raw = _MIGRATIONS[version](raw)
            version += 1
        return {**raw, "version": SETTINGS_VERSION} if raw else raw


def _read(path: Path) -> dict[str, object]:
    """The file's object, empty when there is no file.

    Raises:
        _Unusable: With the reason.
    """
    try:
        data = read_ordinary(path, _MAX_BYTES)
    except FileNotFoundError:
        return {}
    except TooLargeError as error:
        raise _Unusable(worded("store.file_far_too_large")) from error
    except OSError as error:
        raise _Unusable(error.strerror or str(error)) from error
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _Unusable(worded("store.file_not_valid_json")) from error
    if not isinstance(value, dict):
        raise _Unusable(worded("store.file_not_valid_json"))
    return cast("dict[str, object]", value)


def _with_rules(settings: Settings, wrong: list[WrongValue]) -> tuple[Settings, list[WrongValue]]:
    """Rules that a type cannot say."""
    if settings.preset not in PRESETS:
        used = Settings().preset
        wrong = [*wrong, WrongValue("preset", settings.preset, used)]
        settings = msgspec.structs.replace(settings, preset=used)
    return settings, wrong


def _sentence(wrong: WrongValue) -> str:
    value = json.dumps(wrong.value, ensure_ascii=False)
    if len(value) > 40:
        value = value[:39] + "…"
    used = json.dumps(msgspec.to_builtins(wrong.used), ensure_ascii=False)
    return worded("store.setting_cannot_be", field=wrong.field, value=value, used=used)
