"""Has both candidates answer, one engine each, before anybody sees anything."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, SamplingSettings
from app.core.chats.chat import Message, StopReason
from app.core.chats.chat import Role as Speaker
from app.core.chats.pictures import Picture
from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.votes.choices import shuffle
from app.core.votes.pairs import Role, VoteAnswer, VotedFile, VotePair
from app.core.words.sentence import English, worded
from app.engine.protocol.running import FailureKind
from app.lab.beside.asking import Prompt, Said, ask_alone, ask_beside
from app.lab.beside.places import COUNTS, AtOnce, KeptPasses, at_once_for, tokens_of
from app.lab.engines.asking import Manner
from app.lab.engines.calls import EngineCalls, EngineFailed, interruptible
from app.lab.engines.identity import engine_identity
from app.lab.engines.opened import OpenedCandidate
from app.lab.engines.room import EngineRoom
from app.lab.engines.shelf import EngineShelf
from app.lab.models.hashes import hashes_of
from app.lab.votes.files import known_again, look_at
from app.lab.votes.orders import Answered, AnswerEvent, AnswersProgress, FileKnown, PairFailed

log = logging.getLogger(__name__)

_MOST_CRASHES = 3
# Each place in an engine has so many prompts at least; sooner voted on is better than sooner done.
_ROUNDS = 2


class _Stopped(Exception):
    """The person ended it."""


class AnswerMaker:
    """Answers pairs; made for one run, on a thread of its own.

    Two engines are kept where both fit in memory, and each pair is answered in an order of its own
    that chance has drawn. Where they do not, one candidate answers everything before the other.
    Where several prompts are answered at once, one answers some of them before the other does, in
    an order that chance has drawn. How many are does not depend on the memory that is free now.

    Args:
        room: Where the engines are.
        open_model: Reads the header of a file.
        known: Files whose content is known.
        tell: Told of everything as soon as it is there, on the thread of :meth:`run`.
        is_unwanted: Asked often; True ends it as :meth:`stop` does.
        picture_file: Where a picture is kept.
        passes: What answering several prompts at once gains; None asks one after the other.
    """

    def __init__(
        self,
        room: EngineRoom,
        open_model: Callable[[Path], ModelFile],
        known: Sequence[VotedFile],
        tell: Callable[[AnswerEvent], None],
        is_unwanted: Callable[[], bool] = lambda: False,
        picture_file: Callable[[Picture], str] = lambda picture: picture.file_name,
        passes: KeptPasses | None = None,
    ) -> None:
        self._room = room
        self._open_model = open_model
        self._known = list(known)
        self._tell = tell
        self._is_unwanted = is_unwanted
        self._picture_file = picture_file
        self._passes = passes
        self._stop = threading.Event()
        self._models: dict[str, ModelFile] = {}
        self._files: dict[str, VotedFile] = {}
        self._unreadable: dict[str, English] = {}
        self._broken: dict[str, English] = {}
        self._crashes: Counter[str] = Counter()
        self._shelf = EngineShelf("votes", room, 1, DEFAULT_CONTEXT_TOKENS)
        self._together: list[OpenedCandidate] = []
        self._failed: set[int] = set()
        self._beside: set[tuple[int, Role]] = set()
        self._identity = ""
        self._done = self._total = 0

    def stop(self) -> None:
        """End at the next token, or the next piece of a file. Any thread."""
        self._stop.set()

    def run(self, pairs: Sequence[VotePair]) -> None:
        """Answer what is missing; what is answered when it ends, however it ends, was told."""
        self._identity = engine_identity(self._room.folder)
        self._total = sum(self._is_missing(pair, role) for pair in pairs for role in Role)
        try:
            with interruptible(self._check), self._shelf:
                self._progress()
                self._prepare(pairs)
                for group in _groups(pairs):
                    self._answer_group(group)
        except _Stopped:
            pass

    def _check(self) -> None:
        if self._stop.is_set() or self._is_unwanted():
            raise _Stopped

    # --- files ----------------------------------------------------------------------------

    def _prepare(self, pairs: Sequence[VotePair]) -> None:
        """Find out what the files are; nothing is answered by a file that is not known."""
        every = [pair.voted(role) for pair in pairs for role in Role]
        # What stands behind an address is not known by its contents.
        self._files |= {each.file.path: each.file for each in every if each.candidate.server}
        for path in dict.fromkeys(each.file.path for each in every if not each.candidate.server):
            self._check()
            try:
                model = self._open_model(Path(path))
                file = known_again(look_at(model), self._known)
                if not file.sha256:
                    sha256 = hashes_of(model, lambda _: self._check())
                    file = replace(file, sha256=sha256)
            except PersonError as error:
                self._unreadable[path] = error.sentence
                continue
            self._models[path] = model
            self._files[path] = file
            self._tell(FileKnown(file))

    def _why_not(self, pair: VotePair, role: Role) -> English | None:
        voted = pair.voted(role)
        file = voted.file
        if pair.settings.pictures and voted.candidate.projector is None:
            return worded("pictures.cannot_see")
        reason = self._unreadable.get(file.path) or self._broken.get(voted.key)
        if reason is not None:
            return reason
        now = self._files[file.path]
        same = now.sha256 == file.sha256 if file.sha256 else now.file_bytes == file.file_bytes
        return (
            None if same else worded("lab.changed_since_answers_begun", name=Path(file.path).name)
        )

    # --- order ----------------------------------------------------------------------------

    def _answer_group(self, group: Sequence[VotePair]) -> None:
        """Pairs of the same two candidates."""
        first = group[0]
        both = [
            self._opened(first, role) for role in Role if first.voted(role).file.path in self._files
        ]
        at_once = self._at_once(group, both)
        some_at_once = _some_at_once(group, at_once)
        fit = self._fit(both, at_once)
        self._together = both if fit else []
        if fit:
            for some, how in some_at_once:
                for role in _order(some[0]):
                    self._answer_beside(some, role, how)
            for pair in group:
                for role in _order(pair):
                    self._answer(pair, role)
            return
        for role in _order(first):
            for some, how in some_at_once:
                self._answer_beside(some, role, how)
            for pair in group:
                self._answer(pair, role)
            for opened in both:
                self._shelf.drop(opened)

    def _opened(self, pair: VotePair, role: Role) -> OpenedCandidate:
        """One of a pair, asked as the pair says where it has no settings of its own."""
        voted, usual = pair.voted(role), pair.settings
        own = voted.candidate.engine
        engine = replace(
            own,
            context_tokens=own.context_tokens or usual.context_tokens,
            threads=own.threads or usual.threads,
        )
        candidate = replace(voted.candidate, engine=engine)
        return OpenedCandidate(candidate, self._models.get(voted.file.path))

    # --- several answers ------------------------------------------------------------------

    def _at_once(self, group: Sequence[VotePair], both: Sequence[OpenedCandidate]) -> AtOnce | None:
        """How many of a group's prompts each of both answers at once; None one after the other."""
        if self._passes is None or not both or len(group) < _ROUNDS * COUNTS[0]:
            return None
        needs = [
            tokens_of(
                f"{pair.settings.system_prompt} {pair.prompt}",
                max(_sampling_for(one.manner, pair.settings.sampling).max_tokens for one in both),
            )
            for pair in group
        ]
        threads = max(one.threads(1) for one in both)
        found = at_once_for(both, needs, threads, self._room, self._passes, _ROUNDS)
        self._check()
        return found

    def _fit(self, both: Sequence[OpenedCandidate], at_once: AtOnce | None) -> bool:
        """Whether both have room now, with what they answer at once."""
        tokens = 0 if at_once is None else (at_once.places + 1) * at_once.place_tokens
        fit = self._shelf.hold(both)
        return fit and (not tokens or self._room.holds(both, DEFAULT_CONTEXT_TOKENS + tokens))

    def _answer_beside(self, pairs: Sequence[VotePair], role: Role, at_once: AtOnce) -> None:
        """Have one candidate answer what can be answered at once; the rest is asked later."""
        self._check()
        first = self._opened(pairs[0], role)
        able = [pair for pair in pairs if self._goes_beside(pair, role, first)]
        if len(able) < COUNTS[0]:
            return
        prompts = [self._prompt(pair, first.manner) for pair in able]
        try:
            engine = self._shelf.take(first, self._together)

            def take(place: int, said: Said | EngineFailed) -> None:
                if isinstance(said, Said):
                    self._end(able[place], self._told(engine, able[place], role, said))
                    self._beside.add((able[place].id, role))

            ask_beside(engine, first.manner, prompts, at_once, take)
        except PersonError as error:  # asked one after the other it will tell again
            log.warning("asked one after the other: %s %s", error.sentence, error.detail)

    def _goes_beside(self, pair: VotePair, role: Role, first: OpenedCandidate) -> bool:
        return (
            self._is_missing(pair, role)
            and pair.id not in self._failed
            and not pair.settings.pictures
            and self._opened(pair, role).candidate == first.candidate
            and self._why_not(pair, Role.REFERENCE) is None
            and self._why_not(pair, Role.CANDIDATE) is None
        )

    # --- one answer -----------------------------------------------------------------------

    def _is_missing(self, pair: VotePair, role: Role) -> bool:
        """Whether an answer is wanted; one of another engine is not held against this one's."""
        is_half_answered = pair.answer(role.other) is None
        return pair.answer(role) is None or (is_half_answered and self._identity not in pair.engine)

    def _answer(self, pair: VotePair, role: Role) -> None:
        self._check()
        if (pair.id, role) in self._beside or not self._is_missing(pair, role):
            return
        sentence = None
        if pair.id not in self._failed:
            sentence = self._why_not(pair, Role.REFERENCE) or self._why_not(pair, Role.CANDIDATE)
            if sentence is None:
                sentence = self._asked(pair, role)
        self._end(pair, sentence)

    def _end(self, pair: VotePair, sentence: English | None) -> None:
        """An answer is there, or told why it is not."""
        if sentence is not None:
            self._failed.add(pair.id)
            self._tell(PairFailed(pair.id, sentence))
        self._done += 1
        self._progress()

    def _asked(self, pair: VotePair, role: Role) -> English | None:
        """Ask one engine; returns why there is no answer."""
        key, opened = pair.voted(role).key, self._opened(pair, role)
        try:
            engine = self._shelf.take(opened, self._together)
        except PersonError as error:
            self._broken[key] = error.sentence
            return error.sentence
        try:
            manner = self._shelf.manner(opened)
            said = ask_alone(engine, manner, self._prompt(pair, manner))
        except PersonError as error:
            log.warning("no answer for pair %d: %s %s", pair.id, error.sentence, error.detail)
            if engine.is_gone:
                self._crashed(key, error.sentence)
            if isinstance(error, EngineFailed) and error.kind is FailureKind.NUMBERS:
                self._broken[key] = error.sentence
            return error.sentence
        # Of a server's answer it says beside which engine of this PC it is held.
        joint = "beside build" if opened.candidate.server is not None else "build"
        return self._told(engine, pair, role, said, joint)

    def _told(
        self, engine: EngineCalls, pair: VotePair, role: Role, said: Said, joint: str = "build"
    ) -> English | None:
        """Tell of an answer; returns why it is none."""
        if not said.text.strip():
            if said.end.stop_reason is StopReason.LENGTH:
                return worded("lab.answer_ran_out_of_tokens")
            if said.end.stop_reason is StopReason.CONTEXT:
                return worded("lab.prompt_leaves_no_room")
        end = said.end
        answer = VoteAnswer(said.text, said.thinking, end.stop_reason, said.digest, end.figures)
        name = engine.hello.engine if engine.hello is not None else ""
        self._tell(Answered(pair.id, role, answer, f"{name}, {joint} {self._identity}"))
        return None

    def _prompt(self, pair: VotePair, manner: Manner) -> Prompt:
        shown = tuple(map(self._picture_file, pair.settings.pictures))
        messages = [Message(Speaker.USER, pair.prompt, shown)]
        if pair.settings.system_prompt.strip():
            messages.insert(0, Message(Speaker.SYSTEM, pair.settings.system_prompt))
        return Prompt(messages, _sampling_for(manner, pair.settings.sampling))

    def _crashed(self, key: str, sentence: English) -> None:
        self._crashes[key] += 1
        if self._crashes[key] >= _MOST_CRASHES:
            self._broken[key] = sentence

    def _progress(self) -> None:
        self._tell(AnswersProgress(self._done, self._total))


def _sampling_for(manner: Manner, wanted: SamplingSettings) -> SamplingSettings:
    """The same for both, but that thinking has room of its own beside the answer."""
    room = manner.thinking_tokens(wanted.thinking)
    if not room:
        return wanted
    if wanted.thinking_limit_tokens is not None:
        room = min(room, wanted.thinking_limit_tokens)
    return replace(wanted, max_tokens=wanted.max_tokens + room, thinking_limit_tokens=room)


def _groups(pairs: Sequence[VotePair]) -> list[list[VotePair]]:
    found: dict[tuple[str, str], list[VotePair]] = {}
    for pair in pairs:
        found.setdefault((pair.reference.key, pair.candidate.key), []).append(pair)
    return list(found.values())


def _some_at_once(
    group: Sequence[VotePair], at_once: AtOnce | None
) -> list[tuple[Sequence[VotePair], AtOnce]]:
    """Pairs whose prompts one answers before the other does, and how; none one after the other."""
    if at_once is None:
        return []
    count = _ROUNDS * at_once.places
    begins = range(0, len(group), count)
    return [(group[begin : begin + count], at_once) for begin in begins]


def _order(pair: VotePair) -> tuple[Role, Role]:
    """Who answers first: by chance, so that nothing can be told from what comes when."""
    first = Role.CANDIDATE if shuffle(pair.seed, pair.number).candidate_first else Role.REFERENCE
    return first, first.other
