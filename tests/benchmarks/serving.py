"""(zd) A chat through ``serve`` against ``compare`` and llama-server, as who asks clocks it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from app.core.statistics.describe import median
from tests.benchmarks.commands import ENGINE_NICENESS, PROGRAM, ROOT, environment, run_program
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, ratio_figure, tell
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import Shape, ensure_random_model
from tests.helpers.llama_server import llama_server, server_program

GENERATED_TOKENS = 129
GOAL = 0.95
MOST_LATER_MS = 20.0
_SMALL = Shape(layers=6, width=512, vocabulary_tokens=32_000)
LETTER = "zd"
HOW = f"""One greedy answer of {GENERATED_TOKENS} tokens asked of `serve` as a stream over HTTP,
against the command `compare` with the same prompt, in turns: tokens a second between the first and
the last that arrive, as the program that asks clocks them, over those of the engine's own clock in
`compare`; and how much later than there the first one arrives. The same against llama-server
(tools/build_llama_server.py, over the same engine's libraries) with the same file and at the
niceness of engines, both clocked as the asking program does, and by the processor time of all
their processes from the question to the last token, which other programs' load lengthens less. Each
prompt begins with another number, so that no engine has read it before. Tried quickly, a model of
34 MB answers."""


@dataclass(frozen=True, slots=True)
class Clocked:
    """One answer.

    Attributes:
        first_ms: From the question to the first token.
        tokens_per_second: Between the first and the last.
        own_prompt_ms, own_tokens_per_second: By the answering server's clock, where it tells.
    """

    first_ms: float
    tokens_per_second: float
    own_prompt_ms: float = 0.0
    own_tokens_per_second: float = 0.0


def model_of(run: Run) -> Path:
    """The usual model; a small one to try it, which a busy PC is through with in time as well."""
    return ensure_random_model(shape=_SMALL if run.quick else None)


def measure(run: Run) -> list[Figure]:
    """Measure pairs of one answer each."""
    model = str(model_of(run))
    prompts = (f"{number}. Why is the sky blue?" for number in range(1000, 10_000))
    compared(run, model, "999. Why is the sky blue?")
    with _serving(run, model) as url:
        asked(url, "999. Why is the sky blue?")
        beside = _beside_llama_server(run, url, model, prompts)
        pairs = alternate(
            "serve and compare",
            run.pairs,
            lambda: asked(url, next(prompts)),
            lambda: compared(run, model, next(prompts)),
        )
    ratios = [ours.tokens_per_second / theirs.tokens_per_second for ours, theirs in pairs]
    later = [ours.first_ms - theirs.first_ms for ours, theirs in pairs]
    tell("  generation: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
    tell("  first token, ms later: " + " ".join(f"{each:.1f}" for each in later))
    return [
        ratio_figure(LETTER, "serve over compare, generation", ratios, GOAL),
        limit_figure(
            LETTER, "first token later than in compare", median(later), MOST_LATER_MS, "ms"
        ),
        *beside,
    ]


def _beside_llama_server(run: Run, url: str, model: str, prompts: Iterator[str]) -> list[Figure]:
    if not server_program().is_file():
        tell("  llama-server: left out, there is none (tools/build_llama_server.py)")
        return []
    serve = _children()
    with llama_server(Path(model), threads=run.threads, niceness=ENGINE_NICENESS) as other:
        theirs = [process for process in _children() if process not in serve]
        asked(other, "999. Why is the sky blue?")
        pairs = alternate(
            "serve and llama-server",
            run.pairs,
            lambda: _timed(url, next(prompts), serve),
            lambda: _timed(other, next(prompts), theirs),
        )
    ratios = [one.tokens_per_second / two.tokens_per_second for (one, _), (two, _) in pairs]
    later = median([one.first_ms - two.first_ms for (one, _), (two, _) in pairs])
    own, other_own = (median([pair[side][1] for pair in pairs]) for side in (0, 1))
    tell("  processor time: " + " ".join(f"{two / one:.3f}" for (_, one), (_, two) in pairs))
    each = f"{own / GENERATED_TOKENS:.2f} and {other_own / GENERATED_TOKENS:.2f} ms a token"
    return [
        ratio_figure(LETTER, "serve over llama-server, generation", ratios, GOAL),
        fact(LETTER, "processor time of serve and of llama-server, with the prompt", each),
        fact(LETTER, "first token later than from llama-server", f"{later:.1f} ms"),
    ]


def _children() -> list[psutil.Process]:
    """What was started here, and what that has started."""
    return psutil.Process(os.getpid()).children(recursive=True)


def _timed(url: str, prompt: str, processes: list[psutil.Process]) -> tuple[Clocked, float]:
    """One answer, and the processor time that it took these processes, in ms."""
    before = _processor_ms(processes)
    clocked = asked(url, prompt)
    return clocked, _processor_ms(processes) - before


def _processor_ms(processes: list[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return 1e3 * sum(each.user + each.system for each in times)


@contextmanager
def _serving(run: Run, model: str) -> Iterator[str]:
    words = ["serve", model, "--json", "--port", "0", "--threads", str(run.threads)]
    with subprocess.Popen(
        [*PROGRAM, *words], stdout=subprocess.PIPE, cwd=ROOT, env=environment(run.home)
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def asked(url: str, prompt: str) -> Clocked:
    """One answer over plain HTTP, as a program gets it that does nothing else."""
    body = {
        "messages": [{"role": "user", "content": prompt}],
        "temperature": 0,
        "max_tokens": GENERATED_TOKENS,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc)
    begun = time.perf_counter()
    connection.request("POST", f"{address.path}/chat/completions", json.dumps(body))
    first = last = 0.0
    tokens = 0
    own: dict[str, float] = {}
    for line in connection.getresponse():
        if not line.startswith(b"data: {"):
            continue
        document = json.loads(line[6:])
        delta = document["choices"][0]["delta"] if document["choices"] else {}
        if delta.get("content"):
            last = time.perf_counter()
            first = first or last
        tokens = document.get("usage", {}).get("completion_tokens", tokens)
        own = document.get("timings", own)
    connection.close()
    assert tokens == GENERATED_TOKENS, tokens
    own_ms = own.get("predicted_ms", 0.0)
    own_pace = own["predicted_n"] * 1e3 / own_ms if own_ms else 0.0
    prompt_ms = own.get("prompt_ms", 0.0)
    return Clocked((first - begun) * 1e3, (tokens - 1) / (last - first), prompt_ms, own_pace)


def compared(run: Run, model: str, prompt: str) -> Clocked:
    """One answer by the command ``compare``."""
    words = ["compare", model, "--prompt", prompt]
    words += ["--max-tokens", str(GENERATED_TOKENS), "--threads", str(run.threads)]
    candidate = run_program(run.home, words)["candidates"][0]
    assert candidate["generated_tokens"] == GENERATED_TOKENS, candidate
    own = (candidate["served"] or {}).get("speeds", {})
    own_ms, own_ns = own.get("prompt_ns", 0) / 1e6, own.get("generation_ns", 0)
    own_pace = own["generated_tokens"] * 1e9 / own_ns if own_ns else 0.0
    first_ms = candidate["first_token_ns"] / 1e6
    return Clocked(first_ms, candidate["tokens_per_second"], own_ms, own_pace)
