"""Asking about contested reads: the person's own pages, the officer's desk, and the acts on one contest."""

from uuid import UUID

from sauro.core.doorway import Ask, act
from sauro.core.ids import new_id
from sauro.core.models import Commitment
from tests.permissions.asking import Question, asks, done, meant, shown
from tests.permissions.world import WORDS


def contest_for(question: Question) -> UUID:
    """The contest of a read in the commune: the reader's office has the turn where it is their own, else another one."""
    found, other = (
        question.world.ids["contest"],
        question.world.officials["data_protection_officer", "beside"].office,
    )
    turn = question.who.office if question.own and question.who.office else other
    Commitment.objects.filter(pk=found).update(position=turn)
    return found


@asks("act", "contest_new")
def contest_new(question: Question) -> str:
    return done(question, lambda: question.post({"reason": WORDS}, access=question.world.ids["access"]))


@asks("page", "my_contest", "contest")
def contest(question: Question) -> str:
    return meant(question.get(contest=contest_for(question)))


@asks("act", "my_contest_withdraw")
def withdraw(question: Question) -> str:
    return done(question, lambda: question.post({}, contest=question.world.ids["contest"]))


@asks("list", "contests")
def contests(question: Question) -> str:
    found = contest_for(question)
    return shown(question.get(), f"/can-bo/phan-doi/{found}/")


@asks("act", "contest_act ask")
def ask(question: Question) -> str:
    sent = {"ask-question": WORDS}
    return done(question, lambda: question.post(sent, contest=contest_for(question), verb="ask"))


@asks("act", "contest_act answer")
def answer(question: Question) -> str:
    sent = {"answer-outcome": "justified", "answer-answer": WORDS}
    return done(question, lambda: question.post(sent, contest=contest_for(question), verb="answer"))


@asks("act", "contest_act explain")
def explain(question: Question) -> str:
    """Once the officer has asked."""
    found = contest_for(question)
    officer = question.world.officials["data_protection_officer", "home"]
    Commitment.objects.filter(pk=found).update(position=officer.office)
    act(Ask("core.ask_explanation", officer.person, new_id().hex, {"question": WORDS}, found, officer.office))
    return done(
        question, lambda: question.post({"explain-explanation": WORDS}, contest=found, verb="explain")
    )
