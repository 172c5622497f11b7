"""Ask the NVIDIA driver what this process may use; run as a program of its own, it prints the answer as JSON.

The driver (libcuda) reads CUDA_VISIBLE_DEVICES once, when it is first asked, counts what a container or a batch system
leaves of a machine, and knows MIG slices, so it is right where lists from elsewhere are not. A process of its own
because its answer can then be asked for again under other settings, and because a broken driver ends only that process.
Nothing of glunet is imported here.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import sys

_MAJOR, _MINOR = 75, 76         # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, _MINOR


class Broken(Exception):
    """The driver answered with an error."""


def _call(library: ctypes.CDLL, name: str, *arguments: object) -> None:
    """One call of the driver; its own words where it fails."""
    code = getattr(library, name)(*arguments)
    if code:
        text = ctypes.c_char_p()
        with contextlib.suppress(AttributeError):
            library.cuGetErrorString(code, ctypes.byref(text))
        raise Broken(f"{name}: {(text.value or b'error').decode(errors='replace')} ({code})")


def _device(library: ctypes.CDLL, ordinal: int) -> dict[str, object]:
    """What is to be known of one device."""
    device, name, uuid = ctypes.c_int(), ctypes.create_string_buffer(256), (ctypes.c_ubyte * 16)()
    memory, major, minor = ctypes.c_size_t(), ctypes.c_int(), ctypes.c_int()
    _call(library, "cuDeviceGet", ctypes.byref(device), ordinal)
    _call(library, "cuDeviceGetName", name, 256, device)
    # the second version tells a MIG slice's own identifier, the first that of the GPU it is cut from
    _call(library, "cuDeviceGetUuid_v2" if hasattr(library, "cuDeviceGetUuid_v2") else "cuDeviceGetUuid", uuid, device)
    _call(library, "cuDeviceTotalMem_v2", ctypes.byref(memory), device)
    _call(library, "cuDeviceGetAttribute", ctypes.byref(major), _MAJOR, device)
    _call(library, "cuDeviceGetAttribute", ctypes.byref(minor), _MINOR, device)
    text = bytes(uuid).hex()
    spelled = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    called = name.value.decode(errors="replace")
    kind = "MIG" if " MIG " in called else "GPU"
    return {"name": called, "uuid": f"{kind}-{spelled}", "memory": memory.value,
            "capability": f"{major.value}.{minor.value}"}


def ask() -> dict[str, object]:
    """The driver's CUDA version and devices, or ``error`` and where it came up."""
    try:
        library = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        return {"missing": True, "error": str(error)}
    try:
        _call(library, "cuInit", 0)
        version, count = ctypes.c_int(), ctypes.c_int()
        _call(library, "cuDriverGetVersion", ctypes.byref(version))
        _call(library, "cuDeviceGetCount", ctypes.byref(count))
        devices = [_device(library, ordinal) for ordinal in range(count.value)]
    except Broken as error:
        return {"missing": False, "error": str(error)}
    return {"cuda": [version.value // 1000, version.value % 1000 // 10], "devices": devices}


if __name__ == "__main__":
    json.dump(ask(), sys.stdout)
