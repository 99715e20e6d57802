import threading

from sauro.project import worker
from sauro.project.heart import Heart


def test_a_duty_that_fails_is_begun_again(monkeypatch):
    monkeypatch.setattr(worker, "LONGEST_PAUSE", 0.01)
    over, begun = threading.Event(), []

    def duty(over):
        begun.append(1)
        if len(begun) < 4:
            raise RuntimeError("broken")
        over.set()

    worker.keep("duty", duty, over, Heart())
    assert len(begun) == 4


def test_a_step_is_repeated_at_once_while_there_is_more(monkeypatch):
    over, results = threading.Event(), [3, 1, 0]
    monkeypatch.setattr(over, "wait", lambda seconds: over.set())

    worker.every(60.0, lambda: results.pop(0))(over)
    assert results == []


def test_every_consumer_has_its_own_name():
    names = [consumer.name for consumer in worker.all_consumers()]
    assert len(names) == len(set(names))
