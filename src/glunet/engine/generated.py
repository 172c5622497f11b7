"""What must be changed in the programs that brian2 and brian2cuda write, the same for both."""

from __future__ import annotations

import re

from glunet.errors import GlunetError

DIFFERENT = "this brian2 writes its program differently; glunet needs brian2 2.10.1 and brian2cuda 1.0b1"
DURATION = "GLUNET_DURATION"     # environment variable with the simulated seconds: one binary serves every duration
_RUN_CALL = r"\.run\(\s*[0-9.eE+-]+\s*,\s*report_progress\s*,\s*[0-9.eE+-]+\s*\);"
_CLOCK_LINES = re.compile(r"(?:^[ \t]*(?:_array_\w*clock\w*_(?:timestep|t)\[0\] = |network\.add\(&\w+, NULL\))"
                          r"[^\n]*\n){2,}", re.M)


def replace(pattern: str, by: str, text: str, expected: int | None = None) -> str:
    """Replace a pattern in generated text.

    Raises
    ------
    GlunetError
        Where it is not there as often as expected: another version writes its programs differently.
    """
    text, count = re.subn(pattern, by, text, flags=re.DOTALL | re.MULTILINE)
    if expected is not None and count != expected:
        raise GlunetError(DIFFERENT)
    return text


def main_program(text: str) -> str:
    """The main program with its duration from the environment, and always in the same order.

    Brian2 writes lines about clocks in the arbitrary order of a set; sorting them has no effect but on the text.
    """
    text = _CLOCK_LINES.sub(lambda match: "".join(sorted(match[0].splitlines(keepends=True))), text)
    return replace(_RUN_CALL, f'.run(atof(getenv("{DURATION}")), report_progress, 0.2);', text, 1)


def network(text: str) -> str:
    """The network's loop with a wider meaning of "at the same time", and a look at the time of day once a step.

    From 64 s on, two clocks that should tick together differ by more than brian2's 1e-14 s. Looking up the time for the
    report of progress before every operation took a twentieth of a run.
    """
    text = replace(r"if \(report_func\)(\s*\{\s*current = )", r"if (report_func && i == 0)\1", text, 1)
    return replace("Clock_epsilon 1e-14", "Clock_epsilon 1e-9", text, 1)


def operation(text: str, number: int) -> str:
    """One operation with its helpers in a namespace of their own, so that operations can share a translation unit."""
    if "namespace {" not in text:
        return text
    text = text.replace("namespace {", f"namespace unit_{number} {{", 1)
    return text.replace("using namespace brian;", f"using namespace brian;\n    using namespace unit_{number};")
