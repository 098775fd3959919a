"""How array loops are compiled, in one place: kept across starts, and made anew when the source of any of them changes.

Kernels of one file take functions and constants from another, which numba's own bookkeeping does not see: it would go on
using what it compiled before. So everything compiled lies in a folder named after the sources of all of them.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any, Final

from llvmlite import ir
from numba import config, njit, types
from numba.extending import intrinsic

PACKAGE: Final = Path(__file__).resolve().parents[1]
numba_settings: Any = config  # numba ships no type for its settings


def _sources_digest() -> str:
    sources = [*sorted(PACKAGE.rglob("*kernels*.py")), PACKAGE / "ledger" / "layout.py", Path(__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _cache_folder() -> Path:
    """Where compiled kernels lie: in the environment that runs them, or where NUMBA_CACHE_DIR says, or with the user."""
    chosen = Path(numba_settings.CACHE_DIR or Path(sys.prefix, "kernels"))
    if not os.access(chosen if chosen.exists() else chosen.parent, os.W_OK):
        chosen = Path.home() / ".cache" / "fanzha" / "kernels"
    return chosen / f"fanzha-{_sources_digest()}"


CACHE_FOLDER: Final = _cache_folder()
numba_settings.CACHE_DIR = str(CACHE_FOLDER)
# The third level of optimisation takes a sixth longer to compile and made no loop measurably faster.
numba_settings.OPT = type(numba_settings.OPT)("2")

# A kernel is called from Python and lets go of the interpreter; an inner function is called by kernels only.
_compile: Any = njit
kernel: Any = _compile(cache=True, nogil=True, no_cfunc_wrapper=True)
inner: Any = _compile(cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _prefetch_row(_typing: Any, array: Any, index: Any) -> Any:
    """Machine code straight from the array's parts: going through `array.ctypes` compiles for seconds per array type."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        parts = context.make_array(signature.args[0])(context, builder, values[0])
        place = context.cast(builder, values[1], signature.args[1], types.intp)
        offset = builder.mul(place, builder.extract_value(parts.strides, 0))
        small, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        address = builder.inttoptr(builder.add(builder.ptrtoint(parts.data, offset.type), offset), byte)
        shape = ir.FunctionType(ir.VoidType(), [byte, small, small, small])
        asked = builder.module.declare_intrinsic("llvm.prefetch", [byte], shape)
        builder.call(asked, [address, small(0), small(3), small(1)])  # for reading, to be used again, data
        return context.get_dummy_value()

    return types.void(array, index), generate


_ask_for_line: Any = intrinsic(_prefetch_row)


def _prefetch(array: Any, index: Any) -> None:
    """Ask for the cache line where the row of an array begins, and go on without waiting for it."""
    _ask_for_line(array, index)


def _nothing(array: Any, index: Any) -> None:
    """Plain Python has no cache lines to ask for."""


prefetch: Any = inner(_prefetch) if not numba_settings.DISABLE_JIT else _nothing
