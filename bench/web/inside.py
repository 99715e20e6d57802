"""python -m bench.web.inside ADDRESS FACTS RUNS REQUESTS: time pages in process, through Django's own WSGI handler.

What is timed is the server's whole work for a request, from the handler's call to the last byte of its answer:
middleware, session, queries, template. ``cpu_ms`` is this process's processor time for a request, without the
database's. Prints one JSON line.
"""

import io
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.ours import installation
from bench.web.people import citizens, officers
from bench.web.places import Visit, visits


def main() -> None:
    address, facts, runs, requests = (
        sys.argv[1],
        json.loads(Path(sys.argv[2]).read_text()),
        int(sys.argv[3]),
        int(sys.argv[4]),
    )
    installation.enter(address)
    random.seed(1)
    from sauro.project.wsgi import application

    turns = visits(officers(30), citizens(facts["citizens"][:50]))
    times: dict[str, list[list[float]]] = {name: [] for name in turns}
    sizes: dict[str, int] = {}
    queries: dict[str, int] = {}
    cpu: dict[str, float] = dict.fromkeys(turns, 0.0)
    for name, turn in turns.items():
        for _ in range(10):
            sizes[name] = len(ask(application, next(turn))[0])
        queries[name] = statements(application, next(turn))
    for _run in range(runs):
        for name, turn in turns.items():
            before = time.process_time()
            times[name].append([ask(application, next(turn))[1] for _ in range(requests)])
            cpu[name] += (time.process_time() - before) * 1000 / requests / runs
    sessions = {name: next(turn).__dict__ for name, turn in turns.items()}
    print(
        json.dumps({"times_ms": times, "cpu_ms": cpu, "bytes": sizes, "queries": queries, "visits": sessions})
    )


def ask(application: Any, visit: Visit) -> tuple[bytes, float]:
    """One request; its body and its milliseconds. Raises SystemExit where the answer is not a page."""
    said: list[Any] = []
    environ = _environ(visit)
    began = time.perf_counter()
    answer = application(environ, lambda status, headers, _error=None: said.append((status, headers)))
    body = b"".join(answer)
    spent = (time.perf_counter() - began) * 1000
    answer.close()
    if not said[0][0].startswith("200"):
        raise SystemExit(f"{visit.path} answered {said[0][0]} {dict(said[0][1]).get('Location', '')}")
    return body, spent


def _environ(visit: Visit) -> dict[str, Any]:
    path, _, query = visit.path.partition("?")
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_ACCEPT_LANGUAGE": "vi", "HTTP_COOKIE": f"sessionid={visit.session}" if visit.session else "",
        "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
        "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip


def statements(application: Any, visit: Visit) -> int:
    """Statements that Django's cursors send for one request (the doorway's own pipe is not among them)."""
    from django.db import connection

    counted: Counter[str] = Counter()

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        counted["all"] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        ask(application, visit)
    return counted["all"]


if __name__ == "__main__":
    main()
