"""Which chat template a person chose for files that bring none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.core.chats.templates import WELL_KNOWN
from app.core.models.model_file import ModelFile

_MOST = 400


class KeptTemplates:
    """An answer holds for the file, and for other versions of its model. One thread.

    A file is known again by its name, its size and the model that its header names, wherever it
    lies: its content would take minutes to read.

    Args:
        known: What was chosen, by file and by family, the latest last.
        keep: Told of all of it when there is more or less.
    """

    def __init__(
        self,
        known: Mapping[str, str] | None = None,
        keep: Callable[[dict[str, str]], object] = lambda _: None,
    ) -> None:
        self._known = dict(known or {})
        self._keep = keep

    def of(self, model: ModelFile) -> str | None:
        """The id that was chosen for a file, else for its family; None where none was."""
        known = self._known.get(_file_key(model)) or self._known.get(_family_key(model))
        return known if any(known == each.id for each in WELL_KNOWN) else None

    def learn(self, model: ModelFile, template_id: str) -> None:
        """Take to heart what was chosen for a file, and for its family."""
        for key in (_family_key(model), _file_key(model)):
            self._known.pop(key, None)
            self._known[key] = template_id
        while len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        self._keep(dict(self._known))

    def forget(self, model: ModelFile) -> None:
        """Ask again for a file and its family."""
        for key in (_family_key(model), _file_key(model)):
            self._known.pop(key, None)
        self._keep(dict(self._known))


def _file_key(model: ModelFile) -> str:
    return f"{model.path.name}|{model.file_bytes}|{model.family_key}"


def _family_key(model: ModelFile) -> str:
    return f"{model.family_key}|{model.block_count}|{model.embedding_length}"
