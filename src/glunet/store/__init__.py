"""What a run leaves behind: one HDF5 file per batch, whole or not there, read without brian2.

`write` stores a `Recording`; `open_result` gives it back as labelled arrays; `summary` tells what a
file holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from glunet.store.hdf5 import SCHEMA, is_whole, summary, write
from glunet.store.naming import content_name
from glunet.store.recording import Recording, ScheduleData, Series, SpikeData, Trace

if TYPE_CHECKING:
    from glunet.store.result import Result

__all__ = ["SCHEMA", "Recording", "ScheduleData", "Series", "SpikeData", "Trace", "content_name", "is_whole",
           "open_result", "summary", "write"]


def open_result(path: str | Path, pattern: str = "*.h5") -> Result:
    """Open a result file, or a folder of them, as labelled arrays: see `glunet.store.result.open_result`."""
    # xarray takes most of a second to import; whoever only writes or lists files need not wait for it.
    from glunet.store.result import open_result as opened

    return opened(path, pattern)
