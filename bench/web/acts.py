"""python -m bench.web.acts ADDRESS A_SECOND: acts at an even pace until a line comes in; then says when each committed.

Prints "ready", then at the end one JSON line: pairs of the place of an act's event in the journal and the moment,
in seconds since 1970, at which the act was answered. An act here registers a person: one event, one row.
"""

import json
import sys
import threading
import time

from bench.ours import installation

PLACES = """
SELECT a.id::text, l.leaf_index FROM core_actor a JOIN core_leaf l ON l.event_id = a.event WHERE a.id = ANY(%s::uuid[])
"""


def main() -> None:
    address, pause = sys.argv[1], 1 / float(sys.argv[2])
    installation.enter(address)
    from django.db import connection

    from sauro.core.doorway import Ask, act
    from sauro.core.doorway.genesis import PLATFORM
    from sauro.core.ids import new_id
    from sauro.core.moment import now
    from sauro.core.vault import keyring

    keyring.current()
    over = threading.Event()

    def listen() -> None:
        sys.stdin.readline()
        over.set()

    threading.Thread(target=listen, daemon=True).start()
    done: dict[str, float] = {}
    print("ready", flush=True)
    while not over.wait(pause):
        person = new_id()
        register = {"id": person, "kind": "person", "valid_from": now().date()}
        act(Ask("core.register_actor", PLATFORM, f"bench-{person}", register))
        done[str(person)] = time.time()
    with connection.cursor() as cursor:
        found: list[tuple[str, int]] = []
        while len(found) < len(done):
            time.sleep(0.5)
            cursor.execute(PLACES, [list(done)])
            found = cursor.fetchall()
    print(json.dumps([[place, done[person]] for person, place in found]))


if __name__ == "__main__":
    main()
