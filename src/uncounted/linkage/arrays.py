"""Array types of record linkage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]  # reports, clusters or packed comparison levels
Kinds = NDArray[np.uint8]  # comparison levels, and other small codes
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]
Labels = NDArray[np.int32]  # (draws, reports) or (reports,): equal labels are one person
