"""The states of the window, each brought about as a person would."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.core.candidates.settings import SamplingSettings
from app.lab.compare.panes import PaneState
from app.lab.demo.demo import DemoFiles
from app.ui.pages.compare.panes.menu import PaneCommand
from tests.helpers import gguf_files
from tests.screenshots.studio import held

if TYPE_CHECKING:
    from app.ui.pages.compare.panes.column import Column
    from tests.e2e.person import Person
    from tests.screenshots.studio import Studio

CONTROL = Qt.KeyboardModifier.ControlModifier
MARKDOWN = """## Fibonacci numbers

Each number is the **sum of the two** before it; the `n`-th is found in *linear* time:

```python
def fibonacci(n: int) -> int:
    \"\"\"Return the n-th number, counted from 0.\"\"\"
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


assert [fibonacci(n) for n in range(7)] == [0, 1, 1, 2, 3, 5, 8]
```

| n | number |
|---|---:|
| 10 | 55 |
| 20 | 6765 |

1. It starts with 0 and 1.
2. The ratio of neighbours nears 1.618.

> Leonardo of Pisa asked for rabbits.
"""
LONG_NAME = (
    "Some-Very-Long-Organisation-Name_The-Longest-Model-Family-Name-Anyone-Ever-Gave-To-A-Model"
    "-Instruct-v2.5-preview-2407-abliterated-imatrix-Q4_K_M-requantized.gguf"
)
_SOME_LIFE_MS = 6000  # so that the plots have something to show


# --- the demo model -----------------------------------------------------------------------


def being_made(studio: Studio) -> None:
    """The first seconds of a first start: levels are being made."""
    with studio.window(fresh_cache=True) as person:
        person.until(lambda: bool(psutil.Process().children()))
        person.until(lambda: any(pane.progress for pane in person.panes))
        with held(psutil.Process().children()[0].pid):
            studio.take("being-made")
        person.until(lambda: all(p.state is not PaneState.PREPARING for p in person.panes))


def start(studio: Studio) -> None:
    """Four levels, and suggested prompts."""
    with studio.window() as person:
        _made(person)
        studio.take("start")


def answering(studio: Studio) -> None:
    """A race: loading, answering, done."""
    with studio.window() as person:
        _made(person)
        person.click("A sum")
        person.until(lambda: person.state(0) is PaneState.LOADING and bool(person.panes[0].pid))
        pid = person.panes[0].pid
        assert pid is not None
        with held(pid):
            studio.take("loading")
        person.until(person.answered)
        person.rest()
        studio.take("done")
        person.ask_all("Which month comes after May?")
        person.until(lambda: len(person.turns) == 2 and person.answered())
        person.rest()
        _reveal_difference(person)
        studio.take("second-turn")


def generating(studio: Studio) -> None:
    """One has answered, one is at it, one waits."""
    with studio.window() as person:
        _made(person)
        endless = _endless(studio.home)
        for pane in person.panes[1:]:
            person.compare.controller.remove(pane.key)
        person.compare.open_files([endless, endless])
        _made(person)
        person.compare.controller.set_sampling(SamplingSettings(max_tokens=1_000_000))
        person.ask_all("What is 47 + 38?")
        second = person.panes[1]
        person.until(lambda: person.state(1) is PaneState.GENERATING and second.live_tokens > 40)
        assert second.pid is not None
        with held(second.pid):
            studio.take("generating")
        person.press(Qt.Key.Key_Escape)
        person.rest()


def hero(studio: Studio, name: str = "compare") -> None:
    """A few turns, the plots in motion, a first difference."""
    with studio.window() as person:
        _made(person)
        # What TQ1_0 makes of a question goes on and on: its beginning says enough.
        person.compare.controller.set_sampling(SamplingSettings(max_tokens=44))
        for prompt in ("Which month comes after May?", "What is 47 + 38?"):
            person.ask_all(prompt)
            person.until(lambda: person.session.busy)
            person.until(person.answered)
            person.rest()
            QTest.qWait(_SOME_LIFE_MS)
        person.until(lambda: any(person.shows("≠ ", v) for v in _views(person)))
        studio.take(name)
        if name == "hero":
            studio.take("hover", lambda: _hover_plots(person))


def chat(studio: Studio, name: str = "chat") -> None:
    """One pane: a chat program."""
    with studio.window() as person:
        _made(person)
        for pane in person.panes[1:]:
            person.compare.controller.remove(pane.key)
        for prompt in ("Spell elephant backwards.", "What does quantization do?"):
            person.ask_all(prompt)
            person.until(lambda: person.session.busy)
            person.until(person.answered)
            person.rest()
        studio.take(name)


def six(studio: Studio) -> None:
    """Six panes that have answered."""
    with studio.window() as person:
        _made(person)
        demo = DemoFiles.below(studio.home / "cache" / "demo")
        person.compare.open_files([demo.path("Q8_0"), demo.path("F16")])
        _made(person)
        person.ask_all("How many legs does a spider have?")
        person.until(person.answered)
        person.rest()
        studio.take("six")


def views_over(studio: Studio) -> None:
    """Everything that lies over the page or beside it."""
    with studio.window() as person:
        _made(person)
        person.ask_all("How many legs does a spider have?")
        person.until(person.answered)
        person.rest()
        main = person.window.main
        person.press(Qt.Key.Key_Comma, CONTROL)
        studio.take("settings-side")
        person.press(Qt.Key.Key_Comma, CONTROL)
        person.compare.controller.run(PaneCommand.SETTINGS, person.panes[1].key)
        studio.take("settings-of-a-pane")
        person.press(Qt.Key.Key_Comma, CONTROL)
        main.palette_action.trigger()
        studio.take("palette")
        QTest.keyClicks(QApplication.focusWidget() or main, "pane")
        studio.take("palette-query")
        person.press(Qt.Key.Key_Escape)
        main.help_action.trigger()
        studio.take("help")
        main.help_action.trigger()
        for page in ("Settings", "About"):
            person.click(page)
            studio.take(f"page-{page.lower()}")
        person.click("Compare")
        key = person.panes[1].key

        def open_elsewhere() -> None:
            person.compare.controller.run(PaneCommand.ELSEWHERE, key)

        studio.take("elsewhere", open_elsewhere)
        _close_others(person)

        def open_menu() -> None:
            header = person.view(1).header
            header.menu_requested.emit(header.mapToGlobal(QPoint(20, 40)))

        studio.take("menu", open_menu)
        _close_others(person)
        person.compare.controller.run(PaneCommand.LOG, key)
        studio.take("log")
        _close_others(person)
        person.find(QLineEdit, "Search chats by their words").setText("nothing like it")
        studio.take("search-nothing")


# --- other models -------------------------------------------------------------------------


def empty(studio: Studio) -> None:
    """No model is open."""
    with studio.window() as person:
        _made(person)
        for pane in person.panes:
            person.compare.controller.remove(pane.key)
        studio.take("empty")


def adding(studio: Studio) -> None:
    """What can be opened beside the demo; and a model whose file brings no chat template."""
    raw = studio.home / "Rough-1B-F16.gguf"
    gguf_files.write_tiny_llama(raw, chat_template=None, metadata={"general.name": "Rough 1B"})
    with studio.window() as person:
        _made(person)
        add = person.compare.commands.add
        studio.take("adding", add.trigger)
        _close_others(person)
        person.compare.open_files([raw])
        person.until(lambda: person.offers("Use it"))
        studio.take("no-template")


def thinking(studio: Studio) -> None:
    """A model that thinks: while it does, and after."""
    thoughts = [f" thought {number}," for number in range(60)]
    pieces = ["<think>", "\nTwo and two are", *thoughts, " four.\n", "</think>", "\n\nIt", " is 4."]
    template = gguf_files.THINKING_TEMPLATE
    slow = gguf_files.write_scripted_model(
        studio.home / "thinks-long.gguf", pieces, chat_template=template
    )
    with studio.window(slow, gguf_files.write_thinking_model(studio.home / "t.gguf")) as person:
        _made(person)
        person.ask_all("What is two and two?")
        person.until(lambda: any(answer.thinking for answer in person.turns[0].answers.values()))
        pid = person.panes[0].pid
        assert pid is not None
        with held(pid):
            studio.take("thinking")
        person.until(person.answered)
        person.rest()
        studio.take("thought")


def failed(studio: Studio, name: str = "failed") -> None:
    """One answers; one is broken, one aborts llama.cpp, one was killed."""
    home = studio.home
    with studio.window() as person:
        _made(person)
        for pane in person.panes[1:]:
            person.compare.controller.remove(pane.key)
        person.compare.open_files(
            [
                gguf_files.write_truncated_llama(home / "half-downloaded-Q4_K_M.gguf"),
                gguf_files.write_duplicate_token_model(home / "odd-vocabulary.gguf"),
                _endless(home),
            ]
        )
        _made(person)
        person.compare.controller.set_sampling(SamplingSettings(max_tokens=1_000_000))
        person.ask_all("How many legs does a spider have?")
        last = person.panes[3]
        person.until(lambda: "w9" in person.turns[0].answers[last.key].text)
        assert last.pid is not None
        os.kill(last.pid, signal.SIGKILL)
        person.until(person.answered)
        person.rest()
        studio.take(name)


def full(studio: Studio) -> None:
    """A context that is full, a file without a template, a prompt that was stopped."""
    home = studio.home
    words = [f" w{number}" for number in range(30)]
    small = gguf_files.write_scripted_model(
        home / "small-context.gguf", words, ends=False, context_length=256
    )
    mute = gguf_files.write_scripted_model(home / "mute.gguf", ["Hi"], chat_template=None)
    with studio.window(small, mute, _endless(home)) as person:
        _made(person)
        person.compare.controller.set_sampling(SamplingSettings(max_tokens=1_000_000))
        keys = [person.panes[0].key, person.panes[2].key]
        person.compare.controller.ask("Count.", keys)
        person.until(lambda: "w9" in person.turns[0].answers[keys[1]].text)
        person.press(Qt.Key.Key_Escape)
        person.rest()
        studio.take("context-full")


def markdown(studio: Studio) -> None:
    """An answer with a heading, code, a table, a list and a quotation."""
    pieces = _unlike_pieces(MARKDOWN)
    path = gguf_files.write_scripted_model(studio.home / "writes.gguf", pieces, context_length=2048)
    with studio.window(path) as person:
        _made(person)
        person.ask_all("Write a Python function that returns the n-th Fibonacci number.")
        person.until(person.answered)
        person.rest()
        studio.take("markdown")


def long_names(studio: Studio) -> None:
    """Names that are longer than any pane."""
    facts = {"general.name": "The Longest Model Family Name Anyone Ever Gave To A Model " * 3}
    path = gguf_files.write_tiny_llama(studio.home / LONG_NAME, metadata=facts)
    other = gguf_files.write_tiny_llama(studio.home / f"B-{LONG_NAME}", metadata=facts)
    with studio.window(path, other, path) as person:
        _made(person)
        person.compare.controller.set_sampling(SamplingSettings(max_tokens=40))
        person.ask_all("Donaudampfschifffahrtsgesellschaft" * 6 + " and so on. " * 20)
        person.until(person.answered)
        person.rest()
        person.compare.controller.rename_chat(person.session.chat.id, "A very long title " * 9)
        studio.take("long-names")


# --- helpers ------------------------------------------------------------------------------


def _made(person: Person) -> None:
    """Wait until the demo levels are there and their headers read."""
    person.until(lambda: all(pane.model or pane.failure for pane in person.panes))
    QTest.qWait(50)


def _views(person: Person) -> list[Column]:
    return [person.view(place) for place in range(len(person.panes))]


def _reveal_difference(person: Person) -> None:
    for view in _views(person):
        if person.offers("≠ first difference", view):
            person.click("≠ first difference", view)


def _hover_plots(person: Person) -> None:
    plots = person.plots
    if plots is not None:
        chart = plots.charts[0]
        QTest.mouseMove(chart, chart.rect().center())


def _close_others(person: Person) -> None:
    for other in QApplication.topLevelWidgets():
        if other is not person.window.main and other.isVisible():
            other.close()
    QTest.qWait(20)


def _unlike_pieces(text: str) -> list[str]:
    """A text in pieces of a few characters, no two alike: a scripted model needs that."""
    pieces: list[str] = []
    piece = ""
    for character in text:
        piece += character
        if len(piece) >= 4 and piece not in pieces:
            pieces.append(piece)
            piece = ""
    pieces[-1] += piece
    return pieces


def _endless(home: Path) -> Path:
    words = [f" w{number}" for number in range(30)]
    path = home / "endless.gguf"
    if not path.exists():
        gguf_files.write_scripted_model(path, words, ends=False, context_length=32768)
    return path


README: dict[str, Callable[[Studio], None]] = {
    "compare": hero,
    "chat": chat,
    "failed": failed,
}
ALL: dict[str, Callable[[Studio], None]] = {
    "being_made": being_made,
    "start": start,
    "answering": answering,
    "generating": generating,
    "hero": lambda studio: hero(studio, "hero"),
    "chat": chat,
    "six": six,
    "views_over": views_over,
    "empty": empty,
    "adding": adding,
    "thinking": thinking,
    "failed": failed,
    "full": full,
    "markdown": markdown,
    "long_names": long_names,
}
