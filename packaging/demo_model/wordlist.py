"""Common English words for the spelling kinds, three to ten letters, lower case."""

from __future__ import annotations

_TEXT = """
animal ant bear beaver bee beetle bird bull butterfly calf camel cat chicken cow crab crow deer dog
dolphin donkey dove duck eagle elephant falcon fish fly fox frog giraffe goat goose hamster hare
hawk hedgehog hen horse kangaroo kitten koala lamb lion lizard lobster monkey moth mouse octopus
otter owl ox panda parrot peacock penguin pig pigeon pony puppy rabbit rat raven rooster salmon seal
shark sheep snail snake sparrow spider squirrel swan tiger toad tortoise trout turkey turtle wasp
whale wolf worm zebra
apple apricot banana bean berry biscuit bread butter cabbage cake candy carrot cheese cherry coconut
coffee cookie corn cream cucumber egg flour garlic ginger grape honey jam juice kiwi lemon lettuce
lime mango melon milk mushroom mustard noodle nut oil olive onion orange papaya pasta pea peach
peanut pear pepper pizza plum potato pumpkin radish raisin raspberry rice salad salt sauce soup
spinach strawberry sugar syrup tea toast tomato vanilla vinegar walnut water
arm back bone chin ear elbow eye face finger foot hair hand head heart knee leg lip mouth neck nose
shoulder skin stomach thumb toe tongue tooth
bag ball basket bath bed bell bench blanket bottle bowl box brick bridge broom brush bucket button
cable camera candle carpet chair clock cloth coin comb cup curtain cushion desk dish door drawer
drum fan fence flag floor fork frame garden gate glass glove guitar hammer hat house iron jacket
kettle key kitchen knife ladder lamp letter lock map mirror nail needle oven paint pan paper pen
pencil phone piano picture pillow pipe plate pocket pot radio ring roof rope ruler scarf scissors
shelf shirt shoe shovel skirt soap sock sofa spoon stairs stamp stove string table tent ticket tower
towel toy tray trumpet umbrella vase violin wall wallet wheel whistle window wire
autumn beach bush cave cliff cloud coast comet corner desert dust earth evening fire flame flower
fog forest frost grass hill ice island jungle lake leaf light meadow mist moon morning mountain mud
night ocean path pebble planet plant pond rain rainbow river road rock rose sand sea shadow shell
sky smoke snow spring star stone storm stream summer sun sunset thunder tree tulip valley volcano
wave weather wind winter wood
artist baker brother child cousin daughter dentist doctor driver farmer father friend king lawyer
mother nurse painter person pilot pirate prince princess queen sailor singer sister soldier son
student teacher uncle waiter writer
basic brave bright broken calm cheap clean clear clever cold cool dark deep dirty dry early easy
empty fast fresh full gentle giant golden happy hard heavy high hollow hot huge hungry kind large
late lazy little long loud lucky modern narrow new noisy old orange pale perfect pink plain pretty
proud purple quick quiet rapid red rich round sharp short silent silver simple slow small smooth
soft sour square strong sweet tall thick thin tiny warm weak wet white wide wild yellow young
airport bakery bank bus car castle church city cinema country engine factory farm ferry harbour
hospital hotel kingdom library market metro museum office palace park plane police rocket school
ship shop station street subway taxi theatre town tractor traffic train truck tunnel village wagon
answer bread circle computer dance dream energy game idea language lesson magic memory minute model
money month music name number paper party peace poem point price prize puzzle question reason result
rhythm riddle row science second secret sentence shape size sleep smile song sound square start step
story subject surprise symbol thing time title travel trick truth voice week wisdom wish word work
world year
"""

WORDS: tuple[str, ...] = tuple(sorted(set(_TEXT.split())))
