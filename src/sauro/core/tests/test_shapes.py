"""Shapes are ready before threads share them: the first use of one by two threads at once killed a worker."""

import subprocess
import sys
import textwrap

import msgspec
import pytest

from sauro.core.doorway.registry import Subject, action

TOGETHER = """
import sys, threading
from sauro.core.shapes import prepared
import msgspec
sys.setswitchinterval(1e-6)

def many(number):
    fields = "".join(f"    f{j}: list[Literal['a', 'b'] | int] | None = None\\n" for j in range(10))
    source = "from __future__ import annotations\\nimport msgspec\\nfrom typing import Literal\\n"
    for i in range(20):
        source += f"class A{i}(msgspec.Struct):\\n{fields}" + (f"    x: A{i - 1} | None = None\\n" if i else "")
    module = sys.modules[f"m{number}"] = type(sys)(f"m{number}")
    exec(source, module.__dict__)
    return module.A19

data = None
for i in range(20):
    data = {f"f{j}": [1, "a"] for j in range(10)} | ({"x": data} if data else {})
for number in range(60):
    shape = PREPARED(many(number))
    threads = [threading.Thread(target=msgspec.convert, args=(data, shape)) for _ in range(4)]
    [each.start() for each in threads]
    [each.join() for each in threads]
"""


def test_threads_share_a_prepared_shape() -> None:
    script = textwrap.dedent(TOGETHER).replace("PREPARED", "prepared")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


class Unresolvable(msgspec.Struct):
    to: "NowhereDefined"  # type: ignore[name-defined]  # noqa: F821


def test_an_action_prepares_its_payload_when_it_is_registered() -> None:
    with pytest.raises(NameError):
        action("tests.do_nothing", subject=Subject("x", ()), payload=Unresolvable, purpose="test")(
            lambda _work: None
        )
