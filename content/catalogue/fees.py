"""FeeTable: what a service costs on a given day.

Fees change: a dated rule (a waiver) overrides the charter's fee between its first and last day,
and carries its own status. A value that was checked longer ago than `checked_months_max` is stale:
it is shown as one to be confirmed. The kiosk itself never takes money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from content.catalogue.model import ResearchedValue, Service
from content.faults import SourcesRefused
from provisioning.faults import INPUT_ERRORS

T = TypeVar("T")

CHECKED_MONTHS_MAX = 12
"""How old a verified value may be, where the pack does not say."""
ECITIZEN = "eCitizen"


@dataclass(frozen=True, slots=True)
class FeeRule:
    """A fee that holds from its first to its last day, both included."""

    services: frozenset[str]
    fee: ResearchedValue[int]
    first: date
    last: date
    basis: str


@dataclass(frozen=True, slots=True)
class FeeTable:
    """The dated rules of `conventions.json`."""

    rules: Sequence[FeeRule]
    access_bands: Sequence[tuple[int, int | None, int]]
    checked_months_max: int = CHECKED_MONTHS_MAX

    def rule(self, service: Service, day: date) -> FeeRule | None:
        """The rule that overrides the fee of `service` on `day`, if any."""
        for rule in self.rules:
            if service.code in rule.services and rule.first <= day <= rule.last:
                return rule
        return None

    def fee(self, service: Service, day: date) -> ResearchedValue[int]:
        """The fee in KES on `day`, with the status of whatever set it."""
        rule = self.rule(service, day)
        return self.dated(service, service.fee, day) if rule is None else rule.fee

    def dated(self, service: Service, value: ResearchedValue[T], day: date) -> ResearchedValue[T]:
        """`value` of `service` as it counts on `day`: stale when it was checked too long ago."""
        checked = date.fromisoformat(f"{service.as_of}-01")
        months = (day.year - checked.year) * 12 + day.month - checked.month
        return replace(value, stale=True) if months > self.checked_months_max else value

    def access_fee_of(self, service: Service, day: date) -> int:
        """About what eCitizen adds when the fee of `service` is paid there; 0 where it is not."""
        amount = self.fee(service, day).value
        on_ecitizen = any(channel.startswith(ECITIZEN) for channel in service.channels)
        return self.access_fee(amount) if on_ecitizen and amount else 0

    def access_fee(self, amount: int) -> int:
        """The eCitizen access fee for a payment of `amount` KES: say "about", the invoice rules."""
        for low, high, fee in self.access_bands:
            if low <= amount and (high is None or amount <= high):
                return fee
        return 0


def read(conventions: Mapping[str, Any]) -> FeeTable:
    """From the parsed `conventions.json`; raises `SourcesRefused` naming the entry."""
    try:
        return FeeTable(
            rules=tuple(_rule(entry) for entry in conventions["fee_rules"]),
            access_bands=tuple(
                (low, high, fee)
                for low, high, fee in conventions["payments"]["ecitizen_access_fee_bands_kes"]
            ),
            checked_months_max=int(conventions.get("checked_months_max", CHECKED_MONTHS_MAX)),
        )
    except (*INPUT_ERRORS, AttributeError) as error:
        raise SourcesRefused(f"conventions.json: {error!r} in fee_rules or payments.") from error


def _rule(entry: Mapping[str, Any]) -> FeeRule:
    return FeeRule(
        services=frozenset(entry["services"]),
        fee=ResearchedValue(int(entry["fee_kes"]), entry["status"]),
        first=date.fromisoformat(entry["valid_from"]),
        last=date.fromisoformat(entry["valid_to"]),
        basis=entry["basis"],
    )
