"""The workbench: the folder of a real site's authority. It lays out devices, approves and revokes.

    site.toml             every device that was planned; `workbench = true`
    root/                 the root key pair: it never leaves this folder
    agencies/CODE/        an agency's key pair, until it is handed to the agency
    approvals/ID.cbor     a request that was approved and its certificate: written once, never again
    answers/NAME.answer.txt, handed/ID     the answer, and that it was written out
    revoked/SERIAL        certificates that count no more
    registries/NUMBER.cbor  every registry ever signed; registry.cbor is the newest
    cards/NAME/           what is copied onto that device
    pack/                 the signed content

What is decided is one new file; the registry follows from those files and is made again when a
power cut came between. Nothing here needs a network.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from provisioning.cbor import decode_own, encode
from provisioning.clock import EAT
from provisioning.durable_files import create_file, replace_file, sync_folder
from provisioning.enrolment.device_enrolment import CLOCK_APART, REQUEST_DAYS
from provisioning.enrolment.enrolment_answer import EnrolmentAnswer, sign_answer
from provisioning.enrolment.enrolment_request import EnrolmentRequest
from provisioning.enrolment.faults import (
    ClocksDisagree,
    EnrolmentExpired,
    FingerprintDiffers,
    OtherSite,
    UsedTwice,
)
from provisioning.identity.certificates import (
    Certificate,
    Registry,
    issue,
    read_certificate,
    sign_registry,
)
from provisioning.identity.registry_change import change
from provisioning.ids import Ids
from provisioning.node.site import Site, SiteFault

CERTIFICATE_DAYS = 825
BACKDATED = timedelta(hours=24)
"""A certificate is valid from a day before it was made: the device's clock may be behind."""
ANSWER_DAYS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Approval:
    """One request that was approved."""

    id: bytes
    request: bytes
    certificate: bytes
    at: datetime


class Workbench:
    """The authority in the folder of `site`; raises `SiteFault` when that is none."""

    def __init__(self, site: Site) -> None:
        if not site.workbench:
            msg = f"{site.dir} is no workbench: approve and revoke where the root key is."
            raise SiteFault(msg)
        self.site = site
        self.dir = site.dir

    @property
    def registry(self) -> Registry:
        """The newest registry."""
        return Registry.decode(self.registry_bytes, self.site.root_public)

    @property
    def registry_bytes(self) -> bytes:
        return self._registries()[-1].read_bytes()

    def approve(
        self, request: EnrolmentRequest, letters: str | None, ids: Ids, now: datetime
    ) -> bytes:
        """The answer to `request`, whose eight `letters` were read aloud (a renewal is proved by
        its key and needs none). Raises the faults of codes 72 to 76; nothing is changed then.
        """
        self._judge(request, letters, now)
        path = self.dir / "approvals" / f"{request.id.hex()}.cbor"
        if (self.dir / "handed" / request.id.hex()).exists():
            at = _read_approval(path).at.astimezone(EAT)
            msg = (
                f"This request of {request.name} was answered on {at:%d %B %Y %H:%M}; the answer is"
                f" {self.answer_path(request.name)}. For another one make a new request."
            )
            raise UsedTwice(msg)
        if not path.exists():  # else the power went after the decision: it stands
            self._refuse_taken(request)
            certificate = self._certificate(request, ids, now)
            fields = {
                "request": request.raw,
                "certificate": certificate,
                "at": int(now.timestamp()),
            }
            _new_file(path, encode(fields))
        self.settle(now)
        return self._answer(request, _read_approval(path))

    def handed(self, request: EnrolmentRequest) -> None:
        """The answer was written out and read back: the request is used up."""
        path = self.dir / "handed" / request.id.hex()
        if not path.exists():
            _new_file(path, b"")

    def answer_path(self, name: str) -> Path:
        """Where the answer of a device is kept on the workbench."""
        return self.dir / "answers" / f"{name}.answer.txt"

    def revoke(self, name: str, now: datetime) -> int:
        """End the right of `name` to take part; the number of the new registry. Raises `SiteFault`
        for a device that has no certificate here.
        """
        approvals = [each for each in self.approvals() if self._name(each) == name]
        if not approvals:
            known = ", ".join(sorted({self._name(each) for each in self.approvals()})) or "none"
            msg = f"{name} has no certificate of this authority; these have: {known}."
            raise SiteFault(msg)
        for each in approvals:
            found = read_certificate(self.site.root_key().public_key(), each.certificate)
            path = self.dir / "revoked" / found.serial.hex()
            if not path.exists():
                _new_file(path, b"")
        return self.settle(now)

    def approvals(self) -> list[Approval]:
        """Every approval, oldest first."""
        found = [_read_approval(path) for path in sorted((self.dir / "approvals").glob("*.cbor"))]
        return sorted(found, key=lambda each: (each.at, each.id))

    def settle(self, now: datetime) -> int:
        """Sign a new registry when the files say other than the newest one; its number. The card
        of each device gets it too.
        """
        registries = self._registries()
        number = int(registries[-1].stem) if registries else 0
        newest = registries[-1].read_bytes() if registries else b""
        certificates = {self._name(each): each.certificate for each in self.approvals()}
        revoked = [bytes.fromhex(path.name) for path in (self.dir / "revoked").iterdir()]
        agencies = self._agencies()

        def signed(as_number: int, issued: datetime) -> bytes:
            return sign_registry(
                self.site.root_key(),
                number=as_number,
                issued=issued,
                certificates=sorted(certificates.values()),
                agencies=agencies,
                revoked=revoked,
            )

        if not newest or newest != signed(number, self.registry.issued):
            number += 1
            newest = signed(number, now)
            _new_file(self.dir / "registries" / f"{number:08d}.cbor", newest)
        self._spread(newest)
        return number

    def _spread(self, registry: bytes) -> None:
        cards = [card / card.name / "keys" for card in (self.dir / "cards").iterdir()]
        for path in (self.dir, *(each for each in cards if each.is_dir())):
            target = path / "registry.cbor"
            if not target.exists() or target.read_bytes() != registry:
                replace_file(target, registry)

    def _judge(self, request: EnrolmentRequest, letters: str | None, now: datetime) -> None:
        """Raise what speaks against `request`."""
        self._judge_place(request)
        if now < request.made - CLOCK_APART:
            msg = (
                f"The clock of {request.name} said {request.made.astimezone(EAT):%d %B %Y %H:%M}"
                f" when it asked, here it is {now.astimezone(EAT):%d %B %Y %H:%M}; set the clock"
                " that is wrong and make a new request."
            )
            raise ClocksDisagree(msg)
        if now > request.made + REQUEST_DAYS:
            msg = (
                f"The request of {request.name} was made on"
                f" {request.made.astimezone(EAT):%d %B %Y} and was good for 7 days; make a new one"
                " (or set the device's clock, if it is behind)."
            )
            raise EnrolmentExpired(msg)
        if request.renews is not None:
            self._judge_renewal(request)
        elif letters is None or _plain(letters) != _plain(request.letters):
            msg = (
                f"The letters read aloud are not those of this request of {request.name}; do not"
                " approve: look at the device's screen again, and if they still differ make a new"
                " request, for this one was exchanged on its way."
            )
            raise FingerprintDiffers(msg)

    def _judge_place(self, request: EnrolmentRequest) -> None:
        entry = self.site.entries.get(request.name)
        if request.county not in {self.site.county, *self._counties()}:
            msg = (
                f"The request is from county {request.county}, this workbench answers for county"
                f" {self.site.county} only; take it to the workbench of that county."
            )
            raise OtherSite(msg)
        if request.root != hashlib.sha256(self.site.root_public).digest()[:8]:
            msg = (
                f"{request.name} was set up from another workbench (other root key); copy its card"
                " from this one onto the device, then ask again."
            )
            raise OtherSite(msg)
        if entry is None:
            msg = (
                f"This workbench planned no device {request.name}; it planned"
                f" {', '.join(self.site.entries)}."
            )
            raise OtherSite(msg)
        planned = (entry["role"], entry["site"], entry["county"], entry["unit"])
        asked = (request.role, request.site, request.county, request.unit)
        for what, here, there in zip(
            ("role", "site", "county", "unit"), planned, asked, strict=True
        ):
            if here != there:
                msg = (
                    f"{request.name} asks as {what} {there}, it was planned as {what} {here}; put"
                    " back its device.toml from the card, then ask again."
                )
                raise OtherSite(msg)

    def _judge_renewal(self, request: EnrolmentRequest) -> None:
        old = self.registry.nodes.get(request.name)
        if old is None or old.signing != request.signing or old.serial != request.renews:
            msg = (
                f"The request of {request.name} renews a certificate that is not its newest here;"
                " bring the device the newest registry, then renew again."
            )
            raise UsedTwice(msg)
        if old.serial in self.registry.revoked:
            msg = f"{request.name} was revoked and is not renewed; lay out a new device instead."
            raise UsedTwice(msg)

    def _refuse_taken(self, request: EnrolmentRequest) -> None:
        """A name belongs to one device for ever: what the old one signed is read by its name."""
        old = self.registry.nodes.get(request.name)
        if request.renews is None and old is not None:
            why = "was revoked" if old.serial in self.registry.revoked else "is another device"
            msg = (
                f"{request.name} {why}; a name is given once: lay out one more device (huduma"
                " provision site, with one more kiosk) and revoke the old one if it is lost."
            )
            raise UsedTwice(msg)

    def _certificate(self, request: EnrolmentRequest, ids: Ids, now: datetime) -> bytes:
        return issue(
            self.site.root_key(),
            Certificate(
                serial=ids.token(16),
                name=request.name,
                role=request.role,
                site=request.site,
                county=request.county,
                unit=request.unit,
                signing=request.signing,
                hpke=request.hpke,
                curve=request.curve,
                not_before=now - BACKDATED,
                not_after=now + timedelta(days=CERTIFICATE_DAYS),
            ),
        )

    def _answer(self, request: EnrolmentRequest, approval: Approval) -> bytes:
        path = self.dir / "registries" / f"{request.registry:08d}.cbor"
        if not path.exists():
            msg = (
                f"{request.name} has registry {request.registry}, which this workbench never"
                " signed; copy its card onto the device again, then ask again."
            )
            raise OtherSite(msg)
        answer = EnrolmentAnswer(
            request=request.id,
            name=request.name,
            made=approval.at,
            until=approval.at + ANSWER_DAYS,
            registry=change(path.read_bytes(), self.registry_bytes),
        )
        return sign_answer(self.site.root_key(), answer)

    def _registries(self) -> list[Path]:
        return sorted((self.dir / "registries").glob("*.cbor"))

    def _agencies(self) -> dict[str, bytes]:
        folder = self.dir / "agencies"
        return {code: (folder / f"{code}.pub").read_bytes() for code in self.site.agencies()}

    def _counties(self) -> set[int]:
        return {entry["county"] for entry in self.site.entries.values()}

    def _name(self, approval: Approval) -> str:
        return read_certificate(self.site.root_key().public_key(), approval.certificate).name


def _read_approval(path: Path) -> Approval:
    fields: dict[str, Any] = decode_own(path.read_bytes())
    at = datetime.fromtimestamp(fields["at"], EAT)
    return Approval(bytes.fromhex(path.stem), fields["request"], fields["certificate"], at)


def _new_file(path: Path, content: bytes) -> None:
    """A new file with its whole content or none, durable."""
    if content:
        replace_file(path, content)
    else:
        create_file(path, content)
        sync_folder(path.parent)


def _plain(letters: str) -> str:
    """What was read aloud or typed, without hyphens and blanks, in capitals."""
    return "".join(each for each in letters.upper() if each.isalnum())
