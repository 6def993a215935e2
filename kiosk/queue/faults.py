"""Faults of the queue: codes 50 to 59."""

from __future__ import annotations

from provisioning.faults import Fault


class QueueFault(Fault):
    """The queue cannot do what was asked."""

    code = 50
    reason = "refused"
    """A word for programs: it says which refusal it is, where the code alone does not."""


class NoNumber(QueueFault):
    """No number is given for this service now. `reason`: closed, suspended, quota, no-counter."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class KeyUsed(QueueFault):
    """The idempotency key belongs to another press."""

    reason = "key-used"


class InvalidValue(QueueFault):
    """A value is out of range."""

    reason = "invalid"


class NotNow(QueueFault):
    """The ticket's state does not allow this act."""

    reason = "not-now"


class NoSuchTicket(QueueFault):
    """The centre knows no ticket of that visit."""

    reason = "no-such-ticket"


class CounterBusy(QueueFault):
    """The counter still has somebody; end that first."""

    code = 51
    reason = "counter-busy"


class NobodyWaiting(QueueFault):
    """There is nobody to call."""

    code = 52
    reason = "nobody-waits"


class NothingCalled(QueueFault):
    """The counter has nobody to recall, complete or mark as absent."""

    code = 53
    reason = "nothing-called"


class UnknownService(QueueFault):
    """The pack has no such service."""

    code = 54
    reason = "unknown-service"


class UnknownClass(QueueFault):
    """The pack has no such priority class."""

    code = 55
    reason = "unknown-class"


class NoQueueHere(QueueFault):
    """The site or node has no queue to act on."""

    code = 56
    reason = "no-queue"


class OtherCounters(QueueFault):
    """Somebody waits, but for services this counter does not serve."""

    code = 57
    reason = "other-counters"


class CounterUnknown(QueueFault):
    """The centre has no counter of that number."""

    code = 58
    reason = "unknown-counter"
