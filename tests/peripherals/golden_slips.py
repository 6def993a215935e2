"""The golden set: the slips a kiosk gives, with the longest names, on both papers."""

from __future__ import annotations

from peripherals.printing.document import (
    Align,
    Document,
    Feed,
    HorizontalRule,
    Item,
    Logo,
    Qr,
    TextLine,
    TwoColumns,
)

_LONG_SERVICE = {
    "en": "Certificate of incorporation and registration of a limited liability partnership",
    "sw": "Cheti cha usajili wa ubia wenye dhima ndogo na kuandikishwa kwa washirika wote",
}
_LONG_AGENCY = {
    "en": "National Registration Bureau, State Department for Immigration and Citizen Services",
    "sw": "Ofisi ya Usajili wa Watu, Idara ya Serikali ya Uhamiaji na Huduma za Raia",
}
SIGNED = "HTTPS://V.HUDUMA.GO.KE/A1047-01J9F3K7Q2M8ZW4T6XHD2PBNR5"


def ticket(language: str) -> Document:
    sw = language == "sw"
    return Document(
        (
            Logo(),
            TextLine("HUDUMA CENTRE", Align.CENTRE, bold=True),
            TextLine("Makadara" if sw else "General Post Office, Nairobi", Align.CENTRE),
            HorizontalRule(),
            TextLine("Nambari yako" if sw else "Your number", Align.CENTRE),
            TextLine("A1047", Align.CENTRE, scale=4, bold=True),
            TextLine(
                "Kitambulisho kilichopotea" if sw else "Lost ID card", Align.CENTRE, bold=True
            ),
            HorizontalRule(),
            TextLine("Waliotangulia: 12" if sw else "People ahead: 12"),
            TextLine("Muda: dakika 20 hadi 40" if sw else "Wait: 20 to 40 minutes"),
            Qr(SIGNED),
            TextLine("Hifadhi karatasi hii." if sw else "Keep this slip.", Align.CENTRE),
        ),
        language,
        "A1047",
    )


def receipt(language: str) -> Document:
    sw = language == "sw"
    return Document(
        (
            TextLine("HUDUMA CENTRE", Align.CENTRE, bold=True),
            HorizontalRule(double=True),
            TextLine("IMEPOKELEWA" if sw else "RECEIVED", Align.CENTRE, scale=2, bold=True),
            TextLine(
                "Bado haijaidhinishwa" if sw else "Not yet approved", Align.CENTRE, inverse=True
            ),
            TwoColumns("Rejea" if sw else "Reference", "HC01-7K2M-9QXT", bold=True),
            TwoColumns("Idara" if sw else "Office", _LONG_AGENCY[language]),
            TextLine(_LONG_SERVICE[language], bold=True),
            TextLine("Wanjir\u0169 wa K\u0129mani na Ng\u2019ang\u2019a \u014bk\u0254\u0254"),
            Qr("HUDUMA/HC01-7K2M-9QXT/4711"),
            Feed(),
        ),
        language,
        "HC01-7K2M-9QXT",
    )


def checklist(language: str) -> Document:
    sw = language == "sw"
    things = (
        ("Cheti asili cha kuzaliwa na nakala yake", "Original birth certificate and a copy of it"),
        ("Barua ya chifu yenye muhuri", "A letter from the chief, with the stamp"),
        ("Picha mbili za pasipoti \u2014 mandharinyuma meupe", "Two passport photos \u2014 white"),
        ("KES 1,000 (M\u2011PESA)", "KES 1,000 (M\u2011PESA)"),
    )
    return Document(
        (
            TextLine(_LONG_SERVICE[language], Align.CENTRE, bold=True),
            HorizontalRule(),
            TextLine("Leta:" if sw else "Bring:", bold=True),
            *(Item(pair[0] if sw else pair[1]) for pair in things),
            TwoColumns("Ada" if sw else "Cost", "KES 1,000"),
            TextLine("Ofisi: " + _LONG_AGENCY[language], small=True),
            TextLine("\u20ac \u00e9 \u00f1: caf\u00e9"),
        ),
        language,
        "list",
    )


GOLDEN = {
    f"{name}-{language}": make(language)
    for name, make in (("ticket", ticket), ("receipt", receipt), ("checklist", checklist))
    for language in ("sw", "en")
}
