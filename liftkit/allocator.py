"""Memory that was freed stays at hand: a training step frees and takes the same large blocks again and again."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
_LARGEST_MMAP_THRESHOLD = 2**25  # glibc refuses more than 32 MiB


def keep_freed_memory() -> bool:
    """Let glibc keep what this process frees, instead of asking the system for new pages each time.

    The process then keeps its peak of memory, and a training step waits less. False where there is no glibc (macOS,
    Windows), and nothing is changed.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD) and mallopt(_TRIM_THRESHOLD, 2**31 - 1))
