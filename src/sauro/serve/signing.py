"""Preparing and signing a decision: slow work around two acts, never inside them."""

from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Outcome, act, done_before
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Commitment, StoredFile
from sauro.core.ports.signing import Signed, Signer
from sauro.core.queries.reading import Opened
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.core.rules.closing import all_may_close
from sauro.serve import files, specimens
from sauro.serve.documents import development, render
from sauro.serve.documents import signing as pades
from sauro.serve.models import Dossier
from sauro.serve.papers import Case, decision
from sauro.serve.queries.authority import permitted, takes_step
from sauro.serve.queries.cases import history, open_dossier

DONE = "prepared_already"
PREPARED = "application/x-prepared-signature"
WORKER = Reader(PLATFORM)


def signer() -> Signer:
    """Whoever holds the signing key. Raises Refusal where none is set up."""
    if settings.SAURO_SIGNER == "development":
        if not development.is_installed(settings.SAURO_KEYS):
            from sauro.core.moment import now

            development.install(settings.SAURO_KEYS, now())
        return development.DevelopmentSigner(settings.SAURO_KEYS)
    raise Refusal(
        "no_signer", "SAURO_SIGNER", _("No signing service is connected. Ask the administrator."), status=503
    )


def prepare(dossier: UUID) -> Outcome | None:
    """Render the drafted decision and store what is to be signed. The worker's job; repeating it does no harm.

    Returns None when the dossier does not wait for a signature (any more), or another worker was faster.
    """
    opened = open_dossier(WORKER, dossier, how="worker")
    row, happenings = opened.rows[Dossier._meta.db_table], history(dossier)
    case = Case(opened.rows, opened.parts, happenings, "vi")
    drafted = case.last("serve.draft_decision")
    step = case.procedure.steps.get(row["step"])
    if drafted is None or step is None or step.kind != "sign" or row["prepared_digest"] is not None:
        return None
    decided = decision(case, drafted)
    pdf = render.pdf(decided)
    # Loose from its page the signature still says whose chairperson signed.
    said = ", ".join(part for part in (decided.signer.position, decided.letterhead.agency) if part)
    field = pades.Field("Signature1", said, _("Decision"), "", drafted.at)
    ready = pades.prepare(pdf, signer().identity(), field)
    kept = files.keep(dossier, PLATFORM, "prepared", msgspec.msgpack.encode(ready), PREPARED)
    payload = {"file": kept.id, "digest": ready.digest.hex()}
    try:
        # What is prepared is in the key: each attempt has its own file, and the act takes the first of them.
        return act(Ask("serve.prepare_signature", PLATFORM, str(kept.id), payload, subject=dossier))
    except Refusal as refusal:
        files.remove(kept)
        if refusal.code == DONE:
            return None
        raise


def prepared(opened: Opened) -> pades.Prepared | None:
    """What was prepared for the signer, or None while the worker is still at it."""
    row = opened.rows[Dossier._meta.db_table]
    file = StoredFile.objects.filter(pk=row["prepared_file"]).first() if row["prepared_file"] else None
    if file is None or specimens.of(file) is not None:
        # A specimen was signed long ago, once for all the dossiers that it stands for.
        return None
    return msgspec.msgpack.decode(files.body_of(file), type=pades.Prepared)


def sign(reader: Reader, dossier: UUID, key: str, version: int | None = None, digest: str = "") -> Outcome:
    """Sign what was prepared and seen, and close the promise. Raises Refusal.

    ``digest`` is what the signer saw; another draft since then is refused by the act.
    """
    earlier = done_before(reader.person, "serve.sign_decision", key)
    if earlier is not None:
        return earlier
    opened = open_dossier(reader, dossier)
    row, promise = opened.rows[Dossier._meta.db_table], opened.rows[Commitment._meta.db_table]
    ready = prepared(opened)
    may = permitted(reader, dossier, ["serve.sign_decision"])
    changed = digest not in ("", row["prepared_digest"])
    if (
        ready is None
        or changed
        or not may
        or not takes_step(reader, promise, row)
        or not all_may_close(reader.persons, [*promise["doers"], row["applicant"]])
    ):
        # Nothing is signed first and refused afterwards. The act says which rule it is, and keeps the refusal: it can
        # do nothing else, since nothing that was prepared has this digest.
        payload = {"file": dossier, "digest": "0" * 64, "prepared": ""}
        return act(
            Ask("serve.sign_decision", reader.person, key, payload, dossier, reader.position, version=version)
        )
    answer = signer().ask(pades.request(ready, row["code"] or row["reference"]))
    if not isinstance(answer, Signed):
        raise Refusal(
            "not_signed", "SAURO_SIGNER", _("The signing service has not signed. Try again."), status=503
        )
    pdf = pades.complete(ready, answer.signature)
    kept = files.keep(
        dossier, reader.person, f"{row['code'] or row['reference']}.pdf", pdf, "application/pdf"
    )
    payload = {"file": kept.id, "digest": _sha256(pdf), "prepared": digest or row["prepared_digest"]}
    try:
        return act(
            Ask("serve.sign_decision", reader.person, key, payload, dossier, reader.position, version=version)
        )
    except Refusal:
        files.remove(kept)
        raise


def result_pdf(opened: Opened) -> bytes | None:
    """The signed result, or None while there is none."""
    row = opened.rows[Dossier._meta.db_table]
    file = StoredFile.objects.filter(pk=row["result_file"]).first() if row["result_file"] else None
    return files.body_of(file) if file else None


def _sha256(body: bytes) -> str:
    from hashlib import sha256

    return sha256(body).hexdigest()
