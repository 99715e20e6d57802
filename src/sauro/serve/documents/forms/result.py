"""The result itself, laid out as a decision or an extract (Decree 30/2020, Annex III)."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sauro.serve.documents.facts import Result
from sauro.serve.documents.forms import parts
from sauro.serve.documents.sheet import Block, Heading, Listing, Page, Paragraph, Signatures


def result(decision: Result) -> Page:
    """Grounds, what is stated and entered, paragraphs and articles in that order, each part only where it has it."""
    blocks: list[Block] = [Paragraph(f"{ground};", "italic") for ground in decision.grounds[:-1]]
    blocks += [Paragraph(f"{ground}.", "italic") for ground in decision.grounds[-1:]]
    for title, rows in decision.stated:
        blocks += [Heading(title), Listing(rows)]
    if decision.entries:
        # Under a heading of its own, or the numbers of the register would seem to be the last person's.
        blocks += [Heading(_("Recorded by the agency"))] if decision.stated else []
        blocks.append(Listing(decision.entries))
    blocks += [Paragraph(text) for text in decision.paragraphs]
    blocks += [Paragraph(text, lead=heading) for heading, text in decision.articles]
    code = [parts.coded(decision.dossier)] if decision.dossier else []
    if decision.reference:
        code.append(_("Reference: %(code)s") % {"code": decision.reference})
    signer = parts.signed_by(decision.signer, decision.demonstration)
    if decision.recipients:
        to = pgettext("printed form", "To:")
        blocks += [Signatures(signer, to, decision.recipients), parts.check(decision.proof, *code)]
    else:
        blocks.append(parts.check(decision.proof, *code, signers=(signer,)))
    return parts.page(decision, decision.title, decision.title, blocks, about=decision.about)
