"""Where processes of the benchmarks find this checkout: the product is measured as it lies here, not as installed."""

import os
import sys

from bench.result import ROOT


def share() -> None:
    """Put the checkout on the path of this process and of those it starts."""
    source = str(ROOT / "src")
    if source not in sys.path:
        sys.path.insert(0, source)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), source])
