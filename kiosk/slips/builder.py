"""DocumentBuilder: what each slip says, in the citizen's language. Pure builders of documents.

A slip carries no name and no number of a person; a repeat is marked by the printing, never here.
Every slip of a practice site says so on top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset, Service
from kiosk.case_words import case_words
from kiosk.charter_text import cost_lines, say_of, time_words
from kiosk.language import Translator
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.queue.numbering import service_day
from kiosk.visit.ports import CaseStatus, FeedbackReceipt, FormReceipt, KioskLocation
from peripherals.printing.document import (
    Align,
    Block,
    Document,
    Feed,
    HorizontalRule,
    Item,
    Logo,
    Qr,
    TextLine,
)
from provisioning.clock import Clock


@dataclass(frozen=True, slots=True)
class DocumentBuilder:
    """Builds the slips of one kiosk."""

    catalogue: Catalogue
    place: KioskLocation
    clock: Clock

    def ticket(self, issued: IssuedTicket, service: Service, language: str) -> Document:
        """The queue ticket: number 12 mm high, service, people ahead, wait, code."""
        translator = Translator(self.catalogue, language)
        agency = self.catalogue.agency(service.agency)
        return self._slip(
            language,
            issued.label,
            [
                TextLine(translator.say("slip.ticket"), Align.CENTRE),
                TextLine(issued.label, Align.CENTRE, scale=4, bold=True),
                TextLine(service.title(language), Align.CENTRE, bold=True),
                TextLine(agency.title(language), Align.CENTRE),
                HorizontalRule(),
                TextLine(translator.ahead(issued.ahead)),
                TextLine(translator.wait(issued.wait)),
                TextLine(translator.say("slip.issued", time=translator.moment(issued.issued_at))),
                Qr(issued.qr),
                TextLine(translator.say("slip.keep"), Align.CENTRE),
                *self._cost(translator, service),
                TextLine(translator.say("slip.call"), Align.CENTRE),
            ],
        )

    def received(self, received: FormReceipt, asset: FormAsset, language: str) -> Document:
        """The receipt of a form: reference, "received, not approved", what next."""
        translator = Translator(self.catalogue, language)
        agency = self.catalogue.agency(received.agency)
        return self._slip(
            language,
            received.reference,
            [
                TextLine(translator.say("slip.receipt"), Align.CENTRE),
                *_reference(received.reference),
                TextLine(asset.title.get(language) or asset.title["en"], Align.CENTRE, bold=True),
                *(
                    [TextLine(translator.say("slip.not_approved"), Align.CENTRE, bold=True)]
                    if self.catalogue.decided(asset.id)
                    else []
                ),
                HorizontalRule(),
                TextLine(say_of(translator, "submitted.next_sent", agency)),
                TextLine(translator.say("slip.issued", time=translator.moment(received.at))),
                Qr(received.reference),
                TextLine(translator.say("slip.keep"), Align.CENTRE),
                *self._cost(translator, self.catalogue.service(asset.service)),
                TextLine(translator.say("slip.call"), Align.CENTRE),
            ],
        )

    def feedback(self, receipt: FeedbackReceipt, at: datetime, language: str) -> Document:
        """What somebody keeps who wrote to an office: the reference, who reads it, whom to ask.
        What was written is not on it, nor what it was about.
        """
        translator = Translator(self.catalogue, language)
        agency = self.catalogue.agency(receipt.agency)
        return self._slip(
            language,
            receipt.reference,
            [
                TextLine(translator.say("slip.feedback"), Align.CENTRE),
                *_reference(receipt.reference),
                HorizontalRule(),
                TextLine(say_of(translator, "thanks.who", agency)),
                TextLine(translator.say("slip.issued", time=translator.moment(at))),
                Qr(receipt.reference),
                TextLine(translator.say("slip.keep"), Align.CENTRE),
                TextLine(translator.say("slip.call"), Align.CENTRE),
            ],
        )

    def case_answer(self, reference: str, known: CaseStatus, language: str) -> Document:
        """What an office said of a case, when, and what to do now."""
        translator = Translator(self.catalogue, language)
        first, *more = case_words(
            self.catalogue, translator, reference, known.stage, known.agency, known.reason
        )
        when = translator.moment(known.at) if known.at is not None else ""
        return self._slip(
            language,
            reference,
            [
                TextLine(translator.say("slip.case"), Align.CENTRE),
                *_reference(reference),
                HorizontalRule(),
                TextLine(first, bold=True),
                *(TextLine(line) for line in more),
                TextLine(translator.say("status_answer.said", date=when)),
                Qr(reference),
                TextLine(translator.say("slip.call"), Align.CENTRE),
            ],
        )

    def draft_code(self, code: str, asset: FormAsset, language: str, days: int) -> Document:
        """The code of a draft, large and as a QR code that the kiosk's scanner reads. The label
        beside the job names the form only: who holds the code holds the answers.
        """
        translator = Translator(self.catalogue, language)
        return self._slip(
            language,
            asset.id,
            [
                TextLine(translator.say("kept.code"), Align.CENTRE),
                TextLine(code, Align.CENTRE, scale=2, bold=True),
                TextLine(asset.title.get(language) or asset.title["en"], Align.CENTRE, bold=True),
                HorizontalRule(),
                TextLine(translator.say("slip.how_to_resume")),
                TextLine(translator.say("kept.days", n=days)),
                TextLine(translator.say("kept.secret")),
                Qr(code),
                TextLine(translator.say("slip.call"), Align.CENTRE),
            ],
        )

    def checklist(self, service: Service, have: frozenset[str], language: str) -> Document:
        """What to bring (ticked where the citizen has it), cost, time, office."""
        translator = Translator(self.catalogue, language)
        agency = self.catalogue.agency(service.agency).title(language)
        needs = [
            Item(each.title(language), "[x]" if each.key in have else "[ ]")
            for each in self.catalogue.requirements(service)
        ]
        today = service_day(self.clock.now())
        time = time_words(self.catalogue, today, translator, service)
        return self._slip(
            language,
            service.code,
            [
                TextLine(service.title(language), bold=True),
                TextLine(translator.say("slip.checklist")),
                *(needs or [Item(translator.say("service.not_known"))]),
                HorizontalRule(),
                TextLine(translator.say("slip.time", time=time)),
                TextLine(translator.say("slip.office", office=agency)),
                *self._cost(translator, service),
                Feed(),
                TextLine(translator.say("slip.report_it"), small=True),
                *self._addresses(translator, service),
            ],
        )

    def _addresses(self, translator: Translator, service: Service) -> list[TextLine]:
        """Whom the office's charter names for complaints, as it writes them."""
        page = self.catalogue.agency_page(service.agency)
        if page is None:
            return []
        lines = [page.office.say(translator.language), translator.say("slip.complaints")]
        for each in page.addressees:
            lines += each.say(translator.language).splitlines()
        return [TextLine(line, small=True) for line in lines]

    def _cost(self, translator: Translator, service: Service) -> list[TextLine]:
        """The cost, what else is known of it, and what nobody may ask for."""
        today = service_day(self.clock.now())
        first, *notes, closing = cost_lines(self.catalogue, today, translator, service)
        return [
            TextLine(first),
            *(TextLine(each, small=True) for each in notes),
            TextLine(closing, bold=True),
        ]

    def _slip(self, language: str, label: str, body: list[Block]) -> Document:
        return Document((*self._head(language), *body), language, label)

    def _head(self, language: str) -> Iterator[Block]:
        yield Logo()
        if self.place.demo:
            text = self.catalogue.text("slip.demo", language)
            yield TextLine(text, Align.CENTRE, inverse=True)
        yield TextLine(self.place.name, Align.CENTRE, bold=True)


def _reference(reference: str) -> list[TextLine]:
    """A reference in large letters, in two lines, which fit the narrowest paper."""
    agency, _, body = reference.partition("-")
    return [TextLine(part, Align.CENTRE, scale=2, bold=True) for part in (f"{agency}-", body)]
