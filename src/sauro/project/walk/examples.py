"""Examples for who walks through: a filling that the form accepts, and a dossier that waits to be examined. All made up."""

import secrets
from uuid import UUID

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.models import Holding
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.packs.load import id_of
from sauro.project.demonstration import COMMUNE
from sauro.project.simulation.answers import acceptable, papers
from sauro.project.walk.routes import BIRTH
from sauro.serve import drafts, files
from sauro.serve.models import Dossier, Draft
from sauro.serve.queries import catalogue
from sauro.serve.queries.places import places_for
from sauro.serve.rules.procedures import Procedure
from sauro.serve.rules.statuses import Status

ONLINE = 2
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CITIZEN = id_of("demonstration/nguoidan")


def begun(person: UUID) -> Draft:
    """The newest draft of a birth registration of this person (a new one where there is none), filled in with an example."""
    found = _procedure()
    kept = (
        Draft.objects.filter(person=person, assisted=False, procedure=found.id).order_by("-changed").first()
    )
    return _filled(kept or drafts.begin(person, found.id), found)


def _filled(draft: Draft, found: Procedure) -> Draft:
    person = draft.person
    area = draft.area or COMMUNE
    answers, holds = acceptable(found, area, local_day(now()), ONLINE)
    drafts.save(draft, {**answers, **drafts.own_identity(person, found)}, area=area)
    there = set(drafts.files_of(draft).values())
    for component in papers(found, holds):
        if component not in there:
            name = "giay-to-mau-mo-phong.pdf"
            drafts.add_file(draft, files.take_in(draft.id, person, name, PAPER, len(PAPER)).id, component)
    return draft


def to_examine() -> None:
    """See to it that a dossier of the simulated citizen waits to be examined; who receives it accepts it, as always."""
    found = _procedure()
    if Dossier.objects.filter(
        procedure=found.id,
        applicant=CITIZEN,
        area=COMMUNE,
        step="check",
        accepted_at__isnull=False,
        status__in=[Status.ACCEPTED, Status.PROCESSING],
    ).exists():
        return
    draft = _filled(drafts.begin(CITIZEN, found.id), found)
    places = places_for(found, COMMUNE, ONLINE)
    if places is None:
        raise Refusal("place_unknown", f"{found.code}: competent", "", status=409)
    payload = {
        "id": draft.id, "definition": found.id, "received_by": places.received_by, "competent": places.competent,
        "involved": places.involved, "area": COMMUNE, "answers": drafts.answers(draft), "channel": ONLINE,
        "files": {str(id_): component for id_, component in drafts.files_of(draft).items()}, "draft": True,
    }  # fmt: skip
    act(Ask("serve.submit_dossier", CITIZEN, draft.key, payload))
    row = Dossier.objects.get(pk=draft.id)
    drafts.clear(draft)
    position = UUID(str(row.plan["positions"][row.step]))
    holder = Holding.objects.filter(position=position, valid_to=None).values_list("person", flat=True).first()
    if holder is not None:
        act(Ask("serve.accept_dossier", holder, secrets.token_hex(16), {}, draft.id, position))


def _procedure() -> Procedure:
    found = catalogue.by_code(BIRTH, local_day(now()))
    if found is None:
        raise Refusal("not_found", "walk: example", "", status=404)
    return found
