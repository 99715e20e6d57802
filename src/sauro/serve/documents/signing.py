"""PAdES signatures in two acts: *prepare* here, sign wherever the key is, *complete* here.

The PDF never leaves this process: what the holder of the key signs is the DER of the CMS signed attributes
(ETSI EN 319 142-1, level B-B), which commit to the hash of the document with its signature space cut out.
Slow work, for the worker; `asyncio` runs inside, so call it from a thread without a running loop.
"""

import asyncio
import hashlib
import io
from datetime import datetime

import msgspec
from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sauro.core.ports.signing import Identity, Mechanism, Request

# Hex digits kept free for the CMS: signature, signer and a chain of three certificates fit three times over.
RESERVED = 2 * 12 * 1024


class Field(msgspec.Struct, frozen=True):
    """What the signature says of itself. `name` is the form field's, unique in the file; `time` is claimed, aware."""

    name: str
    signer: str
    reason: str
    location: str
    time: datetime


class Prepared(msgspec.Struct, frozen=True):
    """A document waiting for its signature; carry it as msgpack, encrypted: it holds the whole document.

    `digest` is SHA-256 over the byte range, `attributes` the DER to sign, `start` and `end` the gap for the CMS.
    """

    pdf: bytes
    digest: bytes
    attributes: bytes
    start: int
    end: int
    identity: Identity
    mechanism: Mechanism


class BadSignature(ValueError):
    """The signature does not fit the certificate and the attributes; nothing was put into the document."""


class UnsuitableCertificate(ValueError):
    """The certificate cannot sign here: its key is neither RSA of 2048 bits or more nor ECDSA."""


def prepare(pdf: bytes, identity: Identity, field: Field) -> Prepared:
    """The document with a space for the signature, and what is to be signed.

    Raises UnsuitableCertificate, or ValueError for a field time without a zone.
    """
    if field.time.tzinfo is None:
        raise ValueError("the time of a signature must carry its time zone")
    mechanism = _mechanism(identity.certificate)
    embedder = _embedder(identity, mechanism)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=True)
    about = PdfSignatureMetadata(
        field_name=field.name,
        md_algorithm="sha256",
        location=field.location,
        reason=field.reason,
        name=field.signer,
        subfilter=SigSeedSubFilter.PADES,
    )
    session = PdfSigner(about, signer=embedder).init_signing_session(writer)
    # pyHanko would stamp the machine's clock; a signature is dated by the clock the act was given.
    session.system_time = field.time
    unsigned = session.prepare_tbs_document(validation_info=None, bytes_reserved=RESERVED)
    cut, output = unsigned.digest_tbs_document()
    attributes = asyncio.run(embedder.signed_attrs(cut.document_digest, "sha256", use_pades=True))
    return Prepared(
        pdf=_whole(output),
        digest=cut.document_digest,
        attributes=attributes.dump(),
        start=cut.reserved_region_start,
        end=cut.reserved_region_end,
        identity=identity,
        mechanism=mechanism,
    )


def request(prepared: Prepared, title: str) -> Request:
    """What to hand to a `Signer`: the attributes, their hash for keys that sign hashes, and words for the signer."""
    return Request(
        attributes=prepared.attributes,
        digest=hashlib.sha256(prepared.attributes).digest(),
        mechanism=prepared.mechanism,
        title=title,
    )


def complete(prepared: Prepared, signature: bytes) -> bytes:
    """The signed document. Raises BadSignature before anything is embedded."""
    if not _fits(prepared, signature):
        raise BadSignature("the signature does not belong to this document and certificate")
    embedder = _embedder(prepared.identity, prepared.mechanism, signature)
    attributes = cms.CMSAttributes.load(prepared.attributes)
    container = asyncio.run(embedder.async_sign_prescribed_attributes("sha256", attributes))
    output = io.BytesIO(prepared.pdf)
    cut = PreparedByteRangeDigest(prepared.digest, prepared.start, prepared.end)
    cut.fill_with_cms(output, container)
    return output.getvalue()


def _embedder(identity: Identity, mechanism: Mechanism, signature: bytes | None = None) -> ExternalSigner:
    issuers = [asn1_x509.Certificate.load(issuer) for issuer in identity.chain]
    store = SimpleCertificateStore.from_certs(issuers)  # type: ignore[no-untyped-call]
    return ExternalSigner(
        signing_cert=asn1_x509.Certificate.load(identity.certificate),
        cert_registry=store,
        signature_value=signature,
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": mechanism}),
        embed_roots=False,
    )


def _mechanism(certificate: bytes) -> Mechanism:
    key = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return "sha256_rsa"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 256:
        return "sha256_ecdsa"
    raise UnsuitableCertificate("a signing key must be RSA of at least 2048 bits or ECDSA of at least 256")


def _fits(prepared: Prepared, signature: bytes) -> bool:
    key = x509.load_der_x509_certificate(prepared.identity.certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, prepared.attributes, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, prepared.attributes, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _whole(output: object) -> bytes:
    if not isinstance(output, io.BytesIO):
        raise TypeError("the prepared document was written elsewhere than to memory")
    return output.getvalue()
