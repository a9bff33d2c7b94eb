"""The same prompt to several model files, without a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.candidates.candidate import MAX_CANDIDATES, Candidate
from app.core.candidates.settings import CompareMode, SamplingSettings
from app.core.chats.chat import Answer, StopReason, Turn
from app.core.errors import PersonError
from app.core.servers.facts import Served, ServerModelFacts
from app.core.words.sentence import say
from app.lab.compare.panes import Pane, PaneState

if TYPE_CHECKING:
    from app.core.chats.pictures import Picture
    from app.engine.protocol.loading import DeviceMemory
    from app.lab.compare.session import Session

_WAIT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """What to ask, and how."""

    prompt: str
    system_prompt: str
    sampling: SamplingSettings
    mode: CompareMode
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class CompareRow:
    """What one candidate did; None where there is no measurement.

    Attributes:
        file: The model file; None where a server runs it.
        server: The server's name, else its address; None for a file.
        first_byte_ns: From the request to the first byte of a server's answer.
        served: What a server says of its answer, its own speeds among it.
        lacks_template: Neither the file nor the person brought a chat template: it went on with
            the prompt as it stands.
    """

    file: str | None
    candidate: Candidate
    level: str | None
    file_bytes: int | None
    bits_per_weight: float | None
    parameters: int | None
    active_parameters: int | None
    load_ns: int | None
    prompt_tokens: int | None
    prompt_ns: int | None
    first_token_ns: int | None
    generated_tokens: int | None
    thinking_tokens: int | None
    generation_ns: int | None
    drafted_tokens: int | None
    accepted_tokens: int | None
    tokens_per_second: float | None
    peak_private_bytes: int | None
    peak_mapped_bytes: int | None
    memory_needed_bytes: int | None
    devices: list[DeviceMemory] | None
    stop_reason: str
    text: str
    thinking: str
    error: str | None
    lacks_template: bool
    server: str | None = None
    first_byte_ns: int | None = None
    served: Served | None = None


def compare(
    session: Session,
    candidates: Sequence[Candidate],
    request: CompareRequest,
    on_change: Callable[[Pane, Answer | None], None],
) -> list[CompareRow]:
    """Ask every candidate and wait for all answers.

    More candidates than a session has panes are taken in groups; together allows one group only.

    Args:
        session: A fresh one.
        candidates: One that cannot be read has its error in its row.
        request: What to ask.
        on_change: Told when a pane or its answer changed.

    Raises:
        PersonError: Nothing can be asked, e.g. together does not fit in memory.
    """
    if request.mode is CompareMode.TOGETHER and len(candidates) > MAX_CANDIDATES:
        raise PersonError(say("compare.together_takes_files_most", max_candidates=MAX_CANDIDATES))
    rows: list[CompareRow] = []
    for start in range(0, len(candidates), MAX_CANDIDATES):
        group = candidates[start : start + MAX_CANDIDATES]
        rows.extend(_group(session, group, request, on_change))
    return rows


def _group(
    session: Session,
    candidates: Sequence[Candidate],
    request: CompareRequest,
    on_change: Callable[[Pane, Answer | None], None],
) -> list[CompareRow]:
    session.start_with(candidates)
    session.set_system_prompt(request.system_prompt)
    session.set_sampling(request.sampling)
    session.set_mode(request.mode)
    while any(pane.state is PaneState.PREPARING for pane in session.panes):
        session.wait(_WAIT_SECONDS)
        for pane in session.panes:
            on_change(pane, None)
    askable = [pane.key for pane in session.panes if pane.state is not PaneState.FAILED]
    turn = Turn(0, request.prompt)
    if askable:
        turn = session.ask(request.prompt, askable, request.pictures)
    loads: dict[str, int] = {}
    devices: dict[str, list[DeviceMemory]] = {}
    while session.busy:
        session.wait(_WAIT_SECONDS)
        for pane in session.panes:
            if pane.loaded is not None:
                loads[pane.key] = pane.loaded.load_ns
                devices[pane.key] = pane.loaded.devices
            on_change(pane, turn.answers.get(pane.key))
    return [
        _row(each, pane, turn.answers.get(pane.key), loads.get(pane.key), devices.get(pane.key))
        for each, pane in zip(candidates, session.panes, strict=True)
    ]


def _row(
    candidate: Candidate,
    pane: Pane,
    answer: Answer | None,
    load_ns: int | None,
    devices: list[DeviceMemory] | None,
) -> CompareRow:
    model, served = pane.model, pane.served or ServerModelFacts("")
    figures = answer.figures if answer is not None else None
    error = answer.error if answer is not None else None
    if answer is None and pane.failure is not None:
        error = pane.failure.sentence
    reason = answer.stop_reason if answer is not None else None
    return CompareRow(
        file=candidate.place if candidate.server is None else None,
        candidate=candidate,
        level=model.level_name if model else served.quantization,
        file_bytes=model.file_bytes if model else served.size_bytes,
        bits_per_weight=model.bits_per_weight if model else None,
        parameters=model.parameters if model else served.parameters,
        active_parameters=model.active_parameters if model else None,
        load_ns=load_ns,
        prompt_tokens=figures.prompt_tokens if figures else None,
        prompt_ns=figures.prompt_ns or None if figures else None,
        first_token_ns=figures.first_token_ns if figures else None,
        generated_tokens=figures.generated_tokens if figures else None,
        thinking_tokens=figures.thinking_tokens if figures else None,
        generation_ns=figures.generation_ns if figures else None,
        drafted_tokens=figures.drafted_tokens if figures else None,
        accepted_tokens=figures.accepted_tokens if figures else None,
        tokens_per_second=figures.tokens_per_second if figures else None,
        peak_private_bytes=pane.peak_private_bytes,
        peak_mapped_bytes=pane.peak_mapped_bytes,
        memory_needed_bytes=pane.needed_bytes,
        devices=devices,
        stop_reason=str(reason or StopReason.ERROR),
        text=answer.text if answer else "",
        thinking=answer.thinking if answer else "",
        error=error,
        lacks_template=pane.lacks_template,
        server=None if candidate.server is None else candidate.server.host,
        first_byte_ns=figures.first_byte_ns if figures else None,
        served=figures.served if figures else None,
    )
