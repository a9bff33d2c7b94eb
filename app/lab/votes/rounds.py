"""The booth: pairs are asked for here, shown without names, voted on, and counted."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.votes.choices import Choice, Outcome, are_identical, shuffle
from app.core.votes.pairs import (
    PairState,
    Role,
    VotedCandidate,
    VotedFile,
    VotePair,
    VoteSettings,
)
from app.core.votes.prompts import as_asked
from app.core.votes.tally import band, tally
from app.core.words.sentence import English, from_kept, kept
from app.lab.engines.loading import threads_for
from app.lab.votes.orders import (
    Answered,
    AnswerEvent,
    FileKnown,
    PairFailed,
    Placed,
    ShownPair,
    Standing,
    VoteOrder,
    Waiting,
)
from app.lab.votes.rates import by_contents

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.chats.pictures import Picture
    from app.core.statistics.anytime import WinRate
    from app.store.votes import Ballot, VoteStore

_SEED_BITS = 62


class VoteBooth:
    """Owns what is voted on. Lives on the thread of its store.

    Args:
        store: Where everything is kept at once.
        threads: Of the engines of models that are not small.
        draw_seed: A new seed for each order.
    """

    def __init__(
        self,
        store: VoteStore,
        threads: int,
        draw_seed: Callable[[], int] = lambda: secrets.randbits(_SEED_BITS),
    ) -> None:
        self._store = store
        self._threads = threads
        self._draw_seed = draw_seed
        self._identities: dict[str, VotedCandidate] = {}
        self._ballots: dict[tuple[object, object], list[tuple[Ballot, Outcome]]] | None = None
        self._standings: dict[tuple[str, str], Standing] = {}
        self._pairs: dict[int, VotePair] | None = None

    # --- candidates -----------------------------------------------------------------------

    def known_files(self) -> list[VotedFile]:
        """Files that were voted on before; to find out which of them others are."""
        return self._store.files()

    def set_identities(self, found: Mapping[str, VotedCandidate]) -> None:
        """What ``identify`` found of candidates, by key."""
        self._identities.update(found)
        # Pairs that were stored before their file was read, by a program that was ended then.
        unread = {file.content for file in self._store.files() if not file.sha256}
        for file in {each.file for each in found.values()}:
            if file.sha256 and (file.path, file.file_bytes, file.modified_ns) in unread:
                self._store.know_file(file)
        self._pairs = None
        self._count_anew()

    def _content(self, key: str) -> object:
        known = self._identities.get(key)
        return key if known is None else known.content

    def _known(self, candidate: Candidate) -> VotedCandidate:
        if candidate.key() not in self._identities:
            raise KeyError(candidate.place)
        return self._identities[candidate.key()]

    # --- asking ---------------------------------------------------------------------------

    def place(self, order: VoteOrder) -> Placed:
        """Store pairs for these prompts.

        Prompts are left out where the person has seen, or is about to see, an answer to it by one
        of the candidates: it would be known again.

        Raises:
            KeyError: A file was not identified; its path.
            StoreFailed: They cannot be stored.
        """
        reference = self._known(order.reference)
        candidates = list(map(self._known, order.candidates))
        settings = VoteSettings(
            order.sampling,
            order.system_prompt,
            order.context_tokens,
            threads_for(
                max(each.file.file_bytes for each in (reference, *candidates)), self._threads
            ),
            order.pictures,
        )
        dealt = self._deal(order.prompts, reference, candidates, order.pictures)
        seed = self._draw_seed()
        pairs = [
            VotePair(
                prompt,
                reference,
                candidate,
                settings,
                seed,
                number,
                shuffle(seed, number).candidate_left,
            )
            for number, (prompt, candidate) in enumerate(dealt.items())
        ]
        left_out = tuple(prompt for prompt in order.prompts if prompt not in dealt)
        added = self._store.add(pairs) if pairs else []
        self._pairs = None
        return Placed(tuple(added), left_out)

    def _deal(
        self,
        prompts: Iterable[str],
        reference: VotedCandidate,
        candidates: Sequence[VotedCandidate],
        pictures: Sequence[Picture] = (),
    ) -> dict[str, VotedCandidate]:
        """Who answers what beside the reference: whoever has the fewest pairs so far."""
        seen: set[tuple[str, object]] = set()
        often: Counter[object] = Counter()
        for prompt, one, other in self._store.asked():
            seen |= {(prompt, one.content), (prompt, other.content)}
            often.update({one.content, other.content})
        dealt: dict[str, VotedCandidate] = {}
        for prompt in prompts:
            asked = as_asked(prompt, pictures)
            free = [each for each in candidates if (asked, each.content) not in seen]
            if (asked, reference.content) in seen or not free:
                continue
            chosen = min(free, key=lambda each: often[each.content])
            often[chosen.content] += 1
            dealt[prompt] = chosen
        return dealt

    def unseen(
        self, prompts: Sequence[str], reference: str, candidates: Iterable[str]
    ) -> list[str]:
        """Of these prompts, those that would not be left out of an order."""
        known = self._identities
        others = [known[key] for key in candidates if key in known]
        if reference not in known or not others:
            return list(prompts)
        return list(self._deal(prompts, known[reference], others))

    def unanswered(self, keys: Iterable[str]) -> list[VotePair]:
        """Pairs among these candidates that wait for answers."""
        return [pair for pair in self._open(keys) if pair.state is PairState.WAITING]

    def forgive(self, keys: Iterable[str]) -> None:
        """Let pairs that failed be asked anew."""
        for pair in self._open(keys):
            if pair.state is PairState.FAILED:
                self._store.set_error(pair.id, None)
        self._pairs = None

    def set_aside(self, keys: Iterable[str], state: PairState) -> None:
        """Ask no more for pairs that wait for answers, or for those that failed."""
        self._store.retire([pair.id for pair in self._open(keys) if pair.state is state])
        self._pairs = None

    def take(self, event: AnswerEvent) -> None:
        """Store what the answers' maker tells."""
        match event:
            case FileKnown():
                self._store.know_file(event.file)
                for key, known in self._identities.items():
                    if known.file.path == event.file.path:
                        self._identities[key] = replace(known, file=event.file)
                self._pairs = None
                self._count_anew()
            case PairFailed():
                self._store.set_error(event.pair_id, kept(event.sentence.said))
                self._read_again(event.pair_id)
            case Answered():
                self._store.save_answer(event.pair_id, event.role, event.answer, event.engine)
                self._settle_identical(self._read_again(event.pair_id))
            case _:
                pass

    def _settle_identical(self, pair: VotePair) -> None:
        one, other = pair.reference_answer, pair.candidate_answer
        if pair.state is not PairState.READY or one is None or other is None:
            return
        if are_identical(one.text, other.text):
            self._cast(pair, Choice.IDENTICAL)

    # --- voting ---------------------------------------------------------------------------

    def waiting(self, keys: Iterable[str]) -> Waiting:
        """How many pairs among these candidates can be voted on, and how many are not ready."""
        pairs = self._open(keys)
        states = Counter(pair.state for pair in pairs)
        sentences = [pair.error for pair in pairs if pair.error is not None]
        return Waiting(
            states[PairState.READY],
            states[PairState.WAITING],
            states[PairState.FAILED],
            English(from_kept(sentences[-1])) if sentences else "",
        )

    def next_pair(self, keys: Iterable[str]) -> ShownPair | None:
        """The oldest pair among these that can be voted on, without what must be hidden."""
        for pair in self._open(keys):
            one, other = pair.reference_answer, pair.candidate_answer
            if pair.state is PairState.READY and one is not None and other is not None:
                left, right = (other, one) if pair.candidate_left else (one, other)
                shown = pair.settings.pictures
                return ShownPair(pair.id, pair.prompt, left.text, right.text, shown)
        return None

    def cast(self, pair_id: int, choice: Choice) -> VotePair:
        """Store a vote; returns the pair with everything.

        Raises:
            KeyError: There is no such pair.
            ValueError: It cannot be voted on.
            StoreFailed: It cannot be stored; it can be cast again.
        """
        pair = self._store.pair(pair_id)
        if pair.state is not PairState.READY or choice is Choice.IDENTICAL:
            raise ValueError(f"pair {pair_id} is {pair.state.value}")
        return self._cast(pair, choice)

    def _cast(self, pair: VotePair, choice: Choice) -> VotePair:
        self._store.cast(pair.id, choice)
        self._count_anew()
        return self._read_again(pair.id)

    def take_back(self, pair: VotePair) -> None:
        """Undo a vote. It is kept, flagged; its pair is not shown again, since its sides are known.

        Raises:
            StoreFailed: It cannot be stored; the vote stands.
        """
        if pair.vote is not None:
            self._store.undo(pair.vote.id)
            self._count_anew()

    # --- counting -------------------------------------------------------------------------

    def standing(self, candidate: str, reference: str) -> Standing:
        """What is known of a candidate against a reference, whichever was which in a vote."""
        if (candidate, reference) in self._standings:
            return self._standings[candidate, reference]
        if self._ballots is None:
            self._ballots = by_contents(self._store.ballots())
        cast = self._ballots.get((self._content(candidate), self._content(reference)), [])
        outcomes = [outcome for ballot, outcome in cast if ballot.undone_ns is None]
        taken_back = len(cast) - len(outcomes)
        found = Standing(tally(outcomes), tuple(band(outcomes)), taken_back)
        self._standings[candidate, reference] = found
        return found

    def rates(self, reference: str, candidates: Iterable[str]) -> dict[str, WinRate]:
        """Win rates against a reference, by candidate.

        Candidates without a vote that prefers one are left out: they would be one more test.
        """
        tallies = {key: self.standing(key, reference).tally for key in candidates}
        return {key: found.rate for key, found in tallies.items() if found.decided}

    def _count_anew(self) -> None:
        self._ballots = None
        self._standings.clear()

    def _open(self, keys: Iterable[str]) -> list[VotePair]:
        """Open pairs of which both candidates are among these, the oldest first."""
        if self._pairs is None:
            self._pairs = {pair.id: pair for pair in self._store.open_pairs()}
        contents = set(map(self._content, keys))
        return [
            pair
            for pair in self._pairs.values()
            if all(pair.voted(role).content in contents for role in Role)
        ]

    def _read_again(self, pair_id: int) -> VotePair:
        """A pair as it is stored now."""
        pair = self._store.pair(pair_id)
        if self._pairs is not None:
            if pair.state in (PairState.VOTED, PairState.RETIRED):
                self._pairs.pop(pair_id, None)
            else:
                self._pairs[pair_id] = pair
        return pair
