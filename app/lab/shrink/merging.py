"""Adapters added to a model's weights for good: W + strength · alpha ÷ rank · B·A, slab by slab.

What llama.cpp computes beside each of these weights while a model runs with adapters (Hu et al.
2021, arXiv:2106.09685) becomes part of them, in a copy that the new file is then made of.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import math
import tempfile
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from app.base.files import known_by
from app.core.candidates.notation import typed_adapter
from app.core.errors import PersonError
from app.core.models.adapter_facts import adapter_facts, check_fits, is_looked_up
from app.core.models.levels import TENSOR_TYPES, level_by_name
from app.core.models.model_file import MERGED_KEY
from app.core.models.model_names import model_stem
from app.core.shrink.plain import PLAIN, bits_of, floats_of
from app.core.words.sentence import Sentence, say
from app.engine.protocol.making import Quantize
from app.lab.shrink.quantize import carry_out
from app.lab.shrink.sources import check_room
from app.library.model_files import inspect_file, read_shards

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.candidates.adapters import Adapter
    from app.core.gguf import TensorInfo
    from app.core.models.model_file import ModelFile, Shard
    from app.lab.engines.room import EngineRoom

    _Floats = NDArray[np.float32]

_SLAB_ELEMENTS = 4 << 20
_ACTIVATION_KEY = "adapter.alora.invocation_tokens"
_BLOCK = np.dtype([("scale", "<f2"), ("numbers", "i1", 32)])


@dataclass(frozen=True, slots=True)
class _Added:
    """What one adapter adds to one tensor: factor · left · right.

    Attributes:
        left: A row for each row of the tensor.
        right: The other half; transposed where the tensor's rows are looked up.
        factor: Strength times alpha ÷ rank.
    """

    shard: Shard
    left: TensorInfo
    right: TensorInfo
    is_looked_up: bool
    factor: float


def adapter_at(adapter: Adapter, source: Path) -> Path:
    """Where an adapter is: at its path, else beside the model, where a recipe came from elsewhere.

    Raises:
        PersonError: At neither.
    """
    path = Path(adapter.path)
    for each in (path, source.parent / path.name):
        if each.is_file():
            return each
    raise PersonError(say("adapters.gone", name=path.name))


def known_as(files: Sequence[Path], adapters: Sequence[Adapter]) -> bytes:
    """What a model is known by, however often it is made of files and adapters.

    Raises:
        PersonError: One is gone.
    """
    paths = [adapter_at(each, files[0]) for each in adapters]
    strengths = repr([each.strength for each in adapters])
    try:
        known = known_by([*files, *paths])
    except OSError as error:
        reason = error.strerror or str(error)
        raise PersonError(say("shrink.not_copied", name=files[0].name, reason=reason)) from error
    return hashlib.sha256(known + strengths.encode()).digest()


@contextlib.contextmanager
def merged_copy(
    model: ModelFile,
    adapters: Sequence[Adapter],
    target: Path,
    *,
    threads: int,
    room: EngineRoom,
    keeps_types: bool,
    on_progress: Callable[[int, int], None],
) -> Generator[ModelFile]:
    """A copy with adapters in its weights, beside a target, as long as it is needed.

    Args:
        model: The base.
        adapters: That are added, as strongly as they say.
        target: What is made of the copy.
        threads: Of the engine that writes it.
        room: Where that runs.
        keeps_types: The target will have the copy's number formats.
        on_progress: Told steps done and in all.

    Raises:
        PersonError: An adapter does not fit, or is damaged; nothing is left behind.
    """
    shards = read_shards(model.path)
    added = _added(model, adapters, shards)
    infos = {info.name: info for shard in shards for info in shard.header.tensors}
    is_plain = all(TENSOR_TYPES[infos[name].type_id].name in PLAIN for name in added)
    if keeps_types and not is_plain:
        raise PersonError(say("shrink.merging_needs_level", name=model.path.name))
    check_room(target, model.file_bytes if is_plain else 2 * model.parameters)
    folder = target.resolve().parent
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=folder) as scratch:
        copy = Path(scratch, f"{model_stem(model.path.name)}.gguf")
        with room.calls("shrink") as engine:
            command = Quantize(
                engine.next_id(),
                str(model.path.resolve()),
                str(copy.resolve()),
                level_by_name("F16").ftype,
                threads,
                requantizes=True,
                copies=is_plain,
                notes=_notes(model, adapters),
            )
            carry_out(engine, command, lambda done, total: on_progress(done, total + len(added)))
        try:
            _add_all(
                copy, added, lambda done: on_progress(len(infos) + done, len(infos) + len(added))
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise PersonError(
                say("shrink.not_copied", name=model.path.name, reason=reason)
            ) from error
        yield inspect_file(copy)


def remarks_on(adapters: Sequence[Adapter], source: Path) -> list[Sentence]:
    """What a person should know of adapters that become part of a file."""
    files = [inspect_file(adapter_at(each, source)) for each in adapters]
    return [
        say("shrink.template_stays", name=each.path.name) for each in files if each.chat_template
    ]


def _notes(model: ModelFile, adapters: Sequence[Adapter]) -> dict[str, str]:
    stems = [model_stem(Path(each.path).name) for each in adapters]
    typed = [typed_adapter(each, without_folders=True) for each in adapters]
    return {
        MERGED_KEY: " + ".join([model.merged, *typed] if model.merged else typed),
        "general.name": " + ".join([model.name, *stems]),
        "general.finetune": " + ".join(stems),
    }


def _added(
    model: ModelFile, adapters: Sequence[Adapter], shards: Sequence[Shard]
) -> Mapping[str, Sequence[_Added]]:
    """What is added to which tensor; adapters that do not fit are refused."""
    found: dict[str, list[_Added]] = defaultdict(list)
    for each in adapters:
        shard = read_shards(adapter_at(each, model.path))[0]
        name, header = shard.path.name, shard.header
        facts = adapter_facts(header, name)
        check_fits(facts, name, (base.header for base in shards), model.path.name)
        if _ACTIVATION_KEY in header.metadata:
            raise PersonError(say("shrink.adapter_waits", name=name))
        halves = {info.name: info for info in header.tensors}
        for tensor in facts.changes:
            a, b = halves[f"{tensor}.lora_a"], halves[f"{tensor}.lora_b"]
            for half in (a, b):
                if (kind := TENSOR_TYPES[half.type_id].name) not in {*PLAIN, "Q8_0"}:
                    raise PersonError(say("shrink.adapter_quantized", name=name, kind=kind))
            rank = b.dimensions[0]
            factor = each.strength * (facts.alpha / rank if facts.alpha else 1.0)
            swapped = is_looked_up(tensor)
            left, right = (a, b) if swapped else (b, a)
            found[tensor].append(_Added(shard, left, right, swapped, factor))
    return found


def _add_all(
    path: Path, added: Mapping[str, Sequence[_Added]], on_progress: Callable[[int], None]
) -> None:
    [shard] = read_shards(path)
    infos = {info.name: info for info in shard.header.tensors}
    with contextlib.ExitStack() as opened:
        file = opened.enter_context(path.open("r+b"))
        paths = {each.shard.path for several in added.values() for each in several}
        sources = {each: opened.enter_context(each.open("rb")) for each in paths}
        for done, (name, several) in enumerate(added.items()):
            on_progress(done)
            info = infos[name]
            _add(info, shard.header.data_offset + info.offset, file, several, sources)
    on_progress(len(added))


def _add(
    info: TensorInfo,
    offset: int,
    file: BinaryIO,
    added: Sequence[_Added],
    sources: Mapping[Path, BinaryIO],
) -> None:
    """Read, add and write back a tensor; experts lie one behind the other in it."""
    kind = TENSOR_TYPES[info.type_id]
    columns, rows, *others = info.dimensions
    slab = max(1, _SLAB_ELEMENTS // columns)
    for expert in range(math.prod(others)):
        rights = [_right(each, expert, columns, sources) for each in added]
        for first in range(0, rows, slab):
            count = min(slab, rows - first)
            at = offset + (expert * rows + first) * columns * kind.block_bytes
            file.seek(at)
            raw = np.frombuffer(_read(file, count * columns * kind.block_bytes), PLAIN[kind.name])
            values = floats_of(raw, kind.name).reshape(count, columns)
            for each, right in zip(added, rights, strict=True):
                left = _rows(each, each.left, expert * rows + first, count, sources)
                values += (left * np.float32(each.factor)) @ right
            bits = bits_of(values, kind.name)
            if not np.isfinite(floats_of(bits, kind.name)).all():
                name = added[0].shard.path.name
                raise PersonError(say("shrink.merging_overflows", name=name, tensor=info.name))
            file.seek(at)
            file.write(bits.tobytes())


def _right(added: _Added, expert: int, columns: int, sources: Mapping[Path, BinaryIO]) -> _Floats:
    """The half that all rows of the tensor share, as (rank, columns)."""
    if added.is_looked_up:
        return _rows(added, added.right, 0, columns, sources).T
    rank = added.left.dimensions[0]
    return _rows(added, added.right, expert * rank, rank, sources)


def _rows(
    added: _Added, half: TensorInfo, first: int, count: int, sources: Mapping[Path, BinaryIO]
) -> _Floats:
    """Rows of a half as numbers.

    Raises:
        PersonError: Some are none.
    """
    kind = TENSOR_TYPES[half.type_id]
    row_bytes = half.dimensions[0] // kind.block_elements * kind.block_bytes
    source = sources[added.shard.path]
    source.seek(added.shard.header.data_offset + half.offset + first * row_bytes)
    data = _read(source, count * row_bytes)
    if kind.name == "Q8_0":
        blocks = np.frombuffer(data, _BLOCK)
        values = blocks["scale"].astype(np.float32)[:, None] * blocks["numbers"]
    else:
        values = floats_of(np.frombuffer(data, PLAIN[kind.name]), kind.name)
    if not np.isfinite(values).all():
        raise PersonError(say("adapters.no_numbers", name=added.shard.path.name))
    return values.reshape(count, half.dimensions[0])


def _read(file: BinaryIO, n_bytes: int) -> bytes:
    data = file.read(n_bytes)
    if len(data) < n_bytes:
        raise OSError(errno.EIO, str(say("shrink.ends_early")))
    return data
