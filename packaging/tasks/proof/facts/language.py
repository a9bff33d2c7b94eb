"""Words: what they mean beside each other, how they are bent, how they are spelled."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Words of one side mean nearly the same, those of the other side the opposite; the first one of a
# side is what everybody says.
_SIDES = """
hot | cold cool
wet damp | dry
big large huge | small little tiny
long lengthy | short brief
high tall | low
thick | thin
full | empty
hollow | solid
deep | shallow
sharp | blunt
smooth even | rough
rigid stiff | flexible
transparent | opaque
open | closed shut
up | down
left | right
black | white
day | night
early | late
always | never
old aged | young
ancient antique | modern contemporary
temporary | permanent lasting
natural | artificial
fast quick rapid | slow
loud noisy | quiet silent
rich wealthy | poor
plentiful abundant | scarce rare
generous | stingy mean
happy glad cheerful | sad
love | hate
friend | enemy
brave courageous bold | cowardly
afraid frightened scared | fearless
angry furious | calm
polite | rude impolite
ill sick | healthy
odd strange peculiar | ordinary
guilty | innocent
present | absent missing
gift present
begin start commence | end finish
arrive | depart leave
entrance | exit
import | export
borrow | lend
buy purchase | sell
accept | refuse reject
attack | defend
praise | blame
expand swell | shrink
freeze | melt
weep cry | laugh
help assist | hinder
repair mend fix | break
choose select pick
answer reply | ask
error mistake
victory | defeat
knowledge | ignorance
maximum most | minimum least
road street
rock stone
forest wood
"""
SIDES: Sequence[tuple[Sequence[str], Sequence[str]]] = [
    (one.split(), other.split())
    for one, _, other in (line.partition("|") for line in _SIDES.strip().splitlines())
]


def is_known(word: str) -> bool:
    """Whether anything is said of it here."""
    return any(word in side for sides in SIDES for side in sides)


def are_alike(one: str, other: str) -> bool:
    """Whether two words mean nearly the same."""
    return any(one in side and other in side for sides in SIDES for side in sides)


def are_opposed(one: str, other: str) -> bool:
    """Whether one word means the opposite of another one."""
    return any((one in a and other in b) or (one in b and other in a) for a, b in SIDES)


_OTHER_VOWELS = (("man", "men"), ("oose", "eese"), ("ooth", "eeth"), ("oot", "eet"))
_OTHER_VOWELS += (("ouse", "ice"), ("child", "children"))
_VOICED = "calf half knife leaf life loaf shelf thief wife wolf"
_WITH_ES = "echo hero potato tomato"


def plural_of(word: str) -> str:
    """The plural of an English noun, by the rules and their exceptions."""
    for one, several in _OTHER_VOWELS:
        if word.endswith(one):
            return word.removesuffix(one) + several
    if word in _VOICED.split():
        return re.sub("fe?$", "ves", word)
    if word in _WITH_ES.split() or re.search("(s|x|z|ch|sh)$", word):
        return f"{word}es"
    return re.sub("y$", "ies", word) if re.search("[^aeiou]y$", word) else f"{word}s"


_PARTS = """
begin began begun; drink drank drunk; swim swam swum; fly flew flown; throw threw thrown;
break broke broken; choose chose chosen; freeze froze frozen; speak spoke spoken;
steal stole stolen; wear wore worn; ride rode ridden; write wrote written; hide hid hidden;
bite bit bitten; shake shook shaken; bring brought brought; catch caught caught;
seek sought sought; teach taught taught
"""
PAST = {one: past for one, past, _ in (row.split() for row in _PARTS.split(";"))}

_SPELLED = """
butterfly crocodile dinosaur elephant jellyfish nightingale rhinoceros skeleton
blueberry cinnamon dandelion evergreen lemonade marmalade peppermint raspberry strawberry
sunflower watermelon
committee grandmother messenger mountaineer orchestra parliament passenger volunteer
furniture harmonica photograph refrigerator restaurant scarecrow television umbrella
adventure education hurricane invisible knowledge limestone millennium necessary possession
tournament wilderness
"""
SPELLED = frozenset(_SPELLED.split())
