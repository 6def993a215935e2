"""Faults of the queue: codes 50 to 59."""

from __future__ import annotations

from provisioning.faults import Fault


class QueueFault(Fault):
    """The queue cannot do what was asked."""

    code = 50


class CounterBusy(QueueFault):
    """The counter still has somebody; end that first."""

    code = 51


class NobodyWaiting(QueueFault):
    """There is nobody to call."""

    code = 52


class NothingCalled(QueueFault):
    """The counter has nobody to recall, complete or mark as absent."""

    code = 53


class UnknownService(QueueFault):
    """The pack has no such service."""

    code = 54


class UnknownClass(QueueFault):
    """The pack has no such priority class."""

    code = 55


class NoQueueHere(QueueFault):
    """The site or node has no queue to act on."""

    code = 56


class OtherCounters(QueueFault):
    """Somebody waits, but for services this counter does not serve."""

    code = 57


class CounterUnknown(QueueFault):
    """The centre has no counter of that number."""

    code = 58
