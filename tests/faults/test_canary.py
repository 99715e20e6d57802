"""A planted name goes through a whole life of a dossier and is found nowhere at rest; after erasure it is gone for good.

Searched are the files of the database and its log of changes, a dump of it, the files, keys, logs and everything
else under the state folder, in the spellings in which it could lie there.
"""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from sauro.project import postgres
from sauro.project.settings.database import DATABASE
from tests.faults.installation import PATIENCE, Installation
from tests.faults.test_personal_text_at_rest import found_in, planted, tell_tales

LIFE = """
import json, sys
from datetime import date
from uuid import UUID
from sauro.core.doorway import Ask, act
from sauro.core.ids import new_id
from sauro.core.models import Account, Holding
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.packs.load import id_of
from sauro.serve import drafts, files
from sauro.serve.models import Dossier
from sauro.serve.queries.places import places_for
from sauro.serve.rules.procedures import procedure
from sauro.serve.tests.conftest import BIRTH

secret = json.loads(sys.argv[1])
citizen, name = id_of("demonstration/nguoidan"), secret["name"]
found = definitions.in_force("procedure", "1.001193", now().date())
known, places = found.compiled(procedure), places_for(found.compiled(procedure), "26041", 2)
answers = {**BIRTH, "requester_name": name, "child_name": name, "mother_name": name, "requester_email": secret["email"]}
draft = drafts.begin(citizen, found.id)
drafts.save(draft, answers)
drafts.save(draft, {"child_home_place": name})
body = b"%PDF-1.7\\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\\n% " + name.encode() * 99
body += b"\\ntrailer<</Root 1 0 R>>\\n%%EOF"
file = files.take_in(draft.id, citizen, name + ".pdf", body, 10**7)
payload = {"id": draft.id, "definition": found.id, "received_by": places.received_by, "competent": places.competent,
           "involved": places.involved, "area": "26041", "channel": 2, "answers": answers, "files": {file.id: "birth_notification"}, "draft": True}
act(Ask("serve.submit_dossier", citizen, draft.key, payload))
drafts.clear(draft)

def office(step):
    position = UUID(Dossier.objects.get(pk=draft.id).plan["positions"][step])
    return Holding.objects.filter(position=position).first().person, position

def do(action, step, payload):
    person, position = office(step)
    act(Ask(action, person, str(new_id()), payload, draft.id, position))

words = f"{name} phải gửi lại giấy tờ của {name}"
do("serve.request_supplement", "receive", {"deficiencies": [{"item": "birth_notification", "reason": words}]})
act(Ask("serve.answer_supplement", citizen, str(new_id()), {"words": words}, draft.id))
do("serve.accept_dossier", "receive", {})
do("serve.complete_step", "check", {"step": "check", "note": words})
do("serve.draft_decision", "draft", {
    "outcome": "granted", "paragraphs": [words],
    "entries": {"personal_number": "075326000123", "register_number": words, "register_book": "01", "registered_on": "22/11/2026"}})
print(draft.id)
"""
PREPARED = """
import sys
from sauro.serve.models import Dossier
print(Dossier.objects.get(pk=sys.argv[1]).prepared_digest or "")
"""
SIGN = """
import sys
from uuid import UUID
from sauro.core.models import Holding
from sauro.core.queries.visibility import Reader
from sauro.serve import signing
from sauro.serve.models import Dossier
from sauro.serve.queries.cases import open_dossier
row = Dossier.objects.get(pk=sys.argv[1])
position = UUID(row.plan["positions"]["sign"])
reader = Reader(Holding.objects.filter(position=position).first().person, position)
signing.sign(reader, row.id, "signed", digest=row.prepared_digest)
opened = open_dossier(reader, row.id)
print(opened.parts["answers"]["child_name"], len(signing.result_pdf(opened)))
"""
ERASE = """
import sys
from uuid import UUID
from sauro.core.actions.erasure import erase_unit
from sauro.core.doorway import Ask
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import StoredFile
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.serve import files
from sauro.serve.queries.cases import open_dossier
from sauro.packs.load import id_of
unit = UUID(sys.argv[1])
kept = list(StoredFile.objects.filter(unit=unit))
erase_unit(Ask("core.erase", PLATFORM, f"erase:{unit}", {"unit": unit, "basis": "91/2025/QH15"}), files.store())
opened = open_dossier(Reader(id_of("demonstration/nguoidan")), unit)
assert opened.parts and set(opened.parts.values()) == {None}, opened.parts.keys()
for file in kept:
    try:
        files.body_of(file)
    except Refusal as refusal:
        assert refusal.code == "erased"
    else:
        raise AssertionError("a file of what was erased opens")
print(len(kept))
"""


def at_rest(installation: Installation, dump: Path) -> None:
    """Everything in memory goes to disk, and a dump is made as a backup would be."""
    with installation.database() as db:
        db.execute("CHECKPOINT")
    command = [
        str(postgres.programs() / "pg_dump"),
        "--file",
        str(dump),
        installation.server.address(DATABASE),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def test_a_planted_name_lies_nowhere_and_erasure_ends_it(installation: Installation, tmp_path: Path) -> None:
    secret: dict[str, Any] = planted()
    tales = tell_tales(secret)
    dossier = installation.script(LIFE, json.dumps(secret)).strip()
    end = time.monotonic() + PATIENCE
    # The worker renders what is to be signed: the name is in it.
    while not installation.script(PREPARED, dossier).strip():
        assert time.monotonic() < end, (installation.var / "said.txt").read_text()[-3000:]
        time.sleep(0.5)
    name, size = installation.script(SIGN, dossier).rsplit(maxsplit=1)
    assert name == secret["name"] and int(size) > 1000
    at_rest(installation, tmp_path / "before.sql")
    assert found_in([installation.var, tmp_path], tales) == []
    assert int(installation.script(ERASE, dossier)) >= 3, "the upload, what was prepared, and the result"
    at_rest(installation, tmp_path / "after.sql")
    assert found_in([installation.var, tmp_path], tales) == []
    done = installation.command("replay", "--check", "--fresh", "--json")
    assert done.returncode == 0, done.stdout[-3000:]
    assert json.loads(done.stdout)["erased"] > 0
    # The search itself is put to the test: in the clear, the same name is found.
    with installation.database() as db:
        db.execute("CREATE TABLE careless AS SELECT %s AS name", [secret["name"]])
    at_rest(installation, tmp_path / "careless.sql")
    assert found_in([tmp_path], tales)
    with installation.database() as db:
        db.execute("DROP TABLE careless")


@pytest.mark.slow
def test_no_log_says_a_name_when_things_go_wrong(installation: Installation) -> None:
    """Refusals, a name that is too long, and a killed statement are logged without what was typed."""
    secret = planted()
    text = "\n".join(
        [
            "import sys, json", "from sauro.core.doorway import Ask, act", "from sauro.core.refusal import Refusal",
            "from sauro.packs.load import id_of", "name = json.loads(sys.argv[1])['name']",
            "for payload in ({'words': name * 9}, {'words': name, 'other': name}, {'files': {name: name}}, {}):",
            "    try:", "        act(Ask('serve.answer_supplement', id_of('demonstration/nguoidan'), name[:70], payload, None))",
            "    except Refusal as refusal:", "        print(refusal.code, file=sys.stderr)",
        ]
    )  # fmt: skip
    installation.script(text, json.dumps(secret))
    with installation.database() as db:
        db.execute("CHECKPOINT")
    assert found_in([installation.var], tell_tales(secret)) == []
