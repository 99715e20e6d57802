"""Each form that changes something bears a key, so that a proxy may send it again (deploy/nginx) and nothing is done twice."""

import re
from pathlib import Path
from typing import NamedTuple

from django.urls import resolve

SOURCE = Path(__file__).parents[2] / "src" / "sauro"
FORM = re.compile(r"<form\b[^>]*\bmethod=\"?post\b.*?(?:</form>|\Z)", re.IGNORECASE | re.DOTALL)
ACTION = re.compile(r"<form\b[^>]*\baction=\"([^\"]*)\"")
KEY = re.compile(r"name=\"key\"")

DRAFT = "works on a draft of one's own: the same again leaves the same draft"
SENDS_DRAFT = "the act's key is the draft's own"
LIST = "the key of each act is its row's own; what was done already is said"
CHOICE = "sets a choice of the reader's own; the same again changes nothing"
SESSION = "signs in or out, or proves who one is: nothing of the record; asked again at worst"
ASKS = "asks, and changes nothing"

WITHOUT = {
    "project/templates/walk/newcomer.html": CHOICE,
    "project/templates/walk/strip.html": CHOICE,
    "project/templates/walk/walk.html": CHOICE,
    "serve/templates/serve/citizen/attach.html": "two files of one name in a draft at worst, shown before it is sent",
    "serve/templates/serve/citizen/check.html": SENDS_DRAFT,
    "serve/templates/serve/citizen/discard.html": DRAFT,
    "serve/templates/serve/citizen/section.html": DRAFT,
    "serve/templates/serve/citizen/start.html": "a second empty draft at worst",
    "serve/templates/serve/citizen/verify.html": ASKS,
    "serve/templates/serve/officer/acts.html": CHOICE,
    "serve/templates/serve/officer/counter.html": "asks who is there; a second empty draft at worst",
    "serve/templates/serve/officer/counter_discard.html": DRAFT,
    "serve/templates/serve/officer/counter_form.html": DRAFT,
    "serve/templates/serve/officer/elsewhere.html": CHOICE,
    "serve/templates/serve/officer/read_back.html": SENDS_DRAFT,
    "steer/templates/steer/acts.html": CHOICE,
    "steer/templates/steer/list.html": LIST,
    "steer/templates/steer/list_columns.html": "says which column is which; the same again changes nothing",
    "steer/templates/steer/lists.html": "a second list that nothing was done with at worst",
    "steer/templates/steer/warned.html": "marks as read",
    "web/templates/account/address.html": "one's own address; a second letter at worst",
    "web/templates/account/address_confirm.html": CHOICE,
    "web/templates/account/form.html": SESSION,
    "web/templates/account/login.html": SESSION,
    "web/templates/account/logout.html": SESSION,
    "web/templates/account/signup.html": "a name can be taken once",
    "web/templates/mfa/authenticate.html": SESSION,
    "web/templates/mfa/webauthn/add_form.html": "the challenge is good once",
    "web/templates/mfa/webauthn/reauthenticate.html": SESSION,
    "web/templates/socialaccount/login.html": SESSION,
    "web/templates/usersessions/usersession_list.html": SESSION,
    "web/templates/web/components/elsewhere.html": CHOICE,
    "web/templates/web/components/header.html": CHOICE,
    "web/templates/web/components/office.html": CHOICE,
    "web/templates/web/pages/gallery_citizen.html": "an example that is sent nowhere",
}
"""Templates with a form that bears no key, and why that does no harm."""

KEYLESS = {
    "account_login", "account_logout", "account_set_password", "account_signup", "mfa_activate_totp", "mfa_add_webauthn",
    "mfa_generate_recovery_codes", "mfa_login_webauthn", "serve:attach", "serve:check", "serve:discard", "serve:section",
    "serve:start", "steer:lists", "web:choose_office", "web:components", "web:language",
}  # fmt: skip
"""Where the forms without a key lead that the walk through all addresses meets, from the templates above."""


class Form(NamedTuple):
    """A form of a page, as a browser sees it."""

    where: str
    keyed: bool


def forms_of(page: str, address: str) -> list[Form]:
    """Each form of the page that is sent by POST: the name of the route that it is sent to, and whether it bears a key."""
    found = []
    for form in FORM.findall(page):
        action = ACTION.search(form)
        where = action[1] if action and action[1] else address
        found.append(Form(resolve(where.partition("?")[0]).view_name, bool(KEY.search(form))))
    return found


def test_every_form_of_every_template_bears_a_key_or_says_why_not() -> None:
    bare, keyed = set(), 0
    for template in SOURCE.rglob("*.html"):
        for form in FORM.findall(template.read_text(encoding="utf-8")):
            if KEY.search(form):
                keyed += 1
            else:
                bare.add(template.relative_to(SOURCE).as_posix())
    assert keyed > 20
    assert bare == set(WITHOUT), bare ^ set(WITHOUT)
