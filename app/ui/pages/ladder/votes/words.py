"""What is said about votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.chats.chat import StopReason
from app.core.votes.choices import Outcome
from app.core.votes.tally import Finding, Tally
from app.core.words.sentence import say
from app.ui.kit.words.format import count, percent
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.votes.pairs import VoteAnswer, VotePair
    from app.lab.votes.orders import Standing

DOT = " · "
_LEAST_FOR_A_PLAN = 5


def finding_words(tally: Tally, name: str, reference: str) -> str:
    """What may be said, in a few words."""
    match tally.finding:
        case Finding.NO_VOTES:
            return translate("Votes", "No votes yet")
        case Finding.NOT_ENOUGH:
            return translate("Votes", "Not enough votes yet")
        case Finding.BETTER:
            return translate("Votes", "{name} is preferred").format(name=name)
        case Finding.WORSE:
            return translate("Votes", "{name} is preferred").format(name=reference)


def more_words(tally: Tally) -> str:
    """About how many more pairs it would take; empty where it is settled or nothing is known."""
    if tally.finding is Finding.NO_VOTES:
        return (
            translate(
                "Votes",
                "Some 45 votes show a version that is preferred 70 % of the time, "
                "some 200 one that is preferred 60 % of the time.",
            )
            .replace("70 %", percent(0.7))
            .replace("60 %", percent(0.6))
        )
    if tally.finding is not Finding.NOT_ENOUGH:
        return ""
    if not tally.decided:
        return translate("Votes", "No vote prefers one of them so far.")
    if tally.decided < _LEAST_FOR_A_PLAN:
        return translate("Votes", "It is too early to tell how many more it would take.")
    more = tally.more_pairs
    if more is None:
        return translate(
            "Votes",
            "If it goes on like this, no sensible number of votes would tell them apart: "
            "they are about equally liked.",
        )
    return translate(
        "Votes", "About {n} more pairs would settle it if it goes on like this."
    ).format(n=count(_rounded(more)))


def rate_words(tally: Tally, name: str) -> str:
    """The rate with its interval; empty without a vote that prefers one."""
    if not tally.decided:
        return ""
    interval = tally.rate.interval
    return translate(
        "Votes",
        "{name} was preferred in {share} of {n} votes; "
        "the true share lies between {low} and {high}.",
    ).format(
        name=name,
        share=percent(tally.better / tally.decided),
        n=count(tally.decided),
        low=percent(interval.low),
        high=percent(interval.high),
    )


def left_out_words(standing: Standing) -> str:
    """What is counted and left out of the rate; empty where nothing is."""
    tally = standing.tally
    parts = [
        (tally.ties, translate("Votes", "{n} equally good")),
        (tally.both_bad, translate("Votes", "{n} both bad")),
        (tally.identical, translate("Votes", "{n} with the same words")),
    ]
    said = [words.format(n=count(number)) for number, words in parts if number]
    sentences: list[str] = []
    if said:
        sentences.append(translate("Votes", "Left out of it: {list}.").format(list=", ".join(said)))
    if standing.taken_back:
        sentences.append(
            translate("Votes", "Taken back: {n}; these do not count.").format(
                n=count(standing.taken_back)
            )
        )
    return " ".join(sentences)


def score_words(tally: Tally, name: str, reference: str) -> str:
    """The score on one line, in words."""
    score = translate("Votes", "{name} preferred {better}, {reference} {worse}").format(
        name=name,
        better=told(say("counted.times", n=tally.better)),
        worse=told(say("counted.times", n=tally.worse)),
        reference=reference,
    )
    if not tally.left_out:
        return score
    return score + DOT + told(say("counted.ties", n=tally.left_out))


def choice_words(outcome: Outcome, name: str, reference: str) -> str:
    """What was chosen, once everybody may know."""
    match outcome:
        case Outcome.BETTER:
            return translate("Votes", "You preferred {name} to {other}.").format(
                name=name, other=reference
            )
        case Outcome.WORSE:
            return translate("Votes", "You preferred {name} to {other}.").format(
                name=reference, other=name
            )
        case Outcome.BOTH_BAD:
            return translate("Votes", "You found both bad.")
        case _:
            return translate("Votes", "You found both equally good.")


def reveal_words(pair: VotePair, tally: Tally, name: str, reference: str) -> tuple[str, str]:
    """What stands below two answers once the sides are known: the choice, and the state of it."""
    sentences = [
        f"{score_words(tally, name, reference)}.",
        f"{finding_words(tally, name, reference)}.",
        more_words(tally),
    ]
    digests = {
        answer.prompt_digest
        for answer in (pair.candidate_answer, pair.reference_answer)
        if answer is not None and answer.prompt_digest
    }
    if len(digests) > 1:
        sentences.append(translate("Votes", "Their chat templates made different prompts of it."))
    outcome = pair.outcome
    verdict = "" if outcome is None else choice_words(outcome, name, reference)
    return verdict, " ".join(filter(None, sentences))


def answer_words(answer: VoteAnswer) -> str:
    """Facts of an answer that are told after the vote."""
    figures = answer.figures
    parts = [told(say("counted.tokens", n=figures.generated_tokens))]
    if figures.thinking_tokens:
        parts.append(
            translate("Votes", "{n} of them thinking").format(n=count(figures.thinking_tokens))
        )
    if answer.stop_reason is StopReason.LENGTH:
        parts.append(translate("Votes", "cut off by the limit"))
    elif answer.stop_reason is StopReason.CONTEXT:
        parts.append(translate("Votes", "cut off by the full context"))
    return DOT.join(parts)


def prompts_words(number: int) -> str:
    """How many prompts there are."""
    return told(say("counted.prompts", n=number))


def kind_title(name: str) -> str:
    """A kind of bundled prompts."""
    titles = {
        "everyday": translate("Votes", "Everyday questions"),
        "explain": translate("Votes", "Explaining"),
        "write": translate("Votes", "Writing"),
        "code": translate("Votes", "Code"),
        "reckon": translate("Votes", "Reckoning"),
        "reason": translate("Votes", "Reasoning"),
        "format": translate("Votes", "Following a format"),
        "languages": translate("Votes", "Other languages"),
        "demo": translate("Votes", "The demo model's own questions"),
    }
    return titles.get(name, name)


def _rounded(number: int) -> int:
    """Two digits that count: more would say more than is known."""
    return number if number < 20 else round(number, 1 - len(str(number)) + 1)
