"""The agency's desk hands forms to an ODK server: every answer a server can give, no form lost."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.agency.openrosa.delivery_log import LEDGER_TABLES, DeliveryLog
from sync.agency.openrosa.encryption import NoSuchKey, encrypt, public_key
from sync.agency.openrosa.forwarder import forward
from sync.agency.openrosa.http_client import HttpWire
from sync.agency.openrosa.responses import (
    DeliveryDecision,
    PostTarget,
    ServerResponse,
    decide_head,
    decide_post,
)
from sync.agency.openrosa.submission import Submission, TooLarge, multipart, split
from sync.store.database import Store

ROSA = {"x-openrosa-version": "1.0"}
URL = "https://odk.example.go.ke/v1/submission"


def submission(number: int = 1, **attachments: bytes) -> Submission:
    instance = f"uuid:00000000-0000-4000-8000-{number:012d}"
    xml = f'<data id="lost_id" version="3"><name>Wanjirũ</name><meta><instanceID>{instance}</instanceID></meta></data>'
    return Submission(
        instance,
        "lost_id",
        "3",
        xml.encode(),
        {k.replace("__", "."): v for k, v in attachments.items()},
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ServerResponse(204, ROSA), PostTarget(URL, 10_000_000)),
        (
            ServerResponse(204, ROSA | {"x-openrosa-accept-content-length": "5000"}),
            PostTarget(URL, 5000),
        ),
        (
            ServerResponse(204, ROSA | {"location": "/elsewhere"}),
            PostTarget("https://odk.example.go.ke/elsewhere", 10_000_000),
        ),
        (
            ServerResponse(302, ROSA | {"location": "https://evil.example/submission"}),
            DeliveryDecision.PORTAL,
        ),
        (
            ServerResponse(302, ROSA | {"location": "http://odk.example.go.ke/submission"}),
            DeliveryDecision.PORTAL,
        ),
        (
            ServerResponse(302, {"location": "https://odk.example.go.ke/login"}),
            DeliveryDecision.PORTAL,
        ),
        *(
            (
                ServerResponse(204, ROSA | {"x-openrosa-accept-content-length": told}),
                PostTarget(URL, 10_000_000),
            )
            for told in ("\u00b9", "\u0663", "9" * 5_000, "-1", "0", "many")
        ),
        *(
            (ServerResponse(302, ROSA | {"location": where}), DeliveryDecision.PORTAL)
            for where in ("https://[/y", "https://[]/y", "//a\u2100b/")
        ),
        (ServerResponse(204, {}), DeliveryDecision.PORTAL),
        (ServerResponse(200, {"content-type": "text/html"}), DeliveryDecision.PORTAL),
        (ServerResponse(401, ROSA), DeliveryDecision.ASK),
        (ServerResponse(403, {}), DeliveryDecision.ASK),
        (ServerResponse(404, {}), DeliveryDecision.PORTAL),
        (ServerResponse(503, ROSA), DeliveryDecision.RETRY),
        (ServerResponse(0, {}), DeliveryDecision.RETRY),
    ],
)
def test_head_opens_the_gate_only_for_an_openrosa_server(
    answer: ServerResponse, expected: PostTarget | DeliveryDecision
) -> None:
    assert decide_head(URL, answer) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (201, DeliveryDecision.ACCEPTED),
        (202, DeliveryDecision.ACCEPTED),
        (200, DeliveryDecision.PORTAL),
        (204, DeliveryDecision.PORTAL),
        (302, DeliveryDecision.PORTAL),
        (400, DeliveryDecision.PARKED),
        (401, DeliveryDecision.ASK),
        (403, DeliveryDecision.ASK),
        (404, DeliveryDecision.PARKED),
        (409, DeliveryDecision.CONFLICT),
        (413, DeliveryDecision.PARKED),
        (429, DeliveryDecision.RETRY),
        (500, DeliveryDecision.RETRY),
        (503, DeliveryDecision.RETRY),
        (0, DeliveryDecision.RETRY),
    ],
)
def test_only_201_and_202_are_success(status: int, expected: DeliveryDecision) -> None:
    assert decide_post(ServerResponse(status, {})) is expected


@given(st.lists(st.integers(0, 5_000), max_size=230), st.integers(6_500, 20_000))
def test_a_split_carries_every_file_once_in_order_under_the_limit(
    sizes: list[int], limit: int
) -> None:
    whole = submission(1, **{f"f{n}__jpg": b"x" * size for n, size in enumerate(sizes)})
    posts = split(whole, limit)
    assert [name for post in posts for name in post.files] == list(whole.attachments)
    assert [post.incomplete for post in posts] == [True] * (len(posts) - 1) + [False]
    for post in posts:
        assert len(multipart(whole, post, "b")) <= limit
        assert len(post.files) <= 100


def test_a_file_no_post_can_carry_is_said_so() -> None:
    with pytest.raises(TooLarge, match=r"photo\.jpg is 9000 bytes"):
        split(submission(1, photo__jpg=b"x" * 9000), 5_000)


class Server:
    """A script of answers for posts; keeps what arrived. HEAD answers 204 as it should."""

    def __init__(self, script: list[int | str]) -> None:
        self.script, self.bodies, self.heads = script, [], 0

    def head(self, url: str) -> ServerResponse:
        self.heads += 1
        return ServerResponse(204, ROSA | {"x-openrosa-accept-content-length": "5000"})

    def post(self, url: str, body: bytes, boundary: str) -> ServerResponse:
        self.bodies.append(body)
        step = self.script.pop(0) if self.script else 201
        if step == "die":
            raise KeyboardInterrupt
        assert isinstance(step, int)
        return ServerResponse(step, ROSA)


@pytest.fixture
def log(tmp_path: Path) -> DeliveryLog:
    return DeliveryLog(Store.open(tmp_path / "desk.db", [LEDGER_TABLES]), URL)


def test_a_day_of_trouble_ends_with_each_form_once(log: DeliveryLog) -> None:
    forms = [submission(n) for n in range(1, 6)]
    server = Server([201, 500])
    first = forward(forms, URL, server, log)
    assert (first.counts["accepted"], first.stopped) == (1, DeliveryDecision.RETRY)
    server.script = [409, 400, 200]
    second = forward(forms, URL, server, log)
    assert second.counts == {"already accepted": 1, "conflict": 1, "parked": 1, "portal": 1}
    server.script = [409, 400]  # not put right yet: told again, not passed over in silence
    third = forward(forms, URL, server, log)
    assert third.counts == {"already accepted": 1, "conflict": 1, "parked": 1, "accepted": 2}
    assert third.stopped is None
    fourth = forward(forms, URL, server, log)
    assert fourth.counts == {"already accepted": 3, "accepted": 2}
    again = forward(forms, URL, Server(["die"]), log)
    assert again.counts == {"already accepted": 5}


@pytest.mark.parametrize("refusal", [400, 404, 409, 410, 413])
def test_what_was_refused_once_goes_when_the_server_is_put_right(
    log: DeliveryLog, refusal: int
) -> None:
    server = Server([refusal])
    refused = forward([submission(1)], URL, server, log)
    assert [trouble[2] for trouble in refused.troubles] == [refusal]
    assert forward([submission(1)], URL, server, log).counts == {"accepted": 1}
    assert server.bodies[0] == server.bodies[1], "the same bytes, also when they are sealed"
    assert forward([submission(1)], URL, server, log).counts == {"already accepted": 1}
    assert len(server.bodies) == 2


def test_a_cut_between_posts_resumes_at_the_next_post_with_the_same_bytes(
    log: DeliveryLog,
) -> None:
    whole = submission(1, a__jpg=b"a" * 3000, b__jpg=b"b" * 3000, c__jpg=b"c" * 3000)
    server = Server([201, "die"])
    with pytest.raises(KeyboardInterrupt):
        forward([whole], URL, server, log)
    assert forward([whole], URL, server, log).counts["accepted"] == 1
    first, second, second_again, third = server.bodies
    assert second == second_again
    assert [b"*isIncomplete*" in body for body in (first, second, third)] == [True, True, False]
    assert all(
        body.count(b'name="xml_submission_file"') == 1 and whole.xml in body
        for body in server.bodies
    )


def test_credentials_stop_the_run_before_a_second_form_is_tried(log: DeliveryLog) -> None:
    server = Server([401])
    outcome = forward([submission(1), submission(2)], URL, server, log)
    assert outcome.stopped is DeliveryDecision.ASK
    assert len(server.bodies) == 1


# --- ODK's encryption, opened by an independent program -----------------------------------------


def openssl(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout


def test_the_envelope_opens_with_another_program_and_keeps_the_order(tmp_path: Path) -> None:
    private = rsa.generate_private_key(65537, 2048)
    pem = tmp_path / "private.pem"
    pem.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    plain = submission(7, photo__jpg=b"\xff\xd8 a face", sign__png=b"ink" * 99)
    sealed = encrypt(plain, public_key(base64.b64encode(der).decode()), SeededIds())
    assert b"Wanjir" not in sealed.xml + b"".join(sealed.attachments.values())
    assert list(sealed.attachments) == ["photo.jpg.enc", "sign.png.enc", "submission.xml.enc"]

    root = etree.fromstring(sealed.xml)
    text = {etree.QName(e).localname: (e.text or "") for e in root.iter()}
    assert (root.get("id"), root.get("version"), root.get("encrypted")) == ("lost_id", "3", "yes")
    oaep = (
        "pkeyutl",
        "-decrypt",
        "-inkey",
        str(pem),
        "-pkeyopt",
        "rsa_padding_mode:oaep",
        "-pkeyopt",
        "rsa_oaep_md:sha256",
        "-pkeyopt",
        "rsa_mgf1_md:sha256",
    )
    key = openssl(*oaep, given=base64.b64decode(text["base64EncryptedKey"]))
    seed = bytearray(hashlib.md5(text["instanceID"].encode() + key).digest())
    opened = {}
    for position, (name, content) in enumerate(sealed.attachments.items()):
        seed[position % 16] = (seed[position % 16] + 1) % 256
        padded = openssl(
            "enc", "-d", "-aes-256-cfb", "-K", key.hex(), "-iv", bytes(seed).hex(), given=content
        )
        opened[name.removesuffix(".enc")] = padded[: -padded[-1]]
    assert opened == {**plain.attachments, "submission.xml": plain.xml}

    lines = ["lost_id", "3", text["base64EncryptedKey"], plain.instance_id]
    lines += [f"{name}::{hashlib.md5(content).hexdigest()}" for name, content in opened.items()]
    digest = openssl(*oaep, given=base64.b64decode(text["base64EncryptedElementSignature"]))
    assert digest == hashlib.md5("".join(f"{line}\n" for line in lines).encode()).digest()


def test_an_encrypted_form_resends_the_very_same_bytes(log: DeliveryLog) -> None:
    key = rsa.generate_private_key(65537, 2048).public_key()
    ids = SeededIds()
    server = Server([500])
    prepare: Callable[[Submission], Submission] = lambda plain: encrypt(plain, key, ids)  # noqa: E731
    forward([submission(1)], URL, server, log, prepare)
    forward([submission(1)], URL, server, log, prepare)
    assert server.bodies[0] == server.bodies[1]


def test_a_damaged_public_key_is_refused() -> None:
    with pytest.raises(NoSuchKey):
        public_key(base64.b64encode(b"not a key").decode())


# --- the real wire on loopback ------------------------------------------------------------------


class FakeCentral(BaseHTTPRequestHandler):
    """ODK Central's manners on loopback: Digest first, duplicates by exact bytes, then a cut line."""

    kept: dict[str, bytes]

    def do_HEAD(self) -> None:
        if self._strangers():
            return
        self.send_response(204)
        self.send_header("X-OpenRosa-Version", "1.0")
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._strangers():
            return
        found = re.search(rb"<instanceID>(.*?)</instanceID>", body)
        assert found is not None
        cut = b"cut here" in body and found[1].decode() not in self.kept
        same = self.kept.setdefault(found[1].decode(), body) == body
        if cut:
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(201 if same else 409)
        self.end_headers()

    def _strangers(self) -> bool:
        if self.headers.get("Authorization", "").startswith('Digest username="clerk"'):
            return False
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Digest realm="odk", nonce="n1", qop="auth"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True

    def log_message(self, *args: object) -> None:
        pass


def test_over_real_http_with_digest_and_a_line_cut_after_the_server_kept_it(
    log: DeliveryLog,
) -> None:
    handler = type("Central", (FakeCentral,), {"kept": {}})
    central = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    serving = Thread(target=central.serve_forever, daemon=True)
    serving.start()
    url = f"http://127.0.0.1:{central.server_port}/submission"
    wire = HttpWire(VirtualClock(), user="clerk", password="pin", digest=True)
    forms = [submission(1), submission(2, note__txt=b"cut here"), submission(3)]
    first = forward(forms, url, wire, log)
    second = forward(forms, url, wire, log)
    wire.close()
    central.shutdown()
    central.server_close()
    assert (first.counts["accepted"], first.stopped) == (1, DeliveryDecision.RETRY)
    assert second.counts == {"already accepted": 1, "accepted": 2}
    assert len(handler.kept) == 3


def test_nobody_listens_is_a_retry_not_a_crash(log: DeliveryLog) -> None:
    wire = HttpWire(VirtualClock())
    outcome = forward([submission(1)], "http://127.0.0.1:9/submission", wire, log)
    wire.close()
    assert outcome.stopped is DeliveryDecision.RETRY
