"""The fields that say how a model is loaded: what they are called, and what may stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from app.core.candidates.candidate import candidate_of
from app.core.candidates.notation import SETTINGS, with_settings
from app.core.candidates.settings import (
    ALL_LAYERS,
    BATCH_TOKENS,
    BOUNDS,
    CONTEXT_STEP_TOKENS,
    MOST_THREADS,
    USUAL_ENGINE,
    FlashAttention,
    KvType,
    RopeScaling,
    SplitMode,
)
from app.core.errors import PersonError
from app.ui.kit.plain import add_choice
from app.ui.kit.widgets.number_field import NumberField
from app.ui.kit.words.text import translate
from app.ui.settings.settings_rows import QuietComboBox

LEAST_CONTEXT, MOST_CONTEXT = CONTEXT_STEP_TOKENS, 10_000_000
MOST_LAYERS = 10_000


class ChoiceField(QuietComboBox):
    """A few values with their words.

    Signals:
        value_changed: The person chose another.
    """

    value_changed = Signal(object)

    def __init__(self, choices: Sequence[tuple[str, object]]) -> None:
        super().__init__()
        self._values = [value for _, value in choices]
        for words, _ in choices:
            add_choice(self, words, None)
        self.activated.connect(lambda at: self.value_changed.emit(self._values[at]))

    def set_value(self, value: object) -> None:
        """Show a value without telling anybody."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)


class WordsField(QLineEdit):
    """A value as it is typed on the command line; what cannot be taken is put back.

    Signals:
        value_changed: The person entered another value.

    Args:
        name: The attribute of the settings.
        key: What it is called on the command line.
        blank: What an empty field means.
    """

    value_changed = Signal(object)

    def __init__(self, name: str, key: str, blank: str) -> None:
        super().__init__()
        self._name, self._key = name, key
        self._setting = next(each for each in SETTINGS if each.key == key)
        self._value: object = getattr(USUAL_ENGINE, name)
        self.setPlaceholderText(blank)
        self.editingFinished.connect(self._take)

    def set_value(self, value: object) -> None:
        """Show a value without telling anybody."""
        self._value = value
        shown = candidate_of("")
        shown = replace(shown, engine=replace(shown.engine, **{self._name: value}))
        self.setText("".join(self._setting.typed(shown, False)))

    def _take(self) -> None:
        typed = self.text().strip()
        try:
            taken = with_settings(candidate_of(""), f"{self._key}={typed}" if typed else "")
        except PersonError:
            self.set_value(self._value)
            return
        if (value := getattr(taken.engine, self._name)) != self._value:
            self.set_value(value)
            self.value_changed.emit(value)


@dataclass(frozen=True, slots=True)
class EngineField:
    """One attribute of the settings.

    Attributes:
        name: The attribute.
        title: What it is called.
        tip: What it does.
        control: Where it is set.
        needs: What has to be there for it to be offered: experts, a GPU, several GPUs.
    """

    name: str
    title: str
    tip: str
    control: NumberField | ChoiceField | WordsField
    needs: str = ""

    @property
    def wants_experts(self) -> bool:
        """Whether only a mixture of experts has it."""
        return self.name in ("experts", "cpu_experts")


def usual_fields() -> list[EngineField]:
    """What many people set."""
    return [
        EngineField(
            "context_tokens",
            translate("EngineFields", "Context"),
            translate(
                "EngineFields",
                "How many tokens of the chat the model sees; more needs more memory. "
                "Auto: 4096, or what the model allows.",
            ),
            NumberField("", LEAST_CONTEXT, MOST_CONTEXT, step=1024, blank=_auto()),
        ),
        EngineField(
            "experts",
            translate("EngineFields", "Experts used"),
            translate(
                "EngineFields",
                "How many of a layer's experts work on a token. Fewer are faster and may lose"
                " something, which can be measured.",
            ),
            NumberField("", 1, ALL_LAYERS, blank=translate("EngineFields", "as the file")),
        ),
    ]


def advanced_fields() -> list[tuple[str, list[EngineField]]]:
    """What few people set, in groups with a heading."""
    return [
        (translate("EngineFields", "Computing"), _computing()),
        (translate("EngineFields", "Where it lies"), _places()),
        (translate("EngineFields", "Reading prompts"), _batches()),
        (translate("EngineFields", "Positions (RoPE)"), _positions()),
    ]


def _computing() -> list[EngineField]:
    formats = [(kind.value, kind) for kind in KvType]
    return [
        EngineField(
            "threads",
            translate("EngineFields", "Threads"),
            translate(
                "EngineFields",
                "While generating. Auto: the processor's cores, divided among the models.",
            ),
            NumberField("", 1, MOST_THREADS, blank=_auto()),
        ),
        EngineField(
            "kv_type",
            translate("EngineFields", "KV cache: keys"),
            translate(
                "EngineFields",
                "The number format of what the model remembers of the chat. Smaller formats save "
                "memory and may cost quality; those below f16 need flash attention.",
            ),
            ChoiceField(formats),
        ),
        EngineField(
            "value_type",
            translate("EngineFields", "KV cache: values"),
            translate(
                "EngineFields",
                "The same for its other half, which bears smaller formats better than the keys.",
            ),
            ChoiceField([(translate("EngineFields", "as the keys"), None), *formats]),
        ),
        EngineField(
            "flash_attention",
            translate("EngineFields", "Flash attention"),
            translate("EngineFields", "A faster way to compute attention that needs less memory."),
            ChoiceField(
                [
                    (_auto(), FlashAttention.AUTO),
                    (_on(), FlashAttention.ON),
                    (_off(), FlashAttention.OFF),
                ]
            ),
        ),
    ]


def _places() -> list[EngineField]:
    by_free = translate("EngineFields", "by free memory")
    return [
        EngineField(
            "gpu_layers",
            translate("EngineFields", "GPU layers"),
            translate(
                "EngineFields", "Layers that are computed on a GPU. Auto: as many as fit there."
            ),
            NumberField("", 0, MOST_LAYERS, blank=_auto()),
            "gpu",
        ),
        EngineField(
            "cpu_experts",
            translate("EngineFields", "Expert layers on CPU"),
            translate(
                "EngineFields",
                "So many layers, from the first, keep their experts in the PC's memory, where a"
                " GPU has no room for all of them.",
            ),
            NumberField("", 1, ALL_LAYERS, blank=_auto()),
            "gpu",
        ),
        EngineField(
            "kv_on_cpu",
            translate("EngineFields", "KV cache on"),
            translate(
                "EngineFields",
                "On the CPU it leaves a GPU more room for layers, and is slower.",
            ),
            ChoiceField(
                [
                    (translate("EngineFields", "GPU"), False),
                    (translate("EngineFields", "CPU"), True),
                ]
            ),
            "gpu",
        ),
        EngineField(
            "devices",
            translate("EngineFields", "GPUs"),
            translate(
                "EngineFields",
                "Which of them take part, by name and in this order: CUDA0/CUDA1. Empty: all.",
            ),
            WordsField("devices", "devices", translate("EngineFields", "all")),
            "gpus",
        ),
        EngineField(
            "split",
            translate("EngineFields", "Split"),
            translate("EngineFields", "How several GPUs share the model. Auto: whole layers each."),
            ChoiceField(
                [
                    (_auto(), None),
                    (translate("EngineFields", "one GPU"), SplitMode.NONE),
                    (translate("EngineFields", "by layers"), SplitMode.LAYER),
                    (translate("EngineFields", "by rows"), SplitMode.ROW),
                ]
            ),
            "gpus",
        ),
        EngineField(
            "shares",
            translate("EngineFields", "Shares"),
            translate("EngineFields", "How much of the model each GPU gets, in proportion: 3/1."),
            WordsField("shares", "shares", by_free),
            "gpus",
        ),
        EngineField(
            "main_device",
            translate("EngineFields", "Main GPU"),
            translate(
                "EngineFields",
                "Which of them, counted from 0, has all of it where nothing is split.",
            ),
            _bounded("main_device", translate("EngineFields", "the first")),
            "gpus",
        ),
        EngineField(
            "maps_file",
            translate("EngineFields", "Map the file (mmap)"),
            translate(
                "EngineFields",
                "Weights are read from the file as they are needed, and may be larger than the"
                " memory. Off: they are all copied into memory first.",
            ),
            ChoiceField([(_on(), True), (_off(), False)]),
        ),
        EngineField(
            "locks_memory",
            translate("EngineFields", "Hold in memory (mlock)"),
            translate(
                "EngineFields",
                "The system may not move the weights out of memory, whatever others need.",
            ),
            ChoiceField([(_off(), False), (_on(), True)]),
        ),
    ]


def _batches() -> list[EngineField]:
    return [
        EngineField(
            "batch_tokens",
            translate("EngineFields", "Batch"),
            translate("EngineFields", "Tokens of a prompt that are handed over at once."),
            _bounded("batch_tokens", _auto()),
        ),
        EngineField(
            "micro_batch_tokens",
            translate("EngineFields", "Micro-batch"),
            translate(
                "EngineFields",
                "How many of them are computed at once, {n} at most if nothing is set. More may"
                " be faster, and needs more memory.",
            ).format(n=BATCH_TOKENS),
            _bounded("micro_batch_tokens", _auto()),
        ),
    ]


def _positions() -> list[EngineField]:
    as_file = translate("EngineFields", "as the file")
    return [
        EngineField(
            "rope_scaling",
            translate("EngineFields", "Scaling"),
            translate(
                "EngineFields",
                "How a model is stretched to longer contexts than it was trained for.",
            ),
            ChoiceField(
                [
                    (as_file, None),
                    (translate("EngineFields", "none"), RopeScaling.NONE),
                    (translate("EngineFields", "linear"), RopeScaling.LINEAR),
                    ("YaRN", RopeScaling.YARN),
                ]
            ),
        ),
        EngineField(
            "rope_base",
            translate("EngineFields", "Frequency base"),
            translate("EngineFields", "Base of the positions' frequencies."),
            _bounded("rope_base", as_file, decimals=1),
        ),
        EngineField(
            "rope_scale",
            translate("EngineFields", "Stretched"),
            translate("EngineFields", "How many times its trained context the model is stretched."),
            _bounded("rope_scale", as_file, decimals=2),
        ),
    ]


def _bounded(name: str, blank: str, *, decimals: int = 0) -> NumberField:
    least, most = BOUNDS[name]
    return NumberField("", least, most, decimals=decimals, blank=blank)


def _auto() -> str:
    return translate("EngineFields", "auto")


def _on() -> str:
    return translate("EngineFields", "on")


def _off() -> str:
    return translate("EngineFields", "off")
