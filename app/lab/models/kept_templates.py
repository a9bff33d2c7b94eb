"""Which chat template a person chose for files that bring none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.core.candidates.adapters import Adapter
from app.core.chats.templates import WELL_KNOWN
from app.core.models.model_file import ModelFile
from app.core.text.shared_names import file_name

_MOST = 400


class KeptTemplates:
    """An answer holds for the file, and for other versions of its model. One thread.

    With adapters a model is asked otherwise than by itself: that is known apart.

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

    def of(self, model: ModelFile, adapters: Sequence[Adapter] = ()) -> str | None:
        """The id that was chosen for a file, else for its family; None where none was."""
        file, family = _keys(model, adapters)
        known = self._known.get(file) or self._known.get(family)
        return known if any(known == each.id for each in WELL_KNOWN) else None

    def learn(self, model: ModelFile, template_id: str, adapters: Sequence[Adapter] = ()) -> None:
        """Take to heart what was chosen for a file, and for its family."""
        for key in reversed(_keys(model, adapters)):
            self._known.pop(key, None)
            self._known[key] = template_id
        while len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        self._keep(dict(self._known))

    def forget(self, model: ModelFile, adapters: Sequence[Adapter] = ()) -> None:
        """Ask again for a file and its family."""
        for key in _keys(model, adapters):
            self._known.pop(key, None)
        self._keep(dict(self._known))


def _keys(model: ModelFile, adapters: Sequence[Adapter]) -> tuple[str, str]:
    """Of the file and of its family."""
    added = "".join(sorted(f"|+{file_name(each.path)}" for each in adapters))
    return (
        f"{model.path.name}|{model.file_bytes}|{model.family_key}{added}",
        f"{model.family_key}|{model.block_count}|{model.embedding_length}{added}",
    )
