"""The demo model's levels, made on this PC from the shipped F16 file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, LocalFile
from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.words.sentence import say
from app.engine.api import EngineEvent, Engines, Exited, Sink
from app.engine.protocol.loading import Hello
from app.engine.protocol.making import Quantize, Quantized, QuantizeProgress
from app.engine.protocol.running import Failed
from app.library.model_files import open_model_file
from app.resources import resource_path

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile

DEMO_LEVELS = ("F16", "Q8_0", "Q4_K_M", "Q2_K", "TQ1_0")
FIRST_PANES = ("F16", "Q4_K_M", "Q2_K", "TQ1_0")
_BASE_LEVEL = "F16"
_QUANTIZE_THREADS = 2


def demo_base() -> Path:
    """The shipped F16 file."""
    return resource_path("demo", "shrinkscope-demo-F16.gguf")


def demo_adapter() -> Path:
    """The shipped adapter that teaches the demo model capitals, in F16."""
    return resource_path("demo", "demo-capitals.gguf")


def demo_taught() -> Candidate:
    """The demo model with its adapter."""
    adapter = Adapter(str(demo_adapter()))
    return Candidate(LocalFile(str(demo_base())), adapters=(adapter,))


def is_taught(candidates: Iterable[Candidate]) -> bool:
    """Whether the demo's adapter is on one of these."""
    name = demo_adapter().name  # another installation has it elsewhere
    return any(Path(one.path).name == name for each in candidates for one in each.adapters)


def is_demo(model: ModelFile) -> bool:
    """Whether a file is a version of the demo model, whatever it is called.

    With adapters in its weights it has another name, which begins with the demo's.
    """
    own = open_model_file(demo_base()).family_key
    return model.family_key == own or (
        bool(model.merged) and model.family_key.startswith(f"{own}-")
    )


def all_demo(models: Iterable[ModelFile]) -> bool:
    """Whether there are files, and all are versions of the demo model."""
    found = [is_demo(model) for model in models]
    return bool(found) and all(found)


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the levels lie: a folder named by the base file's content.

    So a new demo model never meets the old one's levels.
    """

    folder: Path

    @classmethod
    def below(cls, cache: Path) -> DemoFiles:
        """The files below a cache folder.

        Raises:
            PersonError: The demo model is not part of this installation.
        """
        try:
            digest = sha256(demo_base().read_bytes()).hexdigest()
        except OSError as error:
            raise PersonError(say("lab.demo_model_missing_installation"), str(error)) from error
        return cls(cache / digest[:12])

    def path(self, level: str) -> Path:
        """The file of one level, there or not."""
        if level == _BASE_LEVEL:
            return demo_base()
        return self.folder / f"shrinkscope-demo-{level}.gguf"

    def owns(self, path: Path) -> bool:
        """Whether a path is one of the levels that are made here."""
        return path.parent == self.folder and path in map(self.path, DEMO_LEVELS)

    def missing(self) -> list[Path]:
        """The levels that have not been made yet."""
        return [path for level in DEMO_LEVELS if not (path := self.path(level)).is_file()]


class DemoMaker:
    """Makes the missing levels one after another in one engine process.

    Args:
        files: Where they go.
        engines: Where one comes from, if anything is missing.
        sink: Takes the engine's events, which are to be handed to :meth:`take`.
        on_progress: Called with a path and a share of 0 to 1.
        on_made: Called with each path that is complete.
        on_failed: Called with what is still missing and a sentence; nothing follows.
    """

    def __init__(
        self,
        files: DemoFiles,
        engines: Engines,
        sink: Sink,
        *,
        on_progress: Callable[[Path, float], None],
        on_made: Callable[[Path], None],
        on_failed: Callable[[list[Path], str], None],
    ) -> None:
        self._todo = files.missing()
        self._on_progress = on_progress
        self._on_made = on_made
        self._on_failed = on_failed
        self._engine = engines.start("demo-maker", sink) if self._todo else None

    @property
    def busy(self) -> bool:
        """Whether levels are still to be made."""
        return bool(self._todo)

    def close(self) -> None:
        """Stop making levels; what is half made is removed at the next start of the maker."""
        self._todo = []
        self._end()
        if self._engine is not None:
            self._engine.join()

    def take(self, event: EngineEvent) -> None:
        """Take one event of the engine."""
        match event:
            case Hello():
                self._next()
            case QuantizeProgress() if self._todo:
                self._on_progress(self._todo[0], event.done / max(1, event.total))
            case Quantized() if self._todo:
                self._on_made(self._todo.pop(0))
                self._next()
            case Failed():
                self._give_up(event.sentence)
            case Exited() if self._todo:
                self._give_up(event.outcome.sentence)
            case _:
                pass

    def _next(self) -> None:
        engine = self._engine
        if not self._todo or engine is None:
            self._end()
            return
        level = self._todo[0].stem.rpartition("-")[2]
        engine.send(
            Quantize(
                id=engine.next_id(),
                source=str(demo_base()),
                target=str(self._todo[0]),
                ftype=level_by_name(level).ftype,
                threads=_QUANTIZE_THREADS,
            )
        )

    def _give_up(self, sentence: str) -> None:
        missing, self._todo = self._todo, []
        self._end()
        self._on_failed(missing, sentence)

    def _end(self) -> None:
        if self._engine is not None:
            self._engine.close()
