"""Papers of a dossier: composing, drawing, signing and checking them. No peer is timed beside it."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import django
import msgspec

from bench.machine import versions
from bench.result import Result, Settings

TITLE = "milliseconds for each printed document, a signature and its verification"
ROUNDS = 20


def run(settings: Settings) -> Result:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sauro.project.settings.testing")
    django.setup()
    rounds = max(3, int(ROUNDS * settings.size))
    rows, ours = [], {}
    with TemporaryDirectory() as folder:
        for name, (size, work) in _works(Path(folder)).items():
            wall, cpu = _timed(work, rounds)
            rows.append([name, f"{wall:.1f}", f"{cpu:.1f}", f"{size / 1024:.0f}"])
            ours[name] = {"wall_ms": round(wall, 2), "cpu_ms": round(cpu, 2), "bytes": size}
    return Result(
        work=f"each document {rounds} times in Vietnamese, each time with another content; medians",
        columns=["document", "wall ms", "CPU ms", "KiB"],
        rows=rows,
        ours=ours,
        versions=versions("typst", "pyhanko", "segno"),
        notes=["one thread, a warm compiler; about half of a document is its QR code"],
    )


def _works(folder: Path) -> dict[str, tuple[int, Callable[[int], object]]]:
    """Name → size of the file in bytes, and the work for one round."""
    from sauro.core.ports.signing import Signed
    from sauro.serve.documents import development, render, signing, verification
    from sauro.serve.documents.facts import Document
    from sauro.serve.tests.documents import samples

    def print_one(document: Document) -> Callable[[int], bytes]:
        # Another second each round: nothing may come out of a cache.
        return lambda turn: render.pdf(
            msgspec.structs.replace(document, issued=samples.NOW + timedelta(seconds=turn))
        )

    works: dict[str, tuple[int, Callable[[int], object]]] = {}
    for name, document in samples.documents().items():
        printer = print_one(document)
        works[name] = (len(printer(0)), printer)
    development.install(folder, samples.NOW)
    signer, pdf = development.DevelopmentSigner(folder), render.pdf(samples.documents()["result"])
    field = signing.Field("Signature1", "Lê Thị Hồng Hạnh", "Phê duyệt kết quả", "Hà Nội", samples.NOW)

    def sign(_: int) -> bytes:
        prepared = signing.prepare(pdf, signer.identity(), field)
        answer = signer.ask(signing.request(prepared, "Quyết định"))
        if not isinstance(answer, Signed):
            raise TypeError("the development signer answers at once")
        return signing.complete(prepared, answer.signature)

    signed, roots = sign(0), development.roots(folder)
    works["signature (prepare, sign, complete)"] = (len(signed), sign)
    works["verification"] = (len(signed), lambda _: verification.verify(signed, roots, samples.NOW))
    return works


def _timed(work: Callable[[int], object], rounds: int) -> tuple[float, float]:
    """Median wall and CPU milliseconds of one round."""
    walls, cpus = [], []
    for turn in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work(turn)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return median(walls) * 1000, median(cpus) * 1000
