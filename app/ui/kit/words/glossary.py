"""The words that people read, each with what it means; docs/WORDS.md has the code's beside them."""

from __future__ import annotations

from dataclasses import dataclass

from app.ui.kit.words.text import translate

# ruff: noqa: E501 - a line a word
# fmt: off


@dataclass(frozen=True, slots=True)
class Word:
    """One entry.

    Attributes:
        key: Names it within the program.
        word: What people read; translated, as is the rest.
        meaning: One or two plain sentences.
    """

    key: str
    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Words of one subject, under its title."""

    title: str
    words: tuple[Word, ...]


def glossary() -> tuple[Chapter, ...]:
    """All words in the order in which they are read, in the window's language."""
    return (
        Chapter(translate("Words", "Versions"), (
            Word("version", translate("Words", "version"), translate("Words", "One shrunken file of a model, with the settings it runs with. Q4_K_M: 4.9 bits a weight, 69 % smaller.")),
            Word("original", translate("Words", "original"), translate("Words", "The version that is not shrunken (F16, BF16 or F32); the others are compared with it.")),
            Word("compared_with", translate("Words", "compared with"), translate("Words", "The same, where the least shrunken version at hand is shrunken itself.")),
            Word("bits_a_weight", translate("Words", "bits a weight"), translate("Words", "A model is a long list of numbers, its weights. So many bits hold each of them: 16 in the original, fewer in a shrunken version.")),
            Word("family", translate("Words", "family"), translate("Words", "All versions of one model.")),
            Word("chat_template", translate("Words", "chat template"), translate("Words", "How a question is dressed for the model; the file brings it.")),
            Word("projector", translate("Words", "projector"), translate("Words", "The second file of a model that sees (mmproj): it turns pictures into what the model reads.")),
            Word("adapter", translate("Words", "adapter"), translate("Words", "A small file that teaches a model something more and leaves its own file as it is.")),
            Word("experts", translate("Words", "experts"), translate("Words", "Parts of a model of which only a few work on each token: it is as large as all of them, and as fast as the few.")),
            Word("importance_matrix", translate("Words", "importance matrix"), translate("Words", "Says which weights of a model matter most, from a text that it has read; where few bits are left, they are spent on those.")),
            Word("recipe", translate("Words", "recipe"), translate("Words", "How a smaller version was made, as a small file beside it: with the same original it makes the same file again.")),
            Word("context", translate("Words", "context"), translate("Words", "How much text a model holds in mind at once, question and answer together, in tokens. More of it takes more memory.")),
            Word("draft", translate("Words", "draft"), translate("Words", "Something quick, a much smaller model or the text itself, proposes the next words; the model checks several at once. The same answer, often sooner.")),
        )),
        Chapter(translate("Words", "Asking"), (
            Word("one_after_another", translate("Words", "one after another"), translate("Words", "Each version answers alone on the PC, so its speed counts.")),
            Word("all_at_once", translate("Words", "all at once"), translate("Words", "Versions answer at the same time and share the PC: livelier, but their speeds do not count.")),
            Word("times_shared", translate("Words", "times shared"), translate("Words", "Said of speeds that were taken while versions shared the PC.")),
            Word("likeliest_word", translate("Words", "always the likeliest word"), translate("Words", "No chance in what is said: the same question gets the same answer, so that answers can be compared.")),
            Word("not_loaded", translate("Words", "not loaded"), translate("Words", "No engine holds the version in memory; asking it loads it.")),
            Word("first_difference", translate("Words", "first difference"), translate("Words", "Where an answer leaves that of the original.")),
            Word("stop", translate("Words", "stop"), translate("Words", "End what runs; what is finished is kept. “Cancel” leaves a dialog, as if it had not been opened.")),
        )),
        Chapter(translate("Words", "Which one?"), (
            Word("which_one", translate("Words", "Which one?"), translate("Words", "The page on which versions are measured, and that says which one to run.")),
            Word("measurement", translate("Words", "measurement"), translate("Words", "What was measured of the versions of one model. “Measure versions” begins one.")),
            Word("right_answers", translate("Words", "right answers"), translate("Words", "Questions answered rightly, of those asked.")),
            Word("in_100_questions", translate("Words", "in 100 questions"), translate("Words", "How many more or fewer of 100 questions are answered rightly than by the original.")),
            Word("same_next_word", translate("Words", "same next word"), translate("Words", "How often both versions would go on with the same word.")),
            Word("drift", translate("Words", "drift"), translate("Words", "How far a version’s next words drift from the original’s (KL divergence). It describes; alone it decides nothing.")),
            Word("memory", translate("Words", "memory"), translate("Words", "What a version needs to run well, its context included.")),
            Word("speed", translate("Words", "speed"), translate("Words", "How fast it writes an answer, alone on this PC.")),
            Word("prompt_speed", translate("Words", "prompt speed"), translate("Words", "How fast it reads a question.")),
            Word("blind_vote", translate("Words", "blind vote"), translate("Words", "Choosing between two answers without knowing whose they are.")),
            Word("pc_busy", translate("Words", "PC busy"), translate("Words", "Other programs were at work while a speed was taken: it does not count.")),
        )),
        Chapter(translate("Words", "Verdicts"), (
            Word("as_good", translate("Words", "as good"), translate("Words", "Proven by the questions: what may be lost at most is less than what you allow.")),
            Word("loses", translate("Words", "loses"), translate("Words", "Proven by the questions: it answers fewer of them rightly.")),
            Word("cannot_tell_yet", translate("Words", "cannot tell yet"), translate("Words", "Neither is proven. More questions may settle it.")),
            Word("recommended", translate("Words", "recommended"), translate("Words", "The version to run under your limits, marked with a crown.")),
            Word("fits", translate("Words", "fits"), translate("Words", "It needs clearly less memory than this PC has. “Tight”: just so, other programs may have to give way. “Does not fit”: it needs more than there is.")),
        )),
        Chapter(translate("Words", "Size and training"), (
            Word("training_tokens", translate("Words", "training tokens"), translate("Words", "How many tokens of text a model was trained on, as its makers say.")),
            Word("law_loss", translate("Words", "law's loss"), translate("Words", "What the scaling law expects of a model of this size and training: nats a token, less is better. A shape, no promise.")),
            Word("best_use", translate("Words", "best use of training"), translate("Words", "For the cost of one training, the size and the amount of text with which the law expects least loss.")),
            Word("bandwidth", translate("Words", "bandwidth"), translate("Words", "How much a device reads from its memory in a second. A model writes about as fast as its weights can be read.")),
        )),
        Chapter(translate("Words", "Units"), (
            Word("token", translate("Words", "token"), translate("Words", "A piece of text that a model reads and writes at once, about three quarters of an English word.")),
            Word("tokens_per_second", translate("Words", "tok/s"), translate("Words", "Tokens in a second. People read about 5 a second; from 10 on nobody waits.")),
            Word("bytes", translate("Words", "MB, GB"), translate("Words", "A million and a billion bytes, as disks are sold.")),
            Word("parameters", translate("Words", "B, M"), translate("Words", "Billions and millions of weights in a model: 8 B are eight billion.")),
            Word("interval", translate("Words", "±"), translate("Words", "How far the true figure may be off: in 95 of 100 cases it lies within.")),
        )),
        Chapter(translate("Words", "Names of versions"), (
            Word("full", translate("Words", "F16, BF16, F32"), translate("Words", "Not shrunken: all that training left. For comparing with.")),
            Word("q8_0", translate("Words", "Q8_0"), translate("Words", "About half the size, and no loss that is felt.")),
            Word("q6_k", translate("Words", "Q6_K"), translate("Words", "Nearly nothing lost.")),
            Word("q5_k_m", translate("Words", "Q5_K_M"), translate("Words", "A little larger and a little safer than Q4_K_M.")),
            Word("q4_k_m", translate("Words", "Q4_K_M"), translate("Words", "The usual choice: less than a third of the size, and little lost.")),
            Word("q3_k_m", translate("Words", "Q3_K_M"), translate("Words", "For when Q4_K_M does not fit: losses begin to be felt.")),
            Word("q2_k", translate("Words", "Q2_K"), translate("Words", "Much is lost; a smaller model at four bits is often better.")),
            Word("iq", translate("Words", "IQ4_XS, IQ3_M, IQ2_M"), translate("Words", "Newer ways to shrink: better answers at the same size, but slower without a GPU.")),
            Word("tq1_0", translate("Words", "TQ1_0"), translate("Words", "Made for models that were trained with three values a weight. Other models talk nonsense in it.")),
            Word("k", translate("Words", "K, 0, 1"), translate("Words", "How weights are grouped: K stands for the later and better way.")),
            Word("sizes", translate("Words", "XS, S, M, L"), translate("Words", "Small to large: how many of the more important weights keep more bits.")),
        )),
    )


def word_of(key: str) -> Word:
    """One entry.

    Raises:
        KeyError: There is none.
    """
    for chapter in glossary():
        for word in chapter.words:
            if word.key == key:
                return word
    raise KeyError(key)
