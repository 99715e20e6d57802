"""python -m bench.loading.nation ADDRESS DOSSIERS TASKS: an installation with ninety simulated days.

The same simulation that a demonstration begins with. Few dossiers are filed in one province, which loads in seconds.
"""

import json
import sys
import time

from bench.ours import installation

FEW = 1_000


def main() -> None:
    address, dossiers, tasks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    began = time.monotonic()
    installation.build(address, None if dossiers > FEW else (installation.PROVINCE,))
    from sauro.project import start
    from sauro.project.cli.simulate import stages
    from sauro.project.simulation import nation, preload

    built = time.monotonic()
    start.set_clock()
    with nation.alone():
        told = nation.simulate(nation.Wanted(preload.SEED, preload.DAYS, dossiers, tasks), stages())
    if told.refused:
        raise SystemExit(f"of {told.acts} simulated acts {told.refused} were refused: {told.reasons}")
    simulated = time.monotonic()
    print(json.dumps({"acts": told.acts, "build_s": built - began, "simulate_s": simulated - built}))


if __name__ == "__main__":
    main()
