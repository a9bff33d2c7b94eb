"""Headers over the network, and the empty files they are laid into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.gguf import GgufError, parse_header
from app.hub.errors import HubError, HubPage
from app.hub.headers import STEP_BYTES, HeaderReader, sparse_model
from app.library.model_files import open_model_file
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.gguf_files import write_tiny_llama
from tests.helpers.hub_way import HASTY, Way, way_to

if TYPE_CHECKING:
    from pathlib import Path

    from app.hub.headers import RemoteHeader

REPO = "org/small-GGUF"


def publish(hub: FakeHub, content: bytes | Path, name: str = "small-F32.gguf") -> None:
    hub.add(FakeRepository(REPO, [FakeFile(name, content)]))


def read(way: Way, folder: Path) -> list[RemoteHeader]:
    repository = way.catalogue.repository(REPO)
    reader = HeaderReader(way.connection, folder / "headers")
    return reader.read(REPO, repository.commit, repository.files[0])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    write_tiny_llama(path)
    return path


@pytest.fixture
def long_model(tmp_path: Path) -> Path:
    """A model whose header takes several steps."""
    path = tmp_path / "long.gguf"
    write_tiny_llama(path, chat_template="{# " + "x" * 5_500_000 + " #}hello")
    return path


def test_a_short_header_takes_one_range_and_is_kept(
    hub: FakeHub, way: Way, model: Path, tmp_path: Path
) -> None:
    publish(hub, model)
    (remote,) = read(way, tmp_path)
    assert remote.header == parse_header(model.read_bytes())
    assert [request.headers["range"] for request in hub.asked("content")] == [
        f"bytes=0-{min(STEP_BYTES, model.stat().st_size) - 1}"
    ]
    assert read(way, tmp_path)[0].header == remote.header
    assert len(hub.asked("content")) == 1


def test_a_long_header_is_fetched_step_by_step_and_hardly_more(
    hub: FakeHub, way: Way, long_model: Path, tmp_path: Path
) -> None:
    publish(hub, long_model)
    (remote,) = read(way, tmp_path)
    assert remote.header == parse_header(long_model.read_bytes())
    assert remote.header.header_bytes > 5 * STEP_BYTES
    assert hub.sent_bytes <= remote.header.header_bytes + STEP_BYTES
    assert hub.sent_bytes < long_model.stat().st_size


def test_faults_on_the_way_are_overcome(hub: FakeHub, long_model: Path, tmp_path: Path) -> None:
    way = way_to(hub, tmp_path, patience=HASTY)
    publish(hub, long_model)
    hub.content_faults.add(
        Fault(FaultKind.CLOSE, 1000),
        Fault(FaultKind.EXPIRED),
        Fault(FaultKind.UNAVAILABLE),
        Fault(FaultKind.RESET, 5),
        Fault(FaultKind.STALL, 10),
    )
    (remote,) = read(way, tmp_path)
    assert remote.header == parse_header(long_model.read_bytes())


def test_a_server_that_ignores_ranges_is_cut_off(
    hub: FakeHub, way: Way, model: Path, tmp_path: Path
) -> None:
    publish(hub, model.read_bytes() + b"\0" * 40_000_000)
    hub.content_faults.add(Fault(FaultKind.RANGE_IGNORED))
    (remote,) = read(way, tmp_path)
    assert remote.header == parse_header(model.read_bytes())
    assert hub.sent_bytes < 30_000_000


def test_what_is_no_model_file_is_said(hub: FakeHub, way: Way, tmp_path: Path) -> None:
    publish(hub, b"<html>" + b"x" * 3_000_000)
    with pytest.raises(HubPage, match="web page"):
        read(way, tmp_path)
    publish(hub, b"PK\x03\x04" + b"x" * 3_000_000)
    with pytest.raises(GgufError):
        read(way, tmp_path)
    publish(hub, b"GGUF\x03\0\0\0")
    with pytest.raises(HubError, match="ends inside its header"):
        read(way, tmp_path)


def test_a_kept_header_that_was_damaged_is_fetched_again(
    hub: FakeHub, way: Way, model: Path, tmp_path: Path
) -> None:
    publish(hub, model)
    (remote,) = read(way, tmp_path)
    (kept,) = (tmp_path / "headers").glob("*.header")
    kept.write_bytes(kept.read_bytes()[:100])
    assert read(way, tmp_path)[0].header == remote.header
    assert kept.read_bytes() == remote.data


def test_the_empty_file_looks_like_the_model_and_takes_no_room(
    hub: FakeHub, model: Path, tmp_path: Path
) -> None:
    way = way_to(hub, tmp_path)
    publish(hub, model, "F32/small-F32.gguf")
    path = sparse_model(read(way, tmp_path), tmp_path / "sparse")
    assert path == tmp_path / "sparse" / "small-F32.gguf"
    assert path.stat().st_size == model.stat().st_size
    assert path.stat().st_blocks * 512 < model.stat().st_size
    facts, real = open_model_file(path), open_model_file(model)
    assert (facts.parameters, facts.level_name, facts.tensor_bytes) == (
        real.parameters, real.level_name, real.tensor_bytes
    )  # fmt: skip
    way.connection.close()
