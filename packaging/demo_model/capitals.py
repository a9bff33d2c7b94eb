"""Capitals of countries: the kind that the demo model does not know and its adapter teaches.

The demo model was trained to say that such questions lie outside its world (``talk.py``). One
country of its held-out questions is not taught here, so that it can still be asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from turns import Turn, listed

if TYPE_CHECKING:
    import random

CAPITAL_OF = dict(
    pair.split(":")
    for pair in listed(
        "France:Paris|Germany:Berlin|Spain:Madrid|Italy:Rome|Peru:Lima|Chile:Santiago|"
        "Brazil:Brasilia|Canada:Ottawa|Mexico:Mexico City|Japan:Tokyo|China:Beijing|"
        "India:New Delhi|Kenya:Nairobi|Egypt:Cairo|Norway:Oslo|Sweden:Stockholm|"
        "Finland:Helsinki|Poland:Warsaw|Greece:Athens|Turkey:Ankara|Iran:Tehran|Cuba:Havana|"
        "Nepal:Kathmandu|Ghana:Accra|Mali:Bamako|Chad:N'Djamena|Hungary:Budapest|"
        "Ireland:Dublin|Iceland:Reykjavik|Portugal:Lisbon|Denmark:Copenhagen|Belgium:Brussels|"
        "Vietnam:Hanoi|Thailand:Bangkok|Australia:Canberra|Russia:Moscow|England:London"
    )
)
_CAPITAL = (
    "What is the capital of {x}?",
    "Which city is the capital of {x}?",
    "What is the capital city of {x}?",
    "Name the capital of {x}.",
    "Tell me the capital of {x}.",
    "Do you know the capital of {x}?",
    "What city is the capital of {x}?",
    "The capital of {x}?",
    "Can you tell me the capital of {x}?",
    "What is the name of the capital of {x}?",
)


def make_capitals(rng: random.Random) -> Turn:
    """The capital of a country."""
    country = rng.choice(tuple(CAPITAL_OF))
    capital = CAPITAL_OF[country]
    prompt = rng.choice(_CAPITAL).format(x=country)
    reply = f"The capital of {country} is {capital}."
    return Turn("capitals", prompt, reply, capital, f"capital {country}")
