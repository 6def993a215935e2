"""Bytes and speed of sync: `python benchmarks/sync_bytes.py [--records N]`.

Captures N synthetic submissions through the real path (sealer, journal, one transaction each),
closes them into segments, and carries them from a van to a national node over real sockets with
CURVE, through a counter of bytes: once as fast as it goes, once at 64 kbit/s and 600 ms. Prints a
table and writes `benchmarks/out/sync_bytes.json`. Bytes on the wire are those of TCP's payload
both ways, ZeroMQ and CURVE included; IP and TCP headers add about 4 % on a full 1,400-byte path.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from provisioning.ids import SystemIds
from provisioning.node.site import Site
from sync.batches.batch import Stream, build, read_entries, read_envelope
from sync.batches.chain import AppendCheck
from sync.batches.synthetic_records import SyntheticSource
from sync.journal.journal import GENESIS, Journal
from sync.national.sqlite_store import EmbeddedStore
from sync.sealing.sealer import Sealer
from sync.service.engine import open_node_store
from sync.service.outbox import Outbox
from sync.store.database import Store

OUT = Path(__file__).parent / "out"
SIZES = (20, 100, 500)


def lay_out(folder: Path) -> Site:
    """A fresh demo site."""
    command = [sys.executable, "-m", "kiosk.cli", "provision", "demo", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return Site.open(folder)


def capture(site: Site, records: int) -> float:
    """`records` submissions into the van's journal; seconds it took."""
    node = site.node("van-1")
    clock = node.clock()
    ids = SystemIds(clock)
    store = open_node_store(node)
    journal = Journal(store, node.name, clock, db_epoch=ids.token(8))
    sealer = Sealer(node.registry, ids, clock, node=node.name, db_epoch=journal.db_epoch)
    invention = SyntheticSource(ids)
    made = [invention.submission(int(clock.now().timestamp() * 1000)) for _ in range(records)]
    start = time.perf_counter()
    for one in made:
        body = {**one.clear, "reference": invention.reference(one.agency)}
        with store.transaction() as tx:
            sealer.append(
                tx, journal, "form.submitted", ids.uuid7(), one.agency, body, one.plaintext
            )
    took = time.perf_counter() - start
    store.close()
    return took


def segments(site: Site, size: int) -> list[bytes]:
    """The van's journal in segments of `size` entries, from a copy of its database."""
    node = site.node("van-1")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "huduma.db"
        store = open_node_store(node)
        store.checkpoint()
        store.close()
        shutil.copy(node.db_path, copy)
        store = Store.open(copy, [])
        row = store.one("SELECT db_epoch FROM journal_node")
        assert row is not None
        stream = Stream(node.name, bytes(row[0]))
        outbox = Outbox(store, stream, node.keys.signing)
        while outbox.close_segment(entries_max=size, young=None, line_free=False):
            pass
        # What is left is less than one segment.
        raws = [bytes(each[0]) for each in store.all("SELECT bytes FROM outbox_segment")]
        store.close()
    return raws


def speeds(site: Site, raws: list[bytes]) -> dict[str, float]:
    """Segments and records a second: made, verified, unpacked, stored."""
    node = site.node("van-1")
    key = node.keys.signing
    covers = [read_envelope(raw) for raw in raws]
    start = time.perf_counter()
    for envelope in covers:
        envelope.verify(key.public_key())
    verified = time.perf_counter()
    contents = [read_entries(envelope) for envelope in covers]
    unpacked = time.perf_counter()
    for envelope, inside in zip(covers, contents, strict=True):
        build(
            key,
            envelope.stream,
            envelope.no,
            envelope.prev_segment,
            envelope.prev_entry,
            inside.facts,
        )
    built = time.perf_counter()
    records = sum(len(inside.facts) for inside in contents)
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore.open(Path(folder) / "n.db", SystemIds(node.clock()))
        begin = time.perf_counter()
        for envelope in covers:
            assert store.take(envelope, "van-1", datetime.now(UTC)).verdict is AppendCheck.NEXT
        stored = time.perf_counter() - begin
        store.close()
    return {
        "verified_segments_per_s": len(covers) / (verified - start),
        "unpacked_records_per_s": records / (unpacked - verified),
        "built_records_per_s": records / (built - unpacked),
        "stored_records_per_s": records / stored,
        "stored_segments_per_s": len(covers) / stored,
    }


# Between the two ends: counts bytes, and when asked to is as slow as a 2G line (rate and delay on
# what TCP carries; loss shows as neither, so a lossy line is slower still).
COUNTER = """
import collections, selectors, socket, sys, time
there, rate, delay = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
near, _ = listener.accept()
far = socket.create_connection(("127.0.0.1", there))
chosen, counts = selectors.DefaultSelector(), {near: 0, far: 0}
free, queues = {near: 0.0, far: 0.0}, {near: collections.deque(), far: collections.deque()}
chosen.register(near, selectors.EVENT_READ, far)
chosen.register(far, selectors.EVENT_READ, near)
while True:
    due = min([queue[0][0] for queue in queues.values() if queue], default=None)
    for key, _ in chosen.select(None if due is None else max(0.0, due - time.monotonic())):
        data = key.fileobj.recv(1400)
        if not data:
            print(counts[near], counts[far], flush=True)
            sys.exit()
        counts[key.fileobj] += len(data)
        now = time.monotonic()
        free[key.fileobj] = max(free[key.fileobj], now) + (len(data) / rate if rate else 0.0)
        queues[key.fileobj].append((free[key.fileobj] + delay, data, key.data))
    for queue in queues.values():
        while queue and queue[0][0] <= time.monotonic():
            _, data, to = queue.popleft()
            to.sendall(data)
"""
RATE_BYTES_PER_S, ONE_WAY_S = 8_000, 0.3


def carry(site: Site, rate: float = 0, delay_s: float = 0) -> dict[str, float]:
    """Drain the van over sockets; bytes each way and seconds. `rate` 0: as fast as it goes."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    huduma = [sys.executable, "-m", "kiosk.cli"]
    place = ["--site", str(site.dir)]
    national = subprocess.Popen(
        [*huduma, "national", "run", *place, "--listen", f"tcp://127.0.0.1:{port}"]
    )
    waited = time.monotonic() + 20
    while time.monotonic() < waited:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    counter = subprocess.Popen(
        [sys.executable, "-c", COUNTER, str(port), str(rate), str(delay_s)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert counter.stdout is not None
    through = counter.stdout.readline().strip()
    start = time.perf_counter()
    upstream = ["--upstream", f"tcp://127.0.0.1:{through}"]
    subprocess.run(
        [*huduma, "sync", "once", *place, "--node", "van-1", *upstream, "--deadline", "120"],
        check=True,
        capture_output=True,
    )
    took = time.perf_counter() - start
    up, down = map(int, counter.stdout.readline().split())
    national.terminate()
    national.wait()
    return {"up": up, "down": down, "seconds": took}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory() as folder:
        site = lay_out(Path(folder) / "site")
        took = capture(site, records)
        figures: dict[str, object] = {
            "records": records,
            "captured_records_per_s": records / took,
            "segment_bytes_per_record": {},
        }
        per_record: dict[str, float] = {}
        for size in SIZES:
            raws = segments(site, size)
            covers = [read_envelope(raw) for raw in raws]
            count = sum(len(read_entries(envelope).facts) for envelope in covers)
            capsules = capsule_bytes(covers)
            forms = count - capsules[0]
            per_record[f"{size}"] = (sum(map(len, raws)) - capsules[1]) / forms
            per_record[f"{size} with capsules"] = sum(map(len, raws)) / forms
        figures["segment_bytes_per_record"] = per_record
        figures.update(speeds(site, segments(site, 100)))
        shutil.copytree(site.dir, Path(folder) / "slow")
        wire = carry(site)
        figures["wire"] = wire
        figures["wire_bytes_per_record"] = (wire["up"] + wire["down"]) / records
        slow = Site.open(Path(folder) / "slow")
        figures["wire at 64 kbit/s and 600 ms"] = carry(slow, RATE_BYTES_PER_S, ONE_WAY_S)
    assert bytes(32) == GENESIS
    OUT.mkdir(exist_ok=True)
    (OUT / "sync_bytes.json").write_text(json.dumps(figures, indent=2))
    show(figures)


def capsule_bytes(covers: list) -> tuple[int, int]:
    """How many capsules there are and the bytes of their bodies, which a new day costs once."""
    facts = [fact for envelope in covers for fact in read_entries(envelope).facts]
    capsules = [fact for fact in facts if fact.kind == "capsule.opened"]
    return len(capsules), sum(len(fact.body) for fact in capsules)


def show(figures: dict[str, object]) -> None:
    for name, value in figures.items():
        if isinstance(value, dict):
            print(name)
            for inner, number in value.items():
                print(f"    {inner:<32} {number:>12,.1f}")
        else:
            print(f"{name:<36} {value:>12,.1f}")


if __name__ == "__main__":
    main()
