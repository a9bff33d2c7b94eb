"""What is said of the engine's check of itself."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from app.core.engines.self_check import EngineCheck, Finding, TypeFinding
from app.lab.engines.repair import RepairWay
from app.ui.kit.words.format import count, duration, number
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.ui.shell.engine.checkup import Conclusion, EngineCheckup


def checkup_words(checkup: EngineCheckup) -> str:
    """How the check stands."""
    if checkup.problem:
        return checkup.problem
    if checkup.check is not None:
        return check_words(checkup.check)
    if checkup.progress is None:
        return translate("EngineCheck", "Not checked yet: that begins when no model is at work.")
    done, of = checkup.progress
    return translate("EngineCheck", "Checking: {done} of {of} tensor types").format(
        done=count(done), of=count(of)
    )


def check_words(check: EngineCheck) -> str:
    """What was found, a line for each fault."""
    took = duration(check.elapsed_ns)
    right = sum(found.finding is Finding.RIGHT for found in check.findings)
    if check.is_right:
        sentence = translate(
            "EngineCheck", "All {count} tensor types are computed rightly (checked in {time})."
        )
        return sentence.format(count=count(right), time=took)
    first = translate(
        "EngineCheck", "{count} tensor types are computed rightly; these are not:"
    ).format(count=count(right))
    return "\n".join([first, *map(fault_words, check.faults)])


def fault_words(fault: TypeFinding) -> str:
    """One type that fails, and how."""
    if fault.finding is Finding.DIED:
        if fault.signal is None:
            return translate("EngineCheck", "{type}: the engine ends").format(type=fault.name)
        sentence = translate("EngineCheck", "{type}: the engine dies of {signal}")
        return sentence.format(type=fault.name, signal=_signal_name(fault.signal))
    if fault.finding is Finding.STUCK:
        return translate("EngineCheck", "{type}: the engine never ends").format(type=fault.name)
    if fault.difference is None or fault.bound is None:
        return translate("EngineCheck", "{type}: wrong, what comes out is no number").format(
            type=fault.name
        )
    return translate(
        "EngineCheck", "{type}: wrong by {difference}, where {bound} is allowed"
    ).format(type=fault.name, difference=number(fault.difference, 2), bound=number(fault.bound, 2))


def variant_words(variant: str) -> str:
    """Which of a package's libraries for the processor is in use."""
    return variant or translate("EngineCheck", "one, built for this PC")


def conclusion_words(conclusion: Conclusion, left_out: tuple[str, ...]) -> tuple[str, str]:
    """A sentence and an advice on an engine that failed.

    Args:
        conclusion: What was concluded.
        left_out: CPU variants that engines do without.
    """
    check, repair = conclusion.check, conclusion.repair
    if conclusion.has_moved and check is not None and check.is_right:
        return (
            translate(
                "EngineCheck", "The engine’s variant {before} fails on this processor."
            ).format(before=left_out[-1] if left_out else "–"),
            translate(
                "EngineCheck",
                "Engines that start from now on are of the variant {now}, which passed.",
            ).format(now=check.variant),
        )
    faults = ", ".join(fault.name for fault in check.faults) if check is not None else ""
    sentence = (
        translate("EngineCheck", "The engine fails on this processor at {types}.").format(
            types=faults
        )
        if faults
        else translate("EngineCheck", "The engine uses an instruction that this processor lacks.")
    )
    match repair.way:
        case RepairWay.REBUILD:
            advice = translate("EngineCheck", "It is built again without {family}.").format(
                family=family_words(repair.family)
            )
        case RepairWay.COMMAND:
            advice = translate("EngineCheck", "This line builds another one: {command}").format(
                command=repair.command
            )
        case _:
            advice = translate("EngineCheck", "No other engine is at hand: choose other versions.")
    return sentence, advice


def family_words(family: str) -> str:
    """A family of instruction sets as people know it."""
    if family == "native":
        return translate("EngineCheck", "what this very processor has beyond the usual")
    return {"amx": "AMX", "avx512": "AVX-512", "avx2": "AVX2", "avx": "AVX"}.get(family, family)


def _signal_name(number_: int) -> str:
    try:
        return signal.Signals(number_).name
    except ValueError:
        return str(number_)
