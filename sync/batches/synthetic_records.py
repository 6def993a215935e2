"""Synthetic records: invented persons and answers.

Two uses only: training the dictionary (`train_dictionary.py`), which carries pieces of its samples
in clear and must therefore never see a real record, and benchmarks. Everything follows from the
randomness handed in, so the same seed gives the same records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from provisioning.cbor import encode
from provisioning.ids import Ids


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Mary John Faith Peter Grace Brian Mercy Kevin Esther Joseph Jane David Ann Dennis Lucy"
    " James Amina Hassan Fatuma Ali Halima Yusuf Asha Omar Rehema Simon Naomi Elijah Ruth"
    " Cynthia Edwin"
)
_LAST = _words(
    "Wanjiku Otieno Mwangi Achieng Kamau Kiprotich Njoroge Wambui Odhiambo Chebet Mutua Njeri"
    " Kimani Atieno Mutiso Cherono Maina Nyambura Wafula Nekesa Barasa Kilonzo Musyoka Gathoni"
    " Rotich Koech Abdullahi Noor Charo Kazungu Lekalesoi Ekai Moraa Simiyu Macharia Mugo"
)
_WORDS = _words(
    "na ya kwa wa ni the to of and kupata id my nimepoteza card since last month I need a"
    " replacement tafadhali application reference number not received mtoto shule birth"
    " certificate jina limeandikwa vibaya wrong date original copy letter chief barua paid"
    " status pending three months officer alisema network iko chini phone call mama msaada"
    " mzee parents location village kijiji moved from licence expired renew cover refund land"
    " title receipt"
)
_PLACES = _words(
    "Nairobi Mombasa Kisumu Nakuru Eldoret Garissa Machakos Thika Nyeri Meru Kakamega Kitui"
    " Malindi Lodwar Wajir Kericho Embu Busia Migori Narok Isiolo Voi Bungoma Kisii"
)

_CHOICES: dict[str, Sequence[str]] = {
    "place": _PLACES,
    "code": [str(county) for county in range(1, 48)],
    "sex": ("female", "male", "intersex"),
    "relation": ("parent", "guardian", "self"),
    "thing": _words("id passport licence other youth women copy"),
    "yes": ("yes", "no"),
}

FORMS: dict[str, tuple[str, str, Sequence[str]]] = {
    "lost_id": (
        "NRB-02",
        "NRB",
        _words(
            "full_name:name id_number:number date_of_birth:date phone_number:phone"
            " county:code sub_county:place ward:place date_lost:date place_lost:place"
        ),
    ),
    "first_id": (
        "NRB-01",
        "NRB",
        _words(
            "full_name:name date_of_birth:date sex:sex birth_entry:number father_name:name"
            " mother_name:name county:code location:place sub_location:place village:place"
            " phone_number:phone"
        ),
    ),
    "birth_cert": (
        "CRS-01",
        "CRS",
        _words(
            "child_name:name date_of_birth:date sex:sex place_of_birth:place"
            " birth_notification_no:number mother_name:name mother_id:number father_name:name"
            " father_id:number applicant_relation:relation phone_number:phone"
        ),
    ),
    "death_cert": (
        "CRS-06",
        "CRS",
        _words(
            "deceased_name:name deceased_id:number date_of_death:date place_of_death:place"
            " burial_permit_no:number applicant_name:name applicant_id:number"
            " relationship:relation phone_number:phone"
        ),
    ),
    "police_abstract": (
        "NPS-01",
        "NPS",
        _words(
            "full_name:name id_number:number what_lost:thing document_no:number"
            " date_lost:date place_lost:place phone_number:phone"
        ),
    ),
    "group_reg": (
        "SOC-01",
        "SDSP",
        _words(
            "group_name:place group_type:thing county:code constituency:place ward:place"
            " members_female:code members_male:code members_youth:code"
        ),
    ),
    "inua_jamii": (
        "SOC-03",
        "SDSP",
        _words(
            "full_name:name id_number:number date_of_birth:date receives_pension:yes"
            " county:code location:place caregiver_name:name caregiver_id:number"
            " caregiver_phone:phone"
        ),
    ),
    "ati_request": (
        "CAJ-02",
        "CAJ",
        _words(
            "full_name:name contact:phone public_entity:place info_wanted:text"
            " form_of_access:thing urgent_life_liberty:yes"
        ),
    ),
    "complaint": (
        "HK-03",
        "HUDUMA",
        _words(
            "about_agency:place about_service:place kind:thing what_happened:text when:date"
            " want_reply:yes full_name:name phone_number:phone"
        ),
    ),
    "public_participation": (
        "HK-04",
        "HUDUMA",
        _words(
            "pp_name_org:name id_or_passport:number pp_heard:yes pp_understood:yes"
            " pp_which_part:text pp_how:text pp_other:text"
        ),
    ),
}
"""Form id: its service, its agency, and its questions as `name:kind`."""


@dataclass(frozen=True, slots=True)
class SyntheticSubmission:
    """One invented submission."""

    form: str
    version: str
    service: str
    agency: str
    submitted_at: int
    xml: bytes

    @property
    def clear(self) -> dict[str, str]:
        """What stands in clear beside the sealed part."""
        return {"form": self.form, "version": self.version, "service": self.service}

    @property
    def plaintext(self) -> bytes:
        """What is sealed: the canonical CBOR map of PROTOCOL.md."""
        return encode({"xml": self.xml, "attachments": {}, "submitted_at": self.submitted_at})


class SyntheticSource:
    """An endless source of submissions from `ids`."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    def submission(self, at_ms: int) -> SyntheticSubmission:
        """One submission at `at_ms` (Unix milliseconds)."""
        form = self._pick(list(FORMS))
        service, agency, questions = FORMS[form]
        instance = UUID(bytes=self._ids.token(16), version=4)
        answers = "".join(self._answer(*question.split(":")) for question in questions)
        version = "2026112301"
        xml = (
            '<data xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"'
            ' xmlns:huduma="https://huduma.go.ke/xforms"'
            f' huduma:agency="{agency}" huduma:service="{service}" id="{form}"'
            f' version="{version}">{answers}'
            f"<meta><instanceID>uuid:{instance}</instanceID></meta></data>"
        )
        return SyntheticSubmission(form, version, service, agency, at_ms, xml.encode())

    def reference(self, agency: str) -> str:
        """A citizen's reference, shaped like a real one."""
        letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        middle = "".join(letters[self.below(32)] for _ in range(6))
        return f"{agency}-{middle}-{self.below(97):02d}"

    def visit(
        self, site: str, day: str, number: int, at_ms: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """The facts of one visit that took a ticket: (kind, body), in order."""
        service, agency, _ = FORMS[self._pick(list(FORMS))]
        language = self._pick(("en", "sw"))
        place = {"site": site, "day": day}
        ticket = {
            **place,
            "series": self._pick(("A", "B", "C", "F")),
            "number": number,
            "service": service,
            "class": self._pick(("none", "none", "none", "elderly", "pwd", "expectant")),
            "rank": self.below(3),
            "agency": agency,
            "source": self._pick(("centre", "centre", "reserve")),
            "issued_at": at_ms,
            "ahead": self.below(40),
            "wait": [self.below(20), 20 + self.below(40)],
        }
        ended = {**place, "outcome": "finished", "language": language}
        return [
            ("visit.started", {**place, "language": language}),
            ("ticket.issued", ticket),
            ("visit.ended", ended),
        ]

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        return int.from_bytes(self._ids.token(6), "big") % limit

    def _pick(self, choices: Sequence[str]) -> str:
        return choices[self.below(len(choices))]

    def _answer(self, name: str, kind: str) -> str:
        if kind == "text" and self.below(3) == 0:
            return f"<{name}/>"
        return f"<{name}>{self._value(kind)}</{name}>"

    def _value(self, kind: str) -> str:
        if kind in _CHOICES:
            return self._pick(_CHOICES[kind])
        match kind:
            case "name":
                return f"{self._pick(_FIRST)} {self._pick(_LAST)}"
            case "number":
                return str(10_000_000 + self.below(30_000_000))
            case "phone":
                return f"+2547{self.below(100_000_000):08d}"
            case "date":
                year, month, day = 1945 + self.below(80), 1 + self.below(12), 1 + self.below(28)
                return f"{year}-{month:02d}-{day:02d}"
            case _:
                return " ".join(self._pick(_WORDS) for _ in range(4 + self.below(18)))
