"""The settings that the person changes here, each declared once: page and palette iterate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from app.core.candidates.settings import CONTEXT_STEP_TOKENS, MOST_THREADS, PRESETS
from app.core.memory.estimate import RESERVED_BYTES
from app.ui.kit.words.format import byte_size, percent
from app.ui.kit.words.language import languages, system_language
from app.ui.kit.words.text import translate
from app.ui.settings.sampling_editor import preset_name

_PERCENTS = (100, 110, 125, 150, 175, 200)
_RESERVES = (500_000_000, 1_000_000_000, 2_000_000_000, 4_000_000_000, 8_000_000_000)
_MOST_CONTEXT = 1_048_576


class Group(Enum):
    """What settings are about, in the order of the page."""

    GENERAL = "general"
    ENGINE = "engine"
    MODELS = "models"
    PRIVACY = "privacy"

    @property
    def title(self) -> str:
        """Above its settings."""
        return {
            Group.GENERAL: translate("Settings", "General"),
            Group.ENGINE: translate("Settings", "Engine"),
            Group.MODELS: translate("Settings", "Models"),
            Group.PRIVACY: translate("Settings", "Privacy"),
        }[self]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number to be typed; nothing is what its word says."""

    least: int
    most: int
    step: int
    blank: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting.

    Attributes:
        key: Of ``app.store.settings.Settings``.
        group: What it is about.
        title: What it is called.
        explanation: What it does, one sentence or two.
        choices: What there is to choose: words and values; or a number to be typed.
        at_next_start: Whether it takes effect at the next start alone.
    """

    key: str
    group: Group
    title: str
    explanation: str
    choices: tuple[tuple[str, object], ...] | Numbers
    at_next_start: bool = False


def entries() -> tuple[Entry, ...]:
    """All of them, in the order of the page and in the window's language."""
    return (*_general(), *_engine())


def _general() -> Iterable[Entry]:
    yield Entry(
        "theme",
        Group.GENERAL,
        translate("Settings", "Theme"),
        translate("Settings", "The system’s choice is followed while the program runs."),
        (
            (translate("Settings", "as the system"), "system"),
            (translate("Settings", "light"), "light"),
            (translate("Settings", "dark"), "dark"),
        ),
    )
    yield Entry(
        "text_percent",
        Group.GENERAL,
        translate("Settings", "Text size"),
        translate("Settings", "Of all text in the window."),
        tuple((percent(each / 100), each) for each in _PERCENTS),
        at_next_start=True,
    )
    system = translate("Settings", "as the system")
    if spoken := system_language():  # a system may have none
        system = translate("Settings", "as the system ({language})").format(language=spoken)
    yield Entry(
        "language",
        Group.GENERAL,
        translate("Settings", "Language"),
        translate("Settings", "English, where the system’s language is not there yet."),
        (
            (system, ""),
            (translate("Settings", "English"), "en"),
            *((own, name) for name, own in languages().items()),
        ),
        at_next_start=True,
    )
    yield Entry(
        "enter_sends",
        Group.GENERAL,
        translate("Settings", "Enter"),
        translate("Settings", "What the Enter key does to a prompt; Ctrl+Enter always sends."),
        (
            (translate("Settings", "sends"), True),
            (translate("Settings", "makes a new line"), False),
        ),
    )


def _engine() -> Iterable[Entry]:
    auto = translate("Settings", "auto")
    yield Entry(
        "preset",
        Group.ENGINE,
        translate("Settings", "New chats"),
        translate("Settings", "How the next word is chosen in chats that you begin from now on."),
        tuple((preset_name(name), name) for name in PRESETS),
    )
    yield Entry(
        "context_tokens",
        Group.ENGINE,
        translate("Settings", "Context"),
        translate(
            "Settings",
            "In tokens, of versions that you add from now on, within what each allows."
            " More takes more memory.",
        ),
        Numbers(CONTEXT_STEP_TOKENS, _MOST_CONTEXT, 1024, auto),
    )
    yield Entry(
        "threads",
        Group.ENGINE,
        translate("Settings", "Threads"),
        translate(
            "Settings", "Of versions that you add from now on. Auto: all cores, shared out fairly."
        ),
        Numbers(1, MOST_THREADS, 1, auto),
    )
    usual = translate("Settings", "usual ({size})").format(size=byte_size(RESERVED_BYTES))
    yield Entry(
        "memory_reserve_bytes",
        Group.ENGINE,
        translate("Settings", "Memory to leave free"),
        translate(
            "Settings",
            "For your other programs: what fits, and how many versions stay loaded, goes by it.",
        ),
        ((usual, None), *((str(byte_size(each)), each) for each in _RESERVES)),
    )
