"""Registry change: what a new registry says beyond an older one, small enough for a few QR codes.

A registry of an authority holds its certificates in the order of their bytes, so that whoever has
the older one puts the new one together from the change, byte for byte, and the root's signature
over the whole holds or does not. Nothing in a change is believed before that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.cbor import NotCanonical, decode, decode_tagged, encode, encode_tagged
from provisioning.identity.certificates import REGISTRY_TYPE, VERSION, IdentityFault
from provisioning.identity.cose_sign1 import TAG_SIGN1, protected_header


def change(old: bytes, new: bytes) -> dict[str, Any]:
    """From `old` to `new`: two encoded registries of one authority, both verified already."""
    before, after = _fields(old), _fields(new)
    kept, wanted = set(before["nodes"]), set(after["nodes"])
    same = {code for code, key in after["agencies"].items() if before["agencies"].get(code) == key}
    return {
        "base": before["number"],
        "number": after["number"],
        "issued": after["issued"],
        "added": sorted(wanted - kept),
        # Which of the old list goes, by its place there.
        "gone": [at for at, each in enumerate(before["nodes"]) if each not in wanted],
        "agencies": {code: key for code, key in after["agencies"].items() if code not in same},
        "dropped": sorted(set(before["agencies"]) - set(after["agencies"])),
        "revoked": list(after["revoked"]),
        "signature": decode_tagged(TAG_SIGN1, new)[3],
    }


def apply(old: bytes, told: Mapping[str, Any]) -> bytes:
    """The registry that `told` makes of `old`, not verified; raises `IdentityFault` when it cannot
    be put together.
    """
    try:
        before = _fields(old)
        if before["number"] != told["base"]:
            msg = (
                f"The answer builds on registry {told['base']}, this device has"
                f" {before['number']}; make a new request."
            )
            raise IdentityFault(msg)
        gone = set(told["gone"])
        kept = [each for at, each in enumerate(before["nodes"]) if at not in gone]
        agencies = {**before["agencies"], **told["agencies"]}
        fields = {
            "v": VERSION,
            "number": told["number"],
            "issued": told["issued"],
            "nodes": sorted([*kept, *told["added"]]),
            "agencies": {code: agencies[code] for code in agencies.keys() - set(told["dropped"])},
            "revoked": told["revoked"],
        }
        body = [protected_header(REGISTRY_TYPE), {}, encode(fields), told["signature"]]
        return encode_tagged(TAG_SIGN1, body)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        msg = "The answer has missing parts; ask the workbench for a new one."
        raise IdentityFault(msg) from error


def _fields(encoded: bytes) -> dict[str, Any]:
    """The fields of a registry that was verified before; raises `IdentityFault`."""
    try:
        fields = decode(decode_tagged(TAG_SIGN1, encoded)[2])
    except (NotCanonical, LookupError, TypeError) as error:
        raise IdentityFault("The registry is damaged; ask the workbench for a new one.") from error
    if not isinstance(fields, dict):
        raise IdentityFault("The registry is damaged; ask the workbench for a new one.")
    return fields
