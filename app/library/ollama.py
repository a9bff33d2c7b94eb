"""Reads Ollama's store as it lies on disk: manifests that name blobs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.base.files import Stamp, read_ordinary, stamp_at
from app.core.models.family import ModelSource
from app.library.found import Found

if TYPE_CHECKING:
    from app.library.walk import Walk

_MANIFESTS = ("manifest-v2", "manifests")
_MAX_MANIFEST_BYTES = 1 << 20
_DIGEST = re.compile(r"sha256[:-](?P<hex>[0-9a-f]{64})")
# Layers that are GGUF files, and what the blob is called beside its model's name.
_LAYERS = {
    "application/vnd.ollama.image.model": "",
    "application/vnd.ollama.image.projector": " projector",
    "application/vnd.ollama.image.adapter": " adapter",
}
_OWN_HOSTS = frozenset({"registry.ollama.ai", "ollama.com"})
_HUB_HOSTS = frozenset({"hf.co", "huggingface.co"})


def find_in_ollama(walk: Walk, folder: Path) -> Iterator[Found]:
    """Bring up the blobs that Ollama's manifests name, each once with all of its names.

    Args:
        walk: The look that this is part of.
        folder: Holds ``manifests`` and ``blobs``.
    """
    named: dict[Path, list[tuple[str, str | None]]] = {}
    files: dict[Path, Stamp] = {}
    for manifests in _MANIFESTS:
        root = folder / manifests
        for _, found, _ in walk.down_from(root, lambda _: True):
            for manifest in found:
                walk.check()
                parts = manifest.path.relative_to(root).parts
                for blob, suffix in _blobs(folder, manifest):
                    file = stamp_at(blob)
                    if file is not None:
                        files[file.path] = file
                        name, repository = _name(parts)
                        named.setdefault(file.path, []).append((name + suffix, repository))
    for path, names in named.items():
        # “latest” says least.
        names.sort(key=lambda name: (":latest" in name[0], name[0]))
        (name, repository), *others = names
        aliases = tuple(dict.fromkeys(other for other, _ in others if other != name))
        yield Found(
            (files[path],), name, ModelSource.OLLAMA, aliases=aliases, repository=repository
        )


def _name(parts: tuple[str, ...]) -> tuple[str, str | None]:
    """What Ollama's own list calls a manifest, and the Hub's repository where it is from there."""
    *names, tag = parts
    if not names:
        return tag, None
    if len(names) == 1:
        return f"{names[0]}:{tag}", None
    host, *rest = names
    if host in _OWN_HOSTS and rest[0] == "library":
        rest = rest[1:] or rest
    plain = "/".join(rest)
    if host in _OWN_HOSTS:
        return f"{plain}:{tag}", None
    return f"{host}/{plain}:{tag}", plain if host in _HUB_HOSTS and len(rest) == 2 else None


def _blobs(folder: Path, manifest: Stamp) -> Iterator[tuple[Path, str]]:
    try:
        raw: object = json.loads(read_ordinary(manifest.path, _MAX_MANIFEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return
    layers = cast("dict[str, object]", raw).get("layers") if isinstance(raw, dict) else None
    for layer in cast("list[object]", layers) if isinstance(layers, list) else []:
        if not isinstance(layer, dict):
            continue
        facts = cast("dict[str, object]", layer)
        suffix = _LAYERS.get(str(facts.get("mediaType")))
        digest = _DIGEST.fullmatch(str(facts.get("digest")))
        if suffix is None or digest is None:
            continue
        blob = folder / "blobs" / f"sha256-{digest['hex']}"
        yield blob, suffix
