"""Stored arrays that xarray reads when their values are used, and only the part that is: ``.sel(time=slice(4, 5))``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

from glunet.errors import StoreError
from glunet.store.ensemble import Part


def lazily(parts: Sequence[Part], place: str) -> Any:
    """An array of several files, joined along their replicates, for `xarray.Variable`; read once, then remembered.

    Parameters
    ----------
    parts : sequence of Part
    place : str
        Of the dataset, in each file.
    """
    # the wrapping that xarray gives to files it opens itself
    cached: Any = indexing.MemoryCachedArray(indexing.LazilyIndexedArray(_Stored(parts, place)))
    return indexing.CopyOnWriteArray(cached)


class _Stored(BackendArray):
    """Datasets of the same name, one per file, as one array."""

    def __init__(self, parts: Sequence[Part], place: str) -> None:
        self._parts, self._place = parts, place
        shape, self.dtype = parts[0].read(lambda file: (file[place].shape, file[place].dtype))
        if len(shape) == 0 or shape[0] != len(parts[0].seeds):
            raise StoreError(f"{parts[0].path}: damaged: {place} has another shape than its points")
        self._edges = np.cumsum([0, *(len(part.seeds) for part in parts)])
        self.shape = (int(self._edges[-1]), *shape[1:])

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key: tuple[int | slice, ...]) -> np.ndarray:
        """Numbers and rising slices only: xarray makes the rest of these."""
        rows, *rest = key
        wanted = np.arange(self.shape[0])[rows]
        if np.ndim(wanted) == 0:
            which = int(np.searchsorted(self._edges, wanted, side="right")) - 1
            return self._take(which, int(wanted - self._edges[which]), rest)
        pieces = []
        for which, (first, stop) in enumerate(zip(self._edges[:-1], self._edges[1:], strict=True)):
            own = wanted[(wanted >= first) & (wanted < stop)] - first
            if own.size:
                step = int(own[1] - own[0]) if own.size > 1 else 1
                pieces.append(self._take(which, slice(int(own[0]), int(own[-1]) + 1, step), rest))
        return np.concatenate(pieces) if pieces else self._take(0, slice(0, 0), rest)

    def _take(self, which: int, rows: int | slice, rest: list[int | slice]) -> np.ndarray:
        return np.asarray(self._parts[which].read(lambda file: file[self._place][(rows, *rest)]))
