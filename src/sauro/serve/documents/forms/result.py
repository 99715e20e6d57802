"""The result itself, laid out as a decision or an extract (Decree 30/2020, Annex III)."""

from django.utils.translation import pgettext

from sauro.serve.documents.facts import Result
from sauro.serve.documents.forms import parts
from sauro.serve.documents.sheet import Block, Fields, Page, Paragraph, Signatures


def result(decision: Result) -> Page:
    """Grounds, entries, paragraphs and articles in that order, each part only where the result has it."""
    blocks: list[Block] = [Paragraph(f"{ground};", "italic") for ground in decision.grounds[:-1]]
    blocks += [Paragraph(f"{ground}.", "italic") for ground in decision.grounds[-1:]]
    if decision.entries:
        blocks.append(Fields(decision.entries))
    blocks += [Paragraph(text) for text in decision.paragraphs]
    blocks += [Paragraph(text, lead=heading) for heading, text in decision.articles]
    code = (parts.coded(decision.dossier),) if decision.dossier else ()
    blocks += [
        Signatures(
            right=parts.signed_by(decision.signer, decision.demonstration),
            recipients_label=pgettext("printed form", "To:"),
            recipients=decision.recipients,
        ),
        parts.check(decision.proof, *code),
    ]
    return parts.page(decision, decision.title, decision.title, blocks, about=decision.about)
