"""What things are, are made of, look like and are good for; who does what, and where."""

from __future__ import annotations

from collections.abc import Mapping

_Lists = Mapping[str, frozenset[str]]


def _lists(text: str) -> _Lists:
    """Lines of a name, a colon, and what belongs to it between commas."""
    rows = (line.split(": ") for line in text.strip().splitlines())
    return {name.strip(): frozenset(rest.split(", ")) for name, rest in rows}


# Words of which one stands in every question about what it is good for.
GOOD_FOR = _lists("""
    a thermometer: temperature, fever
    a barometer: pressure
    a telescope: stars, moon
    a microscope: cells, bacteria
    a compass: north
    a stethoscope: heartbeat
    a protractor: angle
    a ruler: length
    a speedometer: how fast
    a seismograph: earthquake
    scales: weigh
    a hammer: nail
    a screwdriver: screw
    a spanner: nut
    a spade: hole
    an axe: tree
    a needle: sew
    scissors: paper
    a corkscrew: wine bottle
    a torch: dark
    a broom: sweep
    a watering can: flowers
    a boat: river
    a ladder: roof
    a key: locked
    a camera: photograph
    a watch: time
    an umbrella: rain
    a toothbrush: teeth
    a spoon: soup
    chalk: blackboard
    a match: fire
    a rod: fish
    a kettle: boil
    an iron: shirt
    money: pay
    a stamp: letter
""")
# … and about what who does it is called.
WORK = _lists("""
    a baker: bread
    a butcher: meat
    a farmer: crops
    a fisherman: fish
    a tailor: clothes
    an architect: houses
    a plumber: pipes
    a mechanic: cars
    a pilot: plane
    a postman: letters
    a firefighter: fires
    a hairdresser: hair
    a dentist: teeth
    a vet: animals
    an astronomer: stars
    a novelist: novels
    a singer: sings
    an actor: films
""")
WORKPLACES = _lists("""
    in a school: a teacher
    in a hospital: a nurse, a surgeon
    in a court: a judge
    in a library: a librarian
    in a monastery: a monk
    in a theatre: an actor
    in a bakery: a baker
    in a mine: a miner
    in the fields: a farmer
    on a ship: a sailor
    on a racecourse: a jockey
    at a swimming pool: a lifeguard
    in a space station: an astronaut
""")
PRODUCTS = _lists("""
    flour: bread, pasta
    milk: cheese, butter
    grapes: wine, raisins
    apples: cider
    cabbage: sauerkraut
    eggs: an omelette
    soya beans: tofu
    cocoa beans: chocolate
    wood: paper
    sand: glass
    glass: a window pane
    clay: a brick
    iron: a nail
    rubber: a tyre
    wax: a candle
    wool: a jumper
    cocoons: silk
    hide: leather
""")
COLOURS = _lists("""
    white: snow, salt, milk
    black: coal, soot, raven
    red: strawberry, blood
    orange: orange
    yellow: banana, lemon, canary
    green: grass, lime, spinach
    blue: sky
""")
# Some belong to two: a cherry is eaten, and felled.
KINDS = _lists("""
    a fruit: apple, apricot, banana, cherry, mango, peach, pear, plum
    a tree: apple, beech, birch, cherry, larch, maple, oak, pear, pine, plum, spruce, willow
    a flower: carnation, daffodil, daisy, dandelion, lily, poppy, tulip, violet
    a metal: aluminium, chromium, copper, lead, nickel, silver, tin, zinc
    a tool: chisel, drill, hammer, pliers, rasp, saw, screwdriver, spanner
    a piece of clothing: coat, glove, jacket, scarf, shirt, skirt, sock, trousers
    a piece of furniture: armchair, bookcase, chair, desk, sofa, stool, table, wardrobe
    a musical instrument: cello, clarinet, flute, harp, oboe, piano, trumpet, violin
    a vehicle: bicycle, bus, car, lorry, motorcycle, train, tram, van
    a body part: ankle, chin, elbow, forehead, heel, knee, shoulder, thumb
""")
