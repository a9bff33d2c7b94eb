"""What the steps of a ladder give, as they are kept and written into reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from statistics import median

import msgspec

from app.core.candidates.drafts import Drafted
from app.core.chats.chat import AnswerFigures
from app.core.quality.along import Said
from app.core.quality.apart import Parting, WorstToken
from app.core.servers.facts import ServerModelFacts
from app.core.servers.server import Price, ServerKind
from app.core.statistics.describe import mean, sample_standard_deviation
from app.core.tasks.items import USUAL_BYTES_A_TOKEN
from app.core.words.sentence import English

# Of shorter answers the time from the first token to the last says little.
_CLOCKED_TOKENS = 8
BUSY_CORES = 0.25
"""Where others keep more than this busy, whoever reads a speed is told."""


class StepKind(StrEnum):
    """What one step measures; the words stand in the store."""

    FACTS = "facts"
    SPEED = "speed"
    MEMORY = "memory"
    QUALITY = "quality"
    TASKS = "tasks"
    SERVER = "server"
    ALONG = "along"
    TOLD = "told"


class FileFacts(msgspec.Struct, frozen=True):
    """A model file.

    Attributes:
        sha256: Of each shard, in order.
        token_bytes: Weights that one token reads; of the experts only those that work on it.
        kv_bytes_by_token: Bytes of keys and values read for each token held already.
        template_sha256: Of the chat template; None where the file has none.
        way: By which way of shrinking it was made, as ``core.shrink.ways`` calls it; empty for an
            original, and where nobody has looked.
        bytes_a_token: Of the text of questions, about; as is usual where nobody has looked.
        error: Why nothing else is known.
    """

    level: str
    file_bytes: int
    bits_per_weight: float
    parameters: int
    active_parameters: int
    architecture: str
    context_tokens: int | None
    vocabulary_size: int
    sha256: tuple[str, ...]
    token_bytes: int
    kv_bytes_by_token: float
    template_sha256: str | None
    error: English | None = None
    way: str = ""
    bytes_a_token: float = USUAL_BYTES_A_TOKEN


class SpeedFigures(msgspec.Struct, frozen=True):
    """One test of speed of one file, in tokens per second.

    Attributes:
        in_turns: Repetitions of all files alternated in random order.
        others_cores: Cores that other programs kept busy meanwhile; None where it is not told.
        power: ``mains`` or ``battery``; None where there is none.
        bandwidth_share: Of the speed at which memory could give the weights and the keys and
            values; for generation tests only.
        bandwidth_busy: That speed was taken while other programs kept the PC busy.
        drafted: What its draft brought: the speed is that of answers to questions, not of random
            tokens; None without a draft.
        throttled: The processor slowed down because of its heat meanwhile; None where the system
            does not tell.
        retaken: Repetitions that were taken again because the PC had slept.
        joules_per_token: Energy for a token, other programs included; None where it is not told.
        energy_of: What was counted: ``package``, the processor's, and ``gpu``.
        anchor: The speed of a small model in the same test, in turns with this one; None where none
            was measured beside it.
    """

    test: str
    depth: int
    threads: int
    samples: tuple[float, ...]
    mean: float | None
    stddev: float | None
    in_turns: bool = False
    others_cores: float | None = None
    power: str | None = None
    bandwidth_share: float | None = None
    error: English | None = None
    throttled: bool | None = None
    retaken: int = 0
    bandwidth_busy: bool = False
    drafted: Drafted | None = None
    joules_per_token: float | None = None
    energy_of: tuple[str, ...] = ()
    anchor: float | None = None

    @property
    def beside_others(self) -> bool:
        """Whether other programs kept so much busy that the speed may say little."""
        return self.others_cores is not None and self.others_cores > BUSY_CORES

    def with_more(self, later: SpeedFigures) -> SpeedFigures:
        """The same test with the repetitions of both, all of the same worth."""
        samples = (*self.samples, *later.samples)
        told = [one for one in (self.others_cores, later.others_cores) if one is not None]
        heat = [one for one in (self.throttled, later.throttled) if one is not None]

        def mixed(ours: float | None, theirs: float | None) -> float | None:
            if ours is None or theirs is None:
                return ours
            mine, others = len(self.samples), len(later.samples)
            return (mine * ours + others * theirs) / max(1, mine + others)

        return msgspec.structs.replace(
            self,
            samples=samples,
            mean=mean(samples) if samples else None,
            stddev=sample_standard_deviation(samples) if len(samples) > 1 else None,
            in_turns=self.in_turns and later.in_turns,
            others_cores=max(told, default=None),
            power="battery" if "battery" in (self.power, later.power) else self.power,
            bandwidth_share=mixed(self.bandwidth_share, later.bandwidth_share),
            bandwidth_busy=self.bandwidth_busy or later.bandwidth_busy,
            throttled=any(heat) if heat else None,
            retaken=self.retaken + later.retaken,
            joules_per_token=mixed(self.joules_per_token, later.joules_per_token),
        )


class SpeedStep(msgspec.Struct, frozen=True):
    """Tests of speed by file."""

    engine: str
    rows: dict[str, tuple[SpeedFigures, ...]]


class MemoryFigures(msgspec.Struct, frozen=True):
    """What an engine needs with a context of this size.

    Attributes:
        needed_bytes: Peak of resident memory less repacked copies of weights; None where the
            system does not tell.
        predicted_bytes: By llama.cpp's own plan of the load.
        peak_private_bytes: Peak of anonymous memory, the copies included.
        peak_mapped_bytes: Peak of file-backed pages.
        repacked_bytes: Copies of weights that llama.cpp made for speed.
    """

    context_tokens: int
    needed_bytes: int | None
    predicted_bytes: int | None
    peak_private_bytes: int | None
    peak_mapped_bytes: int | None
    repacked_bytes: int
    load_ns: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    error: English | None = None


class TextReading(msgspec.Struct, frozen=True):
    """How a model reads a text: what must be alike for all, or stands above the ladder.

    Attributes:
        vocabulary_digest: Of the vocabulary.
        tokens_digest: Of the plain texts as tokens.
        rendered: The beginning of the chats as its template writes them; None where it has none.
        rendered_digest: Of all of that.
        begins: Its vocabulary wants a begin token in front of every text; None where nobody noted.
    """

    vocabulary_digest: str
    tokens_digest: str
    rendered: str | None
    rendered_digest: str | None
    begins: bool | None = None


class ServerFacts(msgspec.Struct, frozen=True):
    """What a server told of its model and of itself when a ladder began.

    Attributes:
        engine: What it calls itself; empty where it does not say.
        abilities: By the words of ``engine.api.Ability``.
        model: Which model answers for it there; empty where it does not say.
        fingerprint: Names model and build there; likewise.
        ignored: Settings of the sampling that it does not follow.
        price_in: Money for a million tokens read, when it was asked; None where nobody said.
        price_out: The same for tokens written.
        error: Why it cannot be had.
    """

    kind: ServerKind | None
    engine: str
    abilities: tuple[str, ...]
    told: ServerModelFacts
    model: str = ""
    fingerprint: str = ""
    ignored: tuple[str, ...] = ()
    price_in: Price | None = None
    price_out: Price | None = None
    error: English | None = None

    def cost_of(self, spent: Spent) -> float | None:
        """Money for so many tokens; None where nobody has entered a price."""
        return cost_of(spent, self.price_in, self.price_out)

    @property
    def digest(self) -> str:
        """Of the model's file, which Ollama tells; other fingerprints are of builds and change."""
        ollama = self.kind is ServerKind.OLLAMA or self.engine.startswith(ServerKind.OLLAMA.program)
        return self.fingerprint if ollama else ""

    @property
    def identity(self) -> str:
        """What answers behind the address, as far as it tells: another one is another model."""
        told = self.told
        known = (told.quantization, told.parameters, told.size_bytes, told.template_digest)
        return f"{self.kind} {told.id} {known} {self.model} {self.digest}"

    def is_another(self, answerers: Answerers) -> bool:
        """Whether another model has answered than this one: by its id, or its file's digest."""
        digests = set(answerers.fingerprints) - {self.digest} if self.digest else set[str]()
        models = set(answerers.models) - {self.model} if self.model else set[str]()
        return bool(models or digests)


class Answerers(msgspec.Struct, frozen=True):
    """Who has answered, of all behind one address, as far as it tells.

    Attributes:
        models: Ids of models.
        fingerprints: As answers carried them; services change theirs from time to time.
    """

    models: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()

    @classmethod
    def of(cls, answers: Iterable[AnswerFigures]) -> Answerers:
        """Whoever has given these answers."""
        told = [one.served for one in answers if one.served is not None]
        models, fingerprints = {one.model for one in told}, {one.fingerprint for one in told}
        return cls(tuple(sorted(models - {""})), tuple(sorted(fingerprints - {""})))


class Spent(msgspec.Struct, frozen=True):
    """Tokens that a server read and wrote for a step, as it counted them."""

    read_tokens: int = 0
    written_tokens: int = 0

    @classmethod
    def of(cls, answers: Iterable[AnswerFigures]) -> Spent:
        """For these answers."""
        counted = [(one.prompt_tokens, one.generated_tokens) for one in answers]
        return cls(sum(read for read, _ in counted), sum(written for _, written in counted))


def cost_of(spent: Spent, price_in: float | None, price_out: float | None) -> float | None:
    """Money for so many tokens, by prices for a million; None where nobody has entered one."""
    if price_in is None and price_out is None:
        return None
    return (spent.read_tokens * (price_in or 0.0) + spent.written_tokens * (price_out or 0.0)) / 1e6


class Clocked(msgspec.Struct, frozen=True):
    """How fast a server's answers came, by this PC's clock: the network and others' load included.

    Attributes:
        answers: Of so many.
        first_token_ns: From the request to the first token, the median.
        prompt_tokens_per_second: Tokens of a prompt over that time, the median.
        tokens_per_second: From the first token to the last, the median; None where all were short.
        told_tokens_per_second: What the server says of the same, the median; None where it says
            nothing.
    """

    answers: int
    first_token_ns: float | None
    prompt_tokens_per_second: float | None
    tokens_per_second: float | None
    told_tokens_per_second: float | None = None

    @classmethod
    def of(cls, answers: Sequence[AnswerFigures]) -> Clocked:
        """Of these answers."""
        begun = [(one.prompt_tokens, one.first_token_ns) for one in answers]
        long = [one for one in answers if one.generated_tokens >= _CLOCKED_TOKENS]
        told = [one.served.speeds.generated_tokens_per_second for one in long if one.served]
        return cls(
            len(answers),
            _median([first_ns for _, first_ns in begun]),
            _median([tokens * 1e9 / first_ns for tokens, first_ns in begun if first_ns]),
            _median([one.tokens_per_second for one in long]),
            _median(told),
        )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


class QualityPart(msgspec.Struct, frozen=True):
    """Figures over the first so many chunks of the text, and their histogram."""

    chunks: int
    figures: dict[str, float | int | None]
    histogram: tuple[int, ...]


class QualityStep(msgspec.Struct, frozen=True):
    """Figures by the names of the command line's contract, and the texts where it is furthest off.

    For the reference they are its noise floor: itself with other batches and threads.

    Attributes:
        continuations: Where its greedy answers leave the reference's.
        refused: Why it is not held against the reference position by position.
        reading: How it reads the text.
        parts: Figures over less of the text, the least first, and over all that was read. Beside
            other candidates ``figures`` are those of one of these.
        likeliest: So many of the likeliest tokens were told at each place, and divergences are of
            these and the rest as one; None where whole distributions were compared.
        spent: Of a server.
    """

    engine: str
    figures: dict[str, float | int | None]
    histogram: tuple[int, ...]
    worst: tuple[WorstToken, ...]
    scored_ns: int
    stopped_by: str | None
    error: English | None = None
    continuations: tuple[Parting, ...] = ()
    refused: English | None = None
    reading: TextReading | None = None
    parts: tuple[QualityPart, ...] = ()
    likeliest: int | None = None
    spent: Spent | None = None


class TasksStep(msgspec.Struct, frozen=True):
    """One file's answers.

    Attributes:
        outcomes: What became of each question, by its key.
        tokens: How many tokens all answers had.
        wrong: The beginnings of answers that were not right, by the question's key.
        decided_after: Asking stopped after so many of the questions, the first ones in their order,
            because it was decided; None where all were asked.
        decided_share: Of the 5 % that may go wrong, what may at that look.
        clocked: How fast the answers came that a server gave now.
        spent: Of a server.
        answerers: Whoever has answered there.
        at_once: How many questions an engine answered at once.
        rounding: What that changes beside one after the other: mean divergence of the next word in
            nats; None where it changes nothing.
    """

    engine: str
    outcomes: dict[str, str]
    tokens: int = 0
    wrong: dict[str, str] = {}
    error: English | None = None
    decided_after: int | None = None
    decided_share: float = 1.0
    clocked: Clocked | None = None
    spent: Spent | None = None
    answerers: Answerers = Answerers()
    at_once: int = 1
    rounding: float | None = None


class AlongStep(msgspec.Struct, frozen=True):
    """Greedy answers to prompts, which are held against those of the reference."""

    engine: str
    said: tuple[Said, ...]
    error: English | None = None
    clocked: Clocked | None = None
    spent: Spent | None = None
    answerers: Answerers = Answerers()
