"""The English of every sentence, by its id."""

from __future__ import annotations

from app.core.words.texts import (
    adapters,
    batch,
    compare,
    convert,
    counted,
    drafts,
    engine,
    hub,
    lab,
    models,
    pictures,
    program,
    remote,
    scale,
    serve,
    servers,
    shrink,
    store,
    verdict,
)

TEXTS: dict[str, str] = {
    "verbatim": "{text}",
    **program.TEXTS,
    **store.TEXTS,
    **models.TEXTS,
    **adapters.TEXTS,
    **batch.TEXTS,
    **pictures.TEXTS,
    **drafts.TEXTS,
    **remote.TEXTS,
    **engine.TEXTS,
    **hub.TEXTS,
    **compare.TEXTS,
    **lab.TEXTS,
    **shrink.TEXTS,
    **scale.TEXTS,
    **serve.TEXTS,
    **servers.TEXTS,
    **convert.TEXTS,
    **verdict.TEXTS,
    **counted.TEXTS,
}
