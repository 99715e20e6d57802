"""python -m bench.web.generator PORT THREADS: sends the requests of a plan at their moments, and times the answers.

Reads the plan as one line; says "ready" once every thread stands; begins at the next line; prints one JSON line: for each
request the milliseconds from the moment at which it was due (not from when there was room to send it) to the last
byte of the answer, and its status; and the processor time that sending and listening took.
"""

import http.client
import json
import queue
import sys
import threading
import time
from typing import Any

from bench.web.traffic import TOKEN

NOTHING = 0
"""The status of a request without an answer."""


def main() -> None:
    port, threads = int(sys.argv[1]), int(sys.argv[2])
    plan: list[dict[str, Any]] = json.loads(sys.stdin.readline())
    due: queue.SimpleQueue[tuple[float, int] | None] = queue.SimpleQueue()
    times, statuses = [0.0] * len(plan), [NOTHING] * len(plan)

    def work() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (given := due.get()) is not None:
            moment, index = given
            try:
                statuses[index] = _ask(line, plan[index])
            except (OSError, http.client.HTTPException):
                line.close()
            times[index] = (time.perf_counter() - moment) * 1000

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    print("ready", flush=True)
    sys.stdin.readline()
    spent, began = time.process_time(), time.perf_counter()
    for index, request in enumerate(plan):
        moment = began + request["at"]
        time.sleep(max(0.0, moment - time.perf_counter()))
        due.put((moment, index))
    for _ in workers:
        due.put(None)
    for worker in workers:
        worker.join()
    said = {"times_ms": times, "statuses": statuses, "wall_s": time.perf_counter() - began}
    print(json.dumps(said | {"cpu_s": time.process_time() - spent}), flush=True)


def _ask(line: http.client.HTTPConnection, request: dict[str, Any]) -> int:
    head = {
        "Cookie": f"sessionid={request['session']}; csrftoken={TOKEN}", "Accept-Language": "vi", "Accept": "text/html",
        "Accept-Encoding": "br, gzip",
    }  # fmt: skip
    if request["sent"]:
        head |= {
            "Content-Type": request["content"],
            "X-CSRFToken": TOKEN,
            "Idempotency-Key": request["key"],
        }
    said = ("POST" if request["sent"] else "GET", request["path"], request["sent"].encode() or None, head)
    try:
        line.request(*said)
        answer = line.getresponse()
    except ConnectionError:
        # The server ends a line that was silent for ten seconds. A browser then asks again on a new one, and who acts may: what
        # was done under the same key is not done twice.
        line.close()
        line.request(*said)
        answer = line.getresponse()
    answer.read()
    return answer.status


if __name__ == "__main__":
    main()
