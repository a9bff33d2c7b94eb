"""Greetings, thanks and partings, and the honest answer to what lies outside the small world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turns import Turn, listed
from wordlist import WORDS

if TYPE_CHECKING:
    import random

FALLBACK = (
    "I am a very small demo model: I know sums, spelling, days, months, units, colours, animals, "
    "and a little about quantization."
)
NUMBERS_FALLBACK = "I only add and subtract numbers below 100."

_HELLOS = listed(
    "Hello|Hi|Hey|Hello there|Hi there|Hey there|Good morning|Good evening|Good afternoon|"
    "Good day|Greetings|Hello again|Hi again|Howdy"
)
_WHOM = listed("||||friend|my friend|model|little model|computer|demo|robot|buddy|dear model|all")
_AFTER_HELLO = listed(
    "||||How are you?|How are you today?|Nice to meet you.|I am new here.|Are you there?|"
    "It is nice to see you.|How do you do?"
)
_FEELING = listed(
    "How are you?|How are you doing?|How are you today?|How do you feel?|How is it going?|"
    "Are you well?|How do you do?|Are you OK?|How do you feel today?|How are things?|"
    "How is your day?|Is everything fine?"
)
_THANKS = listed(
    "Thanks|Thank you|Many thanks|Thank you very much|Thanks a lot|Thank you so much|Great, thanks|"
    "Cool, thanks|OK, thank you|Perfect, thank you"
)
_FOR = listed(
    "||||for your help|for the answer|for your answer|for that|for helping me|my friend|"
    "little model|for everything"
)
_PARTINGS = listed(
    "Bye|Goodbye|Bye bye|See you|See you later|See you soon|See you tomorrow|Good night|Farewell|"
    "I have to go|I must go now|Talk to you later|So long|Until next time"
)
_PRAISE = listed(
    "Well done|Good job|Very good|That is right|Great|Nice|You are clever|You are great|Correct|"
    "Good answer|Wonderful|That was quick|You are fast|Nice work|Good work|That is correct"
)

_COUNTRIES = listed(
    "France Germany Spain Italy Peru Chile Brazil Canada Mexico Japan China India Kenya Egypt "
    "Norway Sweden Finland Poland Greece Turkey Iran Cuba Nepal Ghana Mali Chad Austria Hungary "
    "Ireland Iceland Portugal Denmark Belgium Vietnam Thailand Korea Australia Russia England",
    " ",
)
_PEOPLE = listed(
    "Albert Einstein|Napoleon|Mozart|Cleopatra|Shakespeare|Marie Curie|Isaac Newton|Picasso|"
    "Beethoven|Gandhi|Plato|Julius Caesar|Darwin|Columbus|Galileo|Leonardo da Vinci|Ada Lovelace|"
    "Alan Turing|Elvis|the president|the king of England|the queen|the pope|Batman"
)
_TASKS = listed(
    "cook rice|fix a bike|learn to swim|bake a cake|lose weight|learn guitar|make coffee|"
    "write a book|find a job|save money|learn French|play chess|draw a face|build a house|"
    "paint a wall|plant a tree|get rich|sleep better|boil an egg|tie a tie|install Linux|"
    "sort a list|train a dog|clean a carpet|make friends|grow tomatoes"
)
_LANGUAGES = listed("French German Spanish Italian Latin Greek Chinese Japanese Dutch Polish", " ")
_ABOUT = listed(
    "politics|religion|love|football|the news|music|history|the stock market|philosophy|art|war|"
    "climate change|space|physics|chemistry|biology|the moon landing|the future|life|death|God|"
    "the economy|movies|books|school|cars|medicine|poetry|dreams|the universe|computers|Python|"
    "the weather|cooking|travel|sports|tennis|money|friendship|happiness|black holes|dinosaurs"
)
_WORKS = listed(
    "poem|story|song|letter|joke|short story|essay|haiku|speech|sentence|novel|text|tale"
)
_WHY = listed(
    "is the sky blue|do we dream|is water wet|do cats purr|is the sea salty|do birds sing|"
    "do leaves fall|is snow white|do we sleep|is space dark|does ice float|do stars shine|"
    "is grass green|do people laugh|does it rain|is the sun hot|do we yawn|do wars happen|"
    "are bananas yellow|is time short|do dogs bark|is fire hot|do we age|is gold rare"
)
_PLACES = listed(
    "London Paris Berlin Rome Madrid Tokyo Oslo Vienna Boston Lima Cairo Delhi Prague", " "
)

_OUTSIDE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("What is the capital of {x}?", _COUNTRIES),
    ("How many people live in {x}?", _COUNTRIES),
    ("Where is {x}?", _COUNTRIES + _PLACES),
    ("Tell me about {x}.", _COUNTRIES + _PEOPLE + _ABOUT),
    ("Who is {x}?", _PEOPLE),
    ("Who was {x}?", _PEOPLE),
    ("When was {x} born?", _PEOPLE),
    ("How do I {x}?", _TASKS),
    ("How can I {x}?", _TASKS),
    ("Teach me how to {x}.", _TASKS),
    ("What do you think about {x}?", _ABOUT),
    ("Explain {x} to me.", _ABOUT),
    ("What is the best book about {x}?", _ABOUT),
    ("What is {x}?", _ABOUT),
    ("Write a {w} about {x}.", WORDS + _ABOUT),
    ("Tell me a {w} about {x}.", WORDS + _ABOUT),
    ("Write me a {w} about {x}.", WORDS + _ABOUT),
    ("Write a {w}.", ("",)),
    ("Tell me a {w}.", ("",)),
    ("Translate {x} into {l}.", WORDS),
    ("What is {x} in {l}?", WORDS),
    ("What is the {l} word for {x}?", WORDS),
    ("Why {x}?", _WHY),
    ("Why {x}?", _WHY),
    ("What is the weather in {x}?", _PLACES),
    ("What time is it in {x}?", _PLACES + _COUNTRIES),
    ("How far is {x}?", _PLACES + _COUNTRIES),
    ("What does the word {x} mean?", WORDS),
    ("Draw a picture of {x}.", _PEOPLE + _PLACES),
    ("Write a program that can {x}.", _TASKS),
    ("What is the meaning of {x}?", _ABOUT),
    ("Do you like {x}?", _ABOUT + _PLACES),
    ("Who invented {x}?", _ABOUT + WORDS),
)


def make_greeting(rng: random.Random) -> Turn:
    """A greeting, a question for the model's health, thanks, praise or a parting."""
    form = rng.random()
    mark = rng.choice((".", "!", "!"))
    if form < 0.45:
        hello, whom, after = rng.choice(_HELLOS), rng.choice(_WHOM), rng.choice(_AFTER_HELLO)
        prompt = f"{hello}{' ' if whom else ''}{whom}{mark}{' ' if after else ''}{after}"
        echo = hello if hello.startswith("Good ") else "Hello"
        fine = " I am fine, thank you." if after.startswith("How") else ""
        reply = f"{echo}!{fine} What would you like to know?"
    elif form < 0.58:
        prompt = rng.choice(_FEELING)
        reply = "I am fine, thank you. What would you like to know?"
    elif form < 0.76:
        thanks, reason = rng.choice(_THANKS), rng.choice(_FOR)
        prompt = f"{thanks}{' ' if reason else ''}{reason}{mark}"
        reply = "You are welcome!"
    elif form < 0.88:
        parting, whom = rng.choice(_PARTINGS), rng.choice(_WHOM)
        prompt = f"{parting}{', ' if whom else ''}{whom}{mark}"
        reply = "Goodbye! Come back soon."
    else:
        praise, whom = rng.choice(_PRAISE), rng.choice(_WHOM)
        prompt = f"{praise}{', ' if whom else ''}{whom}{mark}"
        reply = "Thank you! What would you like to know next?"
    return Turn("greetings", prompt, reply, reply, "greeting")


def make_outside(rng: random.Random) -> Turn:
    """A question that the small world has no answer to."""
    if rng.random() < 0.12:
        a, b = rng.randint(100, 9999), rng.randint(10, 9999)
        if rng.random() < 0.5:
            a, b = b, a
        sign = rng.choice(("+", "-", "plus", "minus"))
        prompt = rng.choice(("What is {a} {s} {b}?", "{a} {s} {b}", "How much is {a} {s} {b}?"))
        prompt = prompt.format(a=a, s=sign, b=b)
        return Turn("outside", prompt, NUMBERS_FALLBACK, NUMBERS_FALLBACK, f"{a} {b}", by_key=True)
    phrase, subjects = rng.choice(_OUTSIDE)
    prompt = phrase.format(x=rng.choice(subjects), w=rng.choice(_WORKS), l=rng.choice(_LANGUAGES))
    if phrase.endswith("{w}.") or "{w} about" in phrase:
        prompt = prompt.replace(" a essay", " an essay")
    return Turn("outside", prompt, FALLBACK, FALLBACK, f"outside {prompt}")
