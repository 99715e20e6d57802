"""Whether a signed PDF is what its signer signed: bytes, chain of trust, and nothing added since.

Meant for anything a stranger uploads: it answers for every input and fetches nothing from the network.
A few header bytes of the signature's container carry no meaning and no signature protects them; whether
two files are the same file is a question for their hashes in the journal.
"""

import asyncio
import io
import logging
from datetime import datetime
from typing import Literal

import msgspec
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from sauro.serve.documents.development import WITHOUT_VALUE

# They write the subject of a certificate, a person's name, into the log when a chain does not build.
for _noisy in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL + 1)

# More signatures than any paper of the state carries; a file with thousands would only cost time.
MOST_SIGNATURES = 16

Problem = Literal["", "unreadable", "unsigned", "altered", "extended", "untrusted"]


class SignatureCheck(msgspec.Struct, frozen=True):
    """One signature. `time` is what the signer claimed; `whole` says that it covers the file to its last byte."""

    signer_name: str
    issuer_name: str
    time: datetime | None
    reason: str
    intact: bool
    trusted: bool
    whole: bool
    development: bool


class Verification(msgspec.Struct, frozen=True):
    """The verdict on the file. Name and time are those of the last signature.

    `intact`: every signature fits its bytes, and what was added after an earlier one was allowed to be.
    `trusted`: every certificate leads to a root we trust. `covers_whole`: nothing follows the last signature.
    `problem` names the first thing wrong, empty when the paper is good; a development signature is no problem
    here but is always to be shown.
    """

    intact: bool
    trusted: bool
    covers_whole: bool
    development: bool
    problem: Problem
    signer_name: str = ""
    time: datetime | None = None
    signatures: tuple[SignatureCheck, ...] = ()


def verify(pdf: bytes, roots: tuple[bytes, ...], at: datetime) -> Verification:
    """Check a PDF against trust roots (DER). Certificates must be valid at `at`.

    Give the moment the journal recorded for the signing where it is known, else now.
    """
    try:
        checks = asyncio.run(_checks(pdf, roots, at))
    except Exception:
        # Hostile bytes make parsers raise anything; whatever it was, this is no readable signed paper.
        return _verdict((), "unreadable")
    if not checks:
        return _verdict((), "unsigned")
    return _verdict(checks, _problem(checks))


async def _checks(pdf: bytes, roots: tuple[bytes, ...], at: datetime) -> tuple[SignatureCheck, ...]:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    embedded = reader.embedded_regular_signatures
    if len(embedded) > MOST_SIGNATURES:
        raise ValueError("too many signatures")
    trust = [asn1_x509.Certificate.load(root) for root in roots]
    found = []
    for one in embedded:
        # A context of its own for each: certificates inside one signature must not help another.
        context = ValidationContext(trust_roots=trust, moment=at, allow_fetching=False)
        status = await async_validate_pdf_signature(one, context)
        found.append(_check(pdf, one, status))
    return tuple(found)


def _check(pdf: bytes, one: EmbeddedPdfSignature, status: PdfSignatureStatus) -> SignatureCheck:
    certificate = one.signer_cert
    return SignatureCheck(
        signer_name=_common_name(certificate.subject),
        issuer_name=_common_name(certificate.issuer),
        time=one.self_reported_timestamp,
        reason=str(one.sig_object.get("/Reason", "")),
        intact=bool(status.intact and status.valid and status.docmdp_ok) and _plain_container(pdf, one),
        trusted=bool(status.trusted),
        whole=_whole(pdf, one),
        development=WITHOUT_VALUE in (_organisation(certificate.subject), _organisation(certificate.issuer)),
    )


def _whole(pdf: bytes, one: EmbeddedPdfSignature) -> bool:
    _, _, start, length = one.byte_range
    return bool(start + length == len(pdf))


def _plain_container(pdf: bytes, one: EmbeddedPdfSignature) -> bool:
    """The gap holds the signature, written the one way it was written, and zeros: no room for anything else."""
    if len(one.byte_range) != 4 or one.byte_range[0] != 0:
        return False
    gap = pdf[one.byte_range[1] : one.byte_range[2]]
    content = bytes(one.pkcs7_content)
    written = content.hex().encode()
    signed = cms.ContentInfo.load(content).dump()
    return gap in (b"<" + written + b">", b"<" + written.upper() + b">") and not any(content[len(signed) :])


def _problem(checks: tuple[SignatureCheck, ...]) -> Problem:
    if not all(check.intact for check in checks):
        return "altered"
    if not checks[-1].whole:
        return "extended"
    if not all(check.trusted for check in checks):
        return "untrusted"
    return ""


def _verdict(checks: tuple[SignatureCheck, ...], problem: Problem) -> Verification:
    last = checks[-1] if checks else None
    return Verification(
        intact=bool(checks) and all(check.intact for check in checks),
        trusted=bool(checks) and all(check.trusted for check in checks),
        covers_whole=last is not None and last.whole,
        development=any(check.development for check in checks),
        problem=problem,
        signer_name=last.signer_name if last else "",
        time=last.time if last else None,
        signatures=checks,
    )


def _common_name(name: asn1_x509.Name) -> str:
    return str(name.native.get("common_name", ""))


def _organisation(name: asn1_x509.Name) -> str:
    return str(name.native.get("organization_name", ""))
