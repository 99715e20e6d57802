"""The five acts of a case as a page would ask for them, and the sixth that prepares the signature."""

import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from bench.ours.cast import Cast

STEPS = ("submit", "accept", "draft", "prepare", "sign", "return")
OUTSIDE = "prepare"
"""The worker renders the decision and states its digest: PDF and signature are outside the timing."""
PREPARED, SIGNED = "ab" * 32, "cd" * 32
ACTS = (
    "serve.submit_dossier",
    "serve.accept_dossier",
    "serve.draft_decision",
    "serve.sign_decision",
    "serve.return_result",
)


ENTERED = {"register_number": "127/2026", "register_book": "01/2026", "registered_on": "2026-11-20"}
"""What the drafter enters on the extract."""


def answers(number: int) -> dict[str, Any]:
    """A filled form of the model procedure, about 500 bytes of JSON."""
    return {
        "declarant_name": "Trần Thị Hồng Hạnh",
        "declarant_id": f"000{number % 10**9:09d}",
        "declarant_residence": "Số 12 ngõ 45 phố Vọng, phường Bạch Mai, Hà Nội",
        "declarant_phone": "0912345678",
        "declarant_relation": "child",
        "deceased_name": f"Nguyễn Văn Thành {number}",
        "deceased_gender": "male",
        "deceased_residence": "Số 12 ngõ 45 phố Vọng, phường Bạch Mai, Hà Nội",
        "death_date": "2025-11-01",
        "death_place": "Bệnh viện Bạch Mai",
        "proof_of_death": "notice",
    }


def rendered(dossiers: Sequence[UUID]) -> None:
    """The rows of the files that a renderer and a signer would have stored, each under its dossier's id."""
    from sauro.core.doorway.genesis import PLATFORM
    from sauro.core.models import StoredFile
    from sauro.core.moment import now

    stored = {
        "digest": b"",
        "size": 1,
        "media_type": "application/pdf",
        "scanned": "clean",
        "owner": PLATFORM,
    }
    StoredFile.objects.bulk_create(StoredFile(id=id_, unit=id_, created=now(), **stored) for id_ in dossiers)


def ask(cast: Cast, step: str, dossier: UUID, number: int) -> Any:
    """The ask of one step of one dossier."""
    from sauro.core.doorway import Ask
    from sauro.core.doorway.genesis import PLATFORM

    key = uuid.uuid4().hex
    if step == "submit":
        payload = {
            "id": dossier, "definition": cast.procedure, "received_by": cast.received_by, "competent": cast.competent,
            "area": cast.area, "involved": cast.involved, "answers": answers(number), "channel": 1,
            "simulated": True,
        }  # fmt: skip
        return Ask(ACTS[0], cast.citizen, key, payload)
    if step == "prepare":
        payload = {"file": dossier, "digest": PREPARED}
        return Ask("serve.prepare_signature", PLATFORM, key, payload, subject=dossier)
    acts: dict[str, tuple[str, tuple[UUID, UUID], dict[str, Any]]] = {
        "accept": (ACTS[1], cast.one_stop, {}),
        "draft": (
            ACTS[2],
            cast.drafter,
            {"outcome": "granted", "paragraphs": ["Cấp trích lục theo đề nghị."], "entries": ENTERED},
        ),
        "sign": (ACTS[3], cast.signer, {"file": dossier, "digest": SIGNED, "prepared": PREPARED}),
        "return": (ACTS[4], cast.one_stop, {"how": "counter"}),
    }
    action, (person, position), payload = acts[step]
    return Ask(action, person, key, payload, subject=dossier, position=position)
