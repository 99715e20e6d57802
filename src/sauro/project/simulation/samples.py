"""The specimens that simulated dossiers are signed with: drawn and signed once for each procedure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sauro.core.moment import now
from sauro.core.ports.signing import Signed
from sauro.project.cli.command import Stop
from sauro.project.cli.language import _
from sauro.serve import signing, specimens
from sauro.serve.documents import render
from sauro.serve.documents import signing as pades
from sauro.serve.documents.development import WITHOUT_VALUE
from sauro.serve.documents.sheet import Head, Page, Paragraph
from sauro.serve.rules.procedures import Procedure

TITLE = "BẢN MẪU CỦA MÔ PHỎNG"
SAID = (
    "Đây là kết quả mẫu của các hồ sơ mô phỏng thuộc thủ tục này: không của ai, không có giá trị pháp lý. Hồ sơ mô phỏng "
    "nào cũng được ký bằng đúng tệp này, nên mã băm trong nhật ký là mã băm của tệp.\n\n"
    "This is the specimen result of the simulated dossiers of this procedure. It is nobody's, and has no legal value. "
    "Every simulated dossier is signed with exactly this file, so the digest in the journal is this file's."
)
# Until the specimens' wording changes, those that were made stay.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A specimen: SHA-256 in hex, and size in bytes."""

    digest: str
    size: int


def samples(procedures: Iterable[Procedure]) -> Mapping[str, Sample]:
    """The specimen of each procedure's result by its code, and that of what people attach."""
    titles = {found.code: found.terms.name.vi for found in procedures}
    return {
        name: _sample(name, title) for name, title in [*titles.items(), ("attachment", "Giấy tờ kèm theo")]
    }


def _sample(name: str, about: str) -> Sample:
    known = f"{name}-{VERSION}"
    body = specimens.named(known)
    if body is None:
        body = _signed(about, now())
        specimens.keep(known, body)
    return Sample(sha256(body).hexdigest(), len(body))


def _signed(about: str, at: datetime) -> bytes:
    page = Page(
        language="vi", issued=at, head=Head("", "SÁU RÕ", "", ""), title=TITLE, about=about, subtitles=("SPECIMEN OF A SIMULATION",),
        running_title=TITLE, strip=WITHOUT_VALUE, strip_detail="MÔ PHỎNG / SIMULATED", blocks=(Paragraph(SAID),),
    )  # fmt: skip
    signer = signing.signer()
    field = pades.Field("Signature1", "MÔ PHỎNG", "MÔ PHỎNG", "", at)
    ready = pades.prepare(render.draw(page), signer.identity(), field)
    answer = signer.ask(pades.request(ready, TITLE))
    if not isinstance(answer, Signed):
        raise Stop(_("The specimens of the simulation could not be signed. Look at SAURO_SIGNER."))
    return pades.complete(ready, answer.signature)
