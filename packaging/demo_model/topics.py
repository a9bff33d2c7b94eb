"""What the model can say about quantization and about the program itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turns import Turn

if TYPE_CHECKING:
    import random

_DEFINE = (
    "What is {x}?",
    "What's {x}?",
    "What does {x} mean?",
    "Explain {x}.",
    "Can you explain {x}?",
    "Tell me about {x}.",
    "Describe {x}.",
    "What do you know about {x}?",
    "What can you tell me about {x}?",
    "Please explain {x} to me.",
    "I do not understand {x}.",
    "Do you know what {x} is?",
)

BITS_PER_WEIGHT = {
    "F16": "16",
    "Q8_0": "8.5",
    "Q6_K": "6.6",
    "Q5_K_M": "5.7",
    "Q4_K_M": "4.9",
    "Q3_K_M": "4.0",
    "Q2_K": "3.2",
    "TQ1_0": "1.7",
}
"""File averages of an 8 B model (llama.cpp's own table), TQ1_0 the type's own figure."""

_BITS_PHRASES = (
    "How many bits does {x} use?",
    "How many bits a weight does {x} use?",
    "How many bits per weight does {x} have?",
    "What is {x}?",
    "Tell me about {x}.",
    "What does {x} mean?",
    "How many bits has {x}?",
    "Explain {x}.",
)
_SMALLER_PHRASES = (
    "Which is smaller, {a} or {b}?",
    "Which file is smaller, {a} or {b}?",
    "Is {a} or {b} smaller?",
    "What is smaller, {a} or {b}?",
    "Which takes less memory, {a} or {b}?",
    "Which one is smaller: {a} or {b}?",
)
_BETTER_PHRASES = (
    "Which is better, {a} or {b}?",
    "Which loses less, {a} or {b}?",
    "Which is closer to the original, {a} or {b}?",
    "Is {a} or {b} better?",
    "Which has better quality, {a} or {b}?",
    "Which one is better: {a} or {b}?",
)

# Each entry: the subject for the phrases of _DEFINE (or an empty text), further wordings
# separated by |, and the answer.
_QUANTIZATION = (
    (
        "quantization",
        "What does quantization do?|How does quantization work?|What is quantizing a model?|"
        "What happens when a model is quantized?|What is model quantization?",
        "Quantization stores the weights of a model with fewer bits. The file gets smaller.",
    ),
    (
        "",
        "Why quantize a model?|Why do people quantize models?|Why is quantization useful?|"
        "What is quantization good for?|Why should I quantize a model?|Why use quantization?|"
        "What is the benefit of quantization?|What do I gain from quantization?",
        "A quantized model needs less memory and often runs faster.",
    ),
    (
        "",
        "Does quantization make a model worse?|What do I lose with quantization?|"
        "Does a quantized model lose quality?|What is the cost of quantization?|"
        "Is a quantized model worse?|What does quantization cost?|"
        "Do quantized models make more mistakes?|What is lost by quantization?",
        "A little at 8 bits and a lot at 1 or 2 bits. Measure it before you choose.",
    ),
    (
        "a GGUF file",
        "What is GGUF?|What does GGUF mean?|Explain GGUF.|Tell me about GGUF.|"
        "What is in a GGUF file?|What is the GGUF format?",
        "A GGUF file holds a model: its weights, its tokens and its settings.",
    ),
    (
        "a weight",
        "What are weights?|What are the weights of a model?|What is a model weight?|"
        "Explain the weights of a model.|Tell me about weights.",
        "A weight is one number that a model has learned.",
    ),
    (
        "a token",
        "What are tokens?|Explain tokens.|Tell me about tokens.|What is a token in a model?|"
        "What do tokens mean?",
        "A token is a piece of text: a word, a part of a word or a sign.",
    ),
    (
        "a bit",
        "What are bits?|Explain bits.|What is one bit?|How large is a bit?|Tell me about bits.",
        "A bit is the smallest piece of data: 0 or 1.",
    ),
    (
        "perplexity",
        "What does perplexity measure?|What does perplexity tell me?|How is perplexity used?|"
        "What is low perplexity?",
        "Perplexity tells how surprised a model is by a text. Lower is better.",
    ),
    (
        "KL divergence",
        "What does KL divergence measure?|What does KL divergence tell me?|"
        "How is KL divergence used?|What is the KL divergence?",
        "KL divergence tells how far the answers of a small version are from the original.",
    ),
    (
        "a distilled model",
        "What is distillation?|Explain distillation.|How does distillation work?|"
        "What does distillation mean?|Tell me about distillation.",
        "A distilled model is a small model that learned from a large one.",
    ),
    (
        "a pruned model",
        "What is pruning?|Explain pruning.|How does pruning work?|What does pruning mean?|"
        "Tell me about pruning.",
        "A pruned model has parts taken out to make it smaller.",
    ),
    (
        "a mixture of experts",
        "What is an MoE model?|What is MoE?|Explain MoE.|What does MoE mean?|"
        "How does a mixture of experts work?",
        "A mixture of experts uses only some of its parts for each token.",
    ),
    (
        "the context length",
        "What is the context?|What is a context?|What does context mean?|"
        "What is the context of a model?|Explain the context.",
        "The context is the text that a model can see at one time.",
    ),
    (
        "the KV cache",
        "What is a KV cache?|What does the KV cache do?|Why is there a KV cache?|"
        "What is the KV cache for?",
        "The KV cache keeps what the model has read, so it need not read it again.",
    ),
    (
        "an importance matrix",
        "What is an imatrix?|What does an importance matrix do?|Explain the imatrix.|"
        "What is the imatrix for?|What is the importance matrix?",
        "An importance matrix tells which weights matter most, so they are stored with more care.",
    ),
    (
        "llama.cpp",
        "What does llama.cpp do?|Who runs the models?|What is llama.cpp for?",
        "The program llama.cpp runs language models on your own computer.",
    ),
    (
        "",
        "Which quantization should I use?|Which level should I choose?|Which level is best?|"
        "What level do you recommend?|Which quantization level is best?|What should I choose?|"
        "Which quantization do you recommend?|What is a good quantization level?",
        "Start with Q4_K_M, and compare it with Q8_0 on your own questions.",
    ),
)
_PROGRAM = (
    (
        "Shrinkscope",
        "What does Shrinkscope do?|What is this program?|What does this program do?|"
        "What is Shrinkscope for?|What is this app?|What can Shrinkscope do?",
        "Shrinkscope runs shrunken versions of a model side by side and shows what you lose.",
    ),
    (
        "the Compare page",
        "What does the Compare page do?|What is Compare?|What happens on the Compare page?|"
        "What can I do on the Compare page?",
        "On the Compare page you ask several models the same question, side by side.",
    ),
    (
        "a candidate",
        "What are candidates?|What is a candidate in Shrinkscope?|Explain candidates.|"
        "What does a candidate mean?",
        "A candidate is a model file with its settings. It has a letter and a colour.",
    ),
    (
        "the reference",
        "What is a reference?|What is the reference in Shrinkscope?|What is the reference for?|"
        "What does a reference mean?",
        "The reference is the candidate that the others are measured against.",
    ),
    (
        "a pane",
        "What are panes?|What is a pane in Shrinkscope?|What does a pane show?|Explain panes.",
        "A pane is one column of the Compare page. It shows the answers of one candidate.",
    ),
    (
        "an engine",
        "What is an engine in Shrinkscope?|What does an engine do?|What are engines?|"
        "Explain engines.",
        "An engine is the process that runs one model.",
    ),
    (
        "a race",
        "What is Race?|What does Race do?|What happens in a race?|What is the Race button?|"
        "Explain Race.",
        "In a race the models answer one after another, so that the speeds count.",
    ),
    (
        "the ladder",
        "What is a ladder?|What does the ladder show?|What is the ladder in Shrinkscope?|"
        "What is the ladder for?",
        "The ladder is the table of a comparison, from the largest version to the smallest.",
    ),
    (
        "the verdict",
        "What is a verdict?|What does the verdict say?|What is the verdict in Shrinkscope?|"
        "What is the verdict for?",
        "The verdict tells which version to run and what you lose.",
    ),
    (
        "needed memory",
        "What does needed memory show?|How is needed memory measured?|"
        "What is the needed memory?|Explain the needed memory.",
        "Needed memory is what a model needs on this computer to run well.",
    ),
    (
        "",
        "Does Shrinkscope need the internet?|Do I need the internet?|Does it work offline?|"
        "Can I use Shrinkscope offline?|Does Shrinkscope work without the internet?|"
        "Is the internet needed?|Does this program need the internet?",
        "No. The network is used only when you ask for a download.",
    ),
    (
        "",
        "Is Shrinkscope free?|What does Shrinkscope cost?|Which licence does Shrinkscope have?|"
        "Is this program free?|What is the licence of Shrinkscope?|Is Shrinkscope open source?|"
        "Do I have to pay for Shrinkscope?",
        "Shrinkscope is free software, under the MIT licence.",
    ),
    (
        "",
        "Can I open my own model?|How do I open a model?|How can I load my own model?|"
        "How do I add a model?|Can I use another model?|How do I load a GGUF file?|"
        "Can I open a file from my disk?",
        "Open any GGUF file, or drop it on the window.",
    ),
    (
        "",
        "How do I stop an answer?|Which key stops the answer?|How can I stop the models?|"
        "How do I stop?|Which key is for stop?|How can I stop an answer?|What does Esc do?",
        "Press Esc to stop the answers.",
    ),
    (
        "",
        "How do I ask all models?|Which key asks all models?|How can I ask every model?|"
        "How do I ask every model at once?|What does Ctrl and Enter do?|"
        "Which key asks every model?|How can I ask all models at once?",
        "Press Ctrl and Enter to ask every model at once.",
    ),
    (
        "",
        "Who are you?|What are you?|What is your name?|Tell me about yourself.|"
        "Who am I talking to?|Are you a model?|What model are you?|Which model is this?|"
        "Introduce yourself.|What should I call you?",
        "I am the demo model of Shrinkscope, a very small language model.",
    ),
    (
        "",
        "How large are you?|How big are you?|How many parameters do you have?|"
        "How small are you?|What is your size?|How many weights do you have?|"
        "Are you a large model?|How many parameters has this model?",
        "I am very small: I have between 5 and 6 million weights.",
    ),
    (
        "",
        "Who made you?|How were you trained?|Where do you come from?|Who trained you?|"
        "How were you made?|Who built you?|Where were you trained?|Who created you?",
        "A script of the Shrinkscope project trained me from nothing, on two processor cores.",
    ),
    (
        "",
        "What can you do?|What do you know?|What can I ask you?|How can you help me?|Help me.|"
        "What are you good at?|What can you help with?|Can you help me?|Help!|"
        "What questions can you answer?",
        "I can add and subtract, spell, count letters, tell days and months, convert units, and "
        "talk about colours, animals and quantization.",
    ),
)


def _texts(subject: str, wordings: str) -> tuple[str, ...]:
    """All wordings of a question, each once, in a fixed order."""
    defined = [phrase.format(x=subject) for phrase in _DEFINE] if subject else []
    return tuple(dict.fromkeys(defined + wordings.split("|")))


_QUANTIZATION_TURNS = tuple((_texts(s, w), a) for s, w, a in _QUANTIZATION)
_PROGRAM_TURNS = tuple((_texts(s, w), a) for s, w, a in _PROGRAM)


def make_quantization(rng: random.Random) -> Turn:
    """A term of quantization, the bits of a level, or two levels compared."""
    form = rng.random()
    levels = tuple(BITS_PER_WEIGHT)
    if form < 0.22:
        level = rng.choice(levels)
        prompt = rng.choice(_BITS_PHRASES).format(x=level)
        reply = f"{level} stores a weight in about {BITS_PER_WEIGHT[level]} bits."
        return Turn("quantization", prompt, reply, reply, f"bits {level}")
    if form < 0.45:
        a, b = rng.sample(levels, 2)
        larger, smaller = (a, b) if levels.index(a) < levels.index(b) else (b, a)
        key = f"levels {larger} {smaller}"
        if rng.random() < 0.5:
            prompt = rng.choice(_SMALLER_PHRASES).format(a=a, b=b)
            reply = f"The smaller one is {smaller}."
            return Turn("quantization", prompt, reply, smaller, key)
        prompt = rng.choice(_BETTER_PHRASES).format(a=a, b=b)
        reply = f"The one closer to the original is {larger}."
        return Turn("quantization", prompt, reply, larger, key)
    texts, answer = rng.choice(_QUANTIZATION_TURNS)
    return Turn("quantization", rng.choice(texts), answer, answer, answer)


def make_program(rng: random.Random) -> Turn:
    """A question about Shrinkscope or about the model itself."""
    texts, answer = rng.choice(_PROGRAM_TURNS)
    return Turn("program", rng.choice(texts), answer, answer, answer)
