"""The golden examples of PROTOCOL.md section 12, read as another team would: from the page, a CBOR
decoder and plain primitives. `python -m tests.provisioning.enrolment.test_golden` writes them again.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from provisioning.enrolment.device_enrolment import make_request
from provisioning.enrolment.text_parts import ANSWER, REQUEST, to_lines
from tests.provisioning.enrolment.bench import NOW, Bench

GOLDEN = Path(__file__).parents[2] / "golden" / "enrolment"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def make() -> dict[str, bytes]:
    """Every file, by name."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), seed=12)
        before = bench.workbench.registry_bytes
        request = make_request(bench.device("hc-020-k1"), bench.ids, NOW)
        answer = bench.workbench.approve(request, request.letters, bench.ids, NOW)
        return {
            "request.txt": "\n".join(to_lines(REQUEST, request.raw)).encode() + b"\n",
            "letters.txt": request.letters.encode() + b"\n",
            "answer.txt": "\n".join(to_lines(ANSWER, answer)).encode() + b"\n",
            "registry-before.cbor": before,
            "registry-after.cbor": bench.workbench.registry_bytes,
            "root.pub": bench.workbench.site.root_public,
        }


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def object_in(name: str) -> bytes:
    """The lines put together as the page says."""
    parts = [line.split("-") for line in golden(name).decode().split()]
    assert [part[:2] for part in parts] == [["HUDUMA1", parts[0][1]]] * int(parts[0][3])
    raw = b"".join(base64.b32decode(part[5] + "=" * (-len(part[5]) % 8)) for part in parts)
    assert base64.b32encode(hashlib.sha256(raw).digest()[:5]).decode() == parts[0][4]
    return raw


def opened(raw: bytes, key: bytes, media: str) -> dict:
    protected, unprotected, payload, signature = cbor2.loads(raw).value
    assert (cbor2.loads(protected), unprotected) == ({1: -8, 3: media}, {})
    signed = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    return cbor2.loads(payload)


def test_the_request_and_its_letters_follow_from_the_page():
    raw = object_in("request.txt")
    fields = cbor2.loads(cbor2.loads(raw).value[2])
    assert opened(raw, fields["signing"], "application/vnd.huduma.request+cbor") == fields
    assert (fields["name"], fields["site"], fields["county"]) == ("hc-020-k1", "HC-020", 15)
    slow = hashlib.scrypt(raw, salt=b"huduma request", n=2**14, r=8, p=1, dklen=5)
    bits = f"{int.from_bytes(slow, 'big'):040b}"
    word = "".join(LETTERS[int(bits[at : at + 5], 2)] for at in range(0, 40, 5))
    assert golden("letters.txt").decode().strip() == f"{word[:4]}-{word[4:]}"


def test_the_answer_makes_the_new_registry_of_the_old_one():
    root, raw = golden("root.pub"), object_in("answer.txt")
    answer = opened(raw, root, "application/vnd.huduma.answer+cbor")
    assert answer["request"] == hashlib.sha256(object_in("request.txt")).digest()[:16]
    told, before = answer["registry"], cbor2.loads(golden("registry-before.cbor")).value
    old = cbor2.loads(before[2])
    assert old["number"] == told["base"]
    kept = [each for at, each in enumerate(old["nodes"]) if at not in told["gone"]]
    new = {
        "v": 1,
        "number": told["number"],
        "issued": told["issued"],
        "nodes": sorted([*kept, *told["added"]]),
        "agencies": {**old["agencies"], **told["agencies"]},
        "revoked": told["revoked"],
    }
    payload = cbor2.dumps(new, canonical=True)
    whole = cbor2.CBORTag(18, [before[0], {}, payload, told["signature"]])
    assert cbor2.dumps(whole, canonical=True) == golden("registry-after.cbor")
    opened(golden("registry-after.cbor"), root, "application/vnd.huduma.registry+cbor")


def test_everything_is_made_the_same_today():
    made = make()
    assert {name: made[name] == golden(name) for name in made} == dict.fromkeys(made, True)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for file, content in make().items():
        (GOLDEN / file).write_bytes(content)
