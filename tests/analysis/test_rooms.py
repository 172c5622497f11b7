"""The analysis room stands on numpy and scipy alone."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import importlib, pkgutil, sys
import glunet.analysis as room
for module in pkgutil.iter_modules(room.__path__):
    importlib.import_module(f"glunet.analysis.{module.name}")
print(sorted({"brian2", "matplotlib", "h5py", "xarray", "glunet.store"} & set(sys.modules)))
"""


def test_analysis_needs_no_simulator_no_plotting_and_no_store() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
