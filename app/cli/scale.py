"""``scale``: what training the models had, and what the scaling law makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.cli.models import MODEL_HELP, model_names
from app.core.errors import PersonError
from app.core.models.family import LibraryModel, ModelSource
from app.core.scale.points import meaning, no_meaning
from app.core.text.clean import whole_text
from app.core.words import figures
from app.lab.models.library import Library
from app.lab.scale.chart import Bits, point_of_file, points_of_chart, widest_text
from app.lab.scale.measured import measured_bits
from app.lab.scale.shipped import shipped_law, shipped_models
from app.library.model_files import open_model_file
from app.store.ladders import reading_ladders

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.core.scale.law import ScalingLaw
    from app.core.scale.points import Measured, ScalePoint
    from app.lab.models.names import ModelNames
    from app.store.paths import Paths

    _Row = tuple[str, ScalePoint | None, LibraryModel | None, Measured | None]


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "scale",
        parents=[common],
        help="say how much text models were trained on, and what the scaling law makes of it",
        description="Place models on the chart of parameters against training tokens: those named, "
        "else all on this PC and all that are published. The loss is that of Besiroglu et al. "
        "2024, in nats a token: the shape of one mix of texts, not a prediction of a model.",
    )
    parser.add_argument("models", metavar="MODEL", nargs="*", help=MODEL_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    law, published, bits = shipped_law(), shipped_models(), _measured(paths, console)
    rows: list[_Row] = []
    status = 0
    if arguments.models:
        names = model_names(paths)
        named = [(word, _named(word, names, console)) for word in map(whole_text, arguments.models)]
        status = int(any(model is None for _, model in named))
        text = widest_text(bits, {model.path: word for word, model in named if model is not None})
        for word, model in named:
            measured = None if model is None else text.get(model.path)
            point = None if model is None else point_of_file(model, published, measured)
            rows.append((word, point, model, measured))
    else:
        with console.progress() as progress:
            progress.add_task("Looking through this PC", total=None, note="")
            models = Library(paths).scan().models
        points, unknown = points_of_chart(models, published, bits)
        rows = [(point.name, point, None, point.measured) for point in points]
        rows += [(name, None, None, None) for name in unknown]
    if arguments.json:
        document = [_document(row, law) for row in rows]
        console.json({"law": msgspec.to_builtins(law), "models": document})
    else:
        _show(rows, law, console, with_words=bool(arguments.models))
    return status


def _named(word: str, names: ModelNames, console: Console) -> LibraryModel | None:
    try:
        return _opened(names.path_of(word), word)
    except PersonError as error:
        console.error(f"{word}: {error.sentence}")
        return None


def _opened(path: Path, word: str) -> LibraryModel:
    model = open_model_file(path)
    model.check_answers()
    size = model.file_bytes
    return LibraryModel(path, model.shard_paths, word, ModelSource.OPENED, size, 0, model)


def _measured(paths: Paths, console: Console) -> Bits:
    try:
        with reading_ladders(paths.database) as store:
            return {} if store is None else measured_bits(store)
    except PersonError as error:  # the chart stands without what was measured
        console.remark(error.sentence)
        return {}


def _document(row: _Row, law: ScalingLaw) -> dict[str, object]:
    name, point, model, measured = row
    facts = None if model is None else model.model
    return {
        "name": name,
        "parameters": point.total_parameters if point else facts and facts.parameters,
        "active_parameters": point.parameters if point else facts and facts.active_parameters,
        "training_tokens": point and point.tokens,
        "tokens_source": point and f"{point.published.source} ({point.published.url})",
        "predicted_loss": point and law.loss(point.parameters, point.tokens),
        "bits_per_byte": measured and measured.bits_per_byte,
        "text_sha256": measured and measured.text.sha256,
        "text_chunks": measured and measured.text.chunks,
        "published_name": point and point.published.name,
        "here": model is not None or (point is not None and point.is_here),
    }


def _show(
    rows: list[_Row],
    law: ScalingLaw,
    console: Console,
    *,
    with_words: bool,
) -> None:
    console.table(
        ("model", "parameters", "tokens", "per parameter", "law's loss", "bits per byte"),
        [_cells(name, point, measured, law) for name, point, _, measured in rows],
        left=("model",),
    )
    published = shipped_models()
    for _, point, _, _ in rows if with_words else ():
        if point is not None:
            console.text(f"{meaning(point, published, law)} {no_meaning(point, law)}")


def _cells(
    name: str, point: ScalePoint | None, measured: Measured | None, law: ScalingLaw
) -> tuple[str, ...]:
    bits = figures.number(None if measured is None else measured.bits_per_byte, 3)
    if point is None:
        return name, figures.MISSING, "not published", figures.MISSING, figures.MISSING, bits
    size = str(figures.large(point.total_parameters))
    if point.parameters != point.total_parameters:
        size += f" ({figures.large(point.parameters)} active)"
    return (
        name,
        size,
        ("≥ " if point.published.at_least else "") + str(figures.large(point.tokens)),
        figures.number(point.tokens_per_parameter, 1 if point.tokens_per_parameter < 10 else 0),
        figures.number(law.loss(point.parameters, point.tokens), 2),
        bits,
    )
