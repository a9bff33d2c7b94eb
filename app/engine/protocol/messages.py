"""What the window process and an engine say to each other.

One JSON line a message, tagged by ``type``; commands carry an ``id`` that the events which
answer them repeat. Times are nanoseconds of a monotonic clock's differences, sizes bytes.
"""

from __future__ import annotations

from app.engine.protocol.answering import (
    AnswerMany,
    Finished,
    Generate,
    ManyAnswered,
    PromptProgress,
    Rendered,
    SetThreads,
    Text,
    ThreadsSet,
)
from app.engine.protocol.loading import (
    Hello,
    Load,
    Loaded,
    LoadProgress,
    Predict,
    Predicted,
    Reopen,
    Reopened,
)
from app.engine.protocol.making import (
    CollectImportance,
    CountExperts,
    ErrorsMeasured,
    ExpertsCounted,
    Heal,
    Healed,
    HealProgress,
    HoldTensors,
    ImportanceCollected,
    ImportanceProgress,
    InspectTensor,
    LayersMeasured,
    MeasureErrors,
    MeasureLayers,
    Quantize,
    Quantized,
    QuantizeProgress,
    TensorInspected,
    TensorPlanned,
    TensorsHeld,
)
from app.engine.protocol.measuring import (
    Bench,
    BenchSample,
    CheckType,
    KernelsMeasured,
    MeasureKernels,
    MeasurePasses,
    PassesMeasured,
    TypeChecked,
)
from app.engine.protocol.reading import (
    ChatRendered,
    CountPicture,
    Detokenize,
    Detokenized,
    PictureCounted,
    RenderChat,
    Tokenize,
    Tokenized,
)
from app.engine.protocol.running import Failed, Silent, Stop, Working
from app.engine.protocol.scoring import (
    ChunkScored,
    Continued,
    ContinueText,
    KeepReference,
    LikelyText,
    MeasureText,
    ReferenceKept,
    ScoreChunk,
    TextLikely,
    TextMeasured,
)

PROTOCOL_VERSION = 1

MAX_LINE_BYTES = 1 << 20

Command = (
    Load
    | Reopen
    | Generate
    | AnswerMany
    | Stop
    | SetThreads
    | Bench
    | Quantize
    | InspectTensor
    | MeasureErrors
    | CollectImportance
    | MeasureLayers
    | CountExperts
    | Heal
    | HoldTensors
    | Predict
    | MeasureKernels
    | MeasurePasses
    | CheckType
    | Tokenize
    | Detokenize
    | RenderChat
    | CountPicture
    | ContinueText
    | MeasureText
    | KeepReference
    | ScoreChunk
    | LikelyText
)

Event = (
    Hello
    | Working
    | Silent
    | LoadProgress
    | Loaded
    | Reopened
    | Rendered
    | PromptProgress
    | Text
    | Finished
    | ManyAnswered
    | ThreadsSet
    | BenchSample
    | QuantizeProgress
    | Quantized
    | TensorInspected
    | TensorPlanned
    | ErrorsMeasured
    | ImportanceProgress
    | ImportanceCollected
    | LayersMeasured
    | ExpertsCounted
    | HealProgress
    | Healed
    | TensorsHeld
    | Predicted
    | KernelsMeasured
    | PassesMeasured
    | TypeChecked
    | Tokenized
    | Detokenized
    | ChatRendered
    | PictureCounted
    | Continued
    | TextMeasured
    | ReferenceKept
    | ChunkScored
    | TextLikely
    | Failed
)
