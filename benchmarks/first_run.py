"""One run of the resting circuit in a new process, with its phases: ``python first_run.py CELLS SECONDS``."""

from __future__ import annotations

import json
import sys
import time

started = time.perf_counter()
from common import circuit  # noqa: E402 - the import is part of what is timed

from glunet.engine.simulate import simulate  # noqa: E402

if __name__ == "__main__":
    import brian2  # noqa: F401 - the engine imports it at its first use

    imported = time.perf_counter()
    blueprint = circuit(int(sys.argv[1]), float(sys.argv[2]))
    assembled = time.perf_counter()
    timings = simulate(blueprint)["timings"]
    print(json.dumps({"import": imported - started, "assemble": assembled - imported, **timings,
                      "total": time.perf_counter() - started}))
