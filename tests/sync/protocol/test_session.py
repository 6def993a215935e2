"""Both ends of a session, frame by frame, without a line between them."""

from __future__ import annotations

import pytest

from provisioning.backoff import Backoff
from provisioning.cbor import encode
from sync.batches.batch import SEGMENT_MAX, Stream
from sync.batches.chain import StreamProgress
from sync.faults import BadBatch
from sync.protocol.frames import (
    CHUNK_MAX,
    STREAMS_MAX,
    Ack,
    Again,
    Chunk,
    Cursor,
    Hello,
    Nack,
    Offer,
    StreamPosition,
    from_bytes,
    to_bytes,
)
from sync.protocol.receiver import Greet, Ingest, Receiver, Reply
from sync.protocol.sender import (
    CHUNK_BYTES,
    IDLE_HELLO_S,
    SILENCE_S,
    Acked,
    Blocked,
    Send,
    Sender,
    SessionEnded,
)
from sync.protocol.sender_states import SENDER, SenderEvent, SenderState

A, B = Stream("kiosk-1", b"epoch--1"), Stream("kiosk-2", b"epoch--2")
S = b"sess"
M = b"mark----"


def at(no, offset, national):
    return StreamPosition(no, M, offset, national)


def offer(stream, last):
    return Offer(stream, last, M)


def stored_to(stream, no, national=0):
    return StreamProgress(stream, no, M, national)


FRAMES = [
    Hello(S, [offer(A, 3), offer(B, 0)]),
    Cursor(S, 24_576, b"server-1", [at(1, 20, 0), at(0, 0, 0)]),
    Chunk(S, 1, 2, 0, 10, b"0123456789"),
    Ack(S, 0, at(2, 0, 1), rewind=True),
    Nack(S, 0, 3, 46),
    Again(S),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_every_frame_comes_back_as_it_went(frame):
    assert from_bytes(to_bytes(frame)) == frame


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [7, S],
        [1, b"shrt5", 1, []],
        [1, S, 2, []],
        [1, S, 1, [["kiosk-1", b"epoch--1", -1, M]]],
        [1, S, 1, [["", b"epoch--1", 1, M]]],
        [1, S, 1, [["kiosk-1", b"short", 1, M]]],
        [1, S, 1, [["kiosk-1", b"epoch--1", 1, M]] * (STREAMS_MAX + 1)],
        [2, S, True, b"e", []],
        [1, S, 1, [["kiosk-1", b"epoch--1", 1, b"short"]]],
        [2, S, 1, b"e", [[1, 2]]],
        [2, S, 1, b"e", [[1, b"short", 2, 3]]],
        [3, S, STREAMS_MAX, 1, 0, 1, b"x"],
        [3, S, 0, 1, 0, SEGMENT_MAX + 1, b"x"],
        [3, S, 0, 1, 0, 1, bytes(CHUNK_MAX + 1)],
        [4, S, 0, [1, M, 2, 3], 1],
        [4, S, 0, [1, M, 2, True], True],
        [5, S, 0, 1, None],
        "text",
        {"a": 1},
    ],
)
def test_anything_else_is_no_frame(fields):
    with pytest.raises(BadBatch):
        from_bytes(encode(fields))


def greeted(offers=((A, 2),), positions=None, credit=24_576):
    sender = Sender()
    named = [offer(*each) for each in offers]
    (hello,) = sender.dial(S, named, 0.0)
    assert from_bytes(hello.frame) == Hello(S, named)
    sender.receive(to_bytes(Cursor(S, credit, b"server-1", positions or [at(0, 0, 0)])), 0.0)
    return sender


def chunks(sender, raws):
    """Everything the sender sends now."""
    sent = []
    while True:
        wanted = sender.wants()
        if wanted is not None:
            sender.feed(*wanted, raws[wanted])
        chunk = sender.chunk()
        if chunk is None:
            return sent
        sent.append(from_bytes(chunk.frame))


RAWS = {(A, 1): bytes(5_000), (A, 2): b"b" * 100, (B, 1): b"c" * 100, (A, 3): b"d" * 60_000}


def test_segments_are_sent_in_pieces_one_after_the_other():
    sent = chunks(greeted(), RAWS)
    assert [(c.no, c.offset, len(c.payload), c.total) for c in sent] == [
        (1, 0, CHUNK_BYTES, 5_000),
        (1, CHUNK_BYTES, 5_000 - CHUNK_BYTES, 5_000),
        (2, 0, 100, 100),
    ]


def test_sending_goes_on_at_the_byte_the_cursor_names():
    sent = chunks(greeted(positions=[at(0, 4_990, 0)]), RAWS)
    assert [(c.no, c.offset, len(c.payload)) for c in sent] == [(1, 4_990, 10), (2, 0, 100)]


def test_no_more_than_the_credit_is_under_way_and_acks_give_it_back():
    sender = greeted(offers=[(A, 3)], positions=[at(2, 0, 0)], credit=10_000)
    first = chunks(sender, RAWS)
    assert sum(len(c.payload) for c in first) <= 10_000
    sender.receive(to_bytes(Ack(S, 0, at(2, 8_192, 0), rewind=False)), 1.0)
    assert chunks(sender, RAWS)[0].offset == 8_192
    assert chunks(greeted(credit=0), RAWS) == []


def test_streams_take_turns():
    sender = greeted(offers=[(A, 2), (B, 1)], positions=[at(0, 0, 0)] * 2)
    assert [(c.place, c.no) for c in chunks(sender, RAWS)] == [(0, 1), (0, 1), (1, 1), (0, 2)]


def test_a_rewind_sends_again_from_there():
    sender = greeted()
    chunks(sender, RAWS)
    sender.receive(to_bytes(Ack(S, 0, at(0, CHUNK_BYTES, 0), rewind=True)), 1.0)
    assert [(c.no, c.offset) for c in chunks(sender, RAWS)] == [(1, CHUNK_BYTES), (2, 0)]


def test_an_ack_says_how_far_both_nodes_are():
    sender = greeted()
    actions = sender.receive(to_bytes(Ack(S, 0, at(2, 0, 1), rewind=False)), 1.0)
    assert actions == [Acked(A, 2, M, 1)]
    assert sender.wants() is None


def test_only_the_answer_to_a_hello_is_the_receivers_word_of_now():
    sender = Sender()
    sender.dial(S, [Offer(A, 2, M)], 0.0)
    cursor = to_bytes(Cursor(S, 65_536, b"epoch!!!", (at(1, 0, 1),)))
    assert sender.receive(cursor, 1.0) == [Acked(A, 1, M, 1, fresh=True)]
    assert sender.receive(cursor, 1.0) == [Acked(A, 1, M, 1)]  # doubled, or overtaken
    late = to_bytes(Ack(S, 0, at(1, 0, 0), rewind=False))
    assert sender.receive(late, 1.0) == [Acked(A, 1, M, 0)]


def test_a_refused_segment_stops_its_stream_and_no_other():
    sender = greeted(offers=[(A, 2), (B, 1)], positions=[at(0, 0, 0)] * 2)
    assert sender.receive(to_bytes(Nack(S, 0, 1, 46)), 1.0) == [Blocked(A, 1, 46)]
    assert {c.place for c in chunks(sender, RAWS)} == {1}


def test_silence_ends_a_session_only_while_something_is_outstanding():
    sender = greeted()
    assert sender.tick(SILENCE_S + 1) == []
    chunks(sender, RAWS)
    assert sender.tick(SILENCE_S - 0.1) == []
    assert sender.tick(SILENCE_S + 0.1) == [SessionEnded(at_once=False)]
    assert sender.state is SenderState.OFFLINE
    unanswered = Sender()
    unanswered.dial(S, [offer(A, 1)], 0.0)
    assert unanswered.tick(SILENCE_S) == [SessionEnded(at_once=False)]


def test_a_restarted_receiver_is_greeted_at_once():
    sender = greeted()
    assert sender.receive(to_bytes(Again(S)), 1.0) == [SessionEnded(at_once=True)]


def test_an_idle_sender_is_due_for_a_hello():
    sender = greeted(offers=[(A, 0)])
    assert not sender.idle(IDLE_HELLO_S - 1)
    assert sender.idle(IDLE_HELLO_S)


def test_frames_of_an_older_session_are_not_looked_at():
    sender = greeted()
    assert sender.receive(to_bytes(Nack(b"old.", 0, 1, 46)), 1.0) == []


def test_what_makes_no_sense_is_a_fault():
    cases = [
        Cursor(S, 1, b"server-1", []),
        Ack(S, 9, at(0, 0, 0), rewind=False),
        Hello(S, []),
    ]
    for frame in cases:
        with pytest.raises(BadBatch):
            greeted().receive(to_bytes(frame), 1.0)
    early = Sender()
    early.dial(S, [offer(A, 1)], 0.0)
    with pytest.raises(BadBatch):
        early.receive(to_bytes(Ack(S, 0, at(0, 0, 0), rewind=False)), 1.0)


def test_the_table_knows_every_state_and_always_leads_back_to_offline():
    assert set(SENDER) == set(SenderState)
    for state in (SenderState.GREETING, SenderState.FLOWING):
        assert SENDER[state][SenderEvent.SILENCE] is SenderState.OFFLINE
    assert {event for cells in SENDER.values() for event in cells} == set(SenderEvent)


def receiver(stored=0, credit=24_576, streams=(A,), may=lambda peer, node: True, forks=()):
    made = Receiver(b"server-1", may, credit=credit)
    (greet,) = made.receive("kiosk-1", to_bytes(Hello(S, [offer(each, 2) for each in streams])))
    assert greet == Greet("kiosk-1", S, [offer(each, 2) for each in streams])
    replies = made.greet("kiosk-1", S, [stored_to(each, stored) for each in streams], forks)
    return made, [from_bytes(reply.frame) for reply in replies]


def give(made, no, offset, total, payload, peer="kiosk-1", session=S, place=0):
    return made.receive(peer, to_bytes(Chunk(session, place, no, offset, total, payload)))


def frames(actions):
    return [from_bytes(action.frame) for action in actions if isinstance(action, Reply)]


def test_chunks_become_a_segment_and_only_a_commit_is_acknowledged():
    made, replies = receiver()
    assert replies == [Cursor(S, 24_576, b"server-1", [at(0, 0, 0)])]
    assert give(made, 1, 0, 6, b"abc") == []
    assert give(made, 1, 3, 6, b"def") == [Ingest("kiosk-1", A, 1, b"abcdef")]
    assert frames(made.stored(stored_to(A, 1))) == [Ack(S, 0, at(1, 0, 0), rewind=False)]
    assert frames(made.stored(stored_to(A, 1, 1))) == [Ack(S, 0, at(1, 0, 1), rewind=False)]
    assert made.stored(stored_to(A, 1, 1)) == []


def test_half_a_credit_is_acknowledged_by_its_offset():
    made, _ = receiver(credit=8)
    assert give(made, 1, 0, 20, b"abc") == []
    assert frames(give(made, 1, 3, 20, b"d")) == [Ack(S, 0, at(0, 4, 0), rewind=False)]


def test_a_jump_is_answered_once_with_where_to_go_on():
    made, _ = receiver()
    give(made, 1, 0, 9, b"abc")
    assert frames(give(made, 1, 6, 9, b"ghi")) == [Ack(S, 0, at(0, 3, 0), rewind=True)]
    assert give(made, 2, 0, 9, b"xyz") == []
    assert give(made, 1, 3, 9, b"def") == []
    assert give(made, 1, 6, 9, b"ghi") == [Ingest("kiosk-1", A, 1, b"abcdefghi")]


def test_what_came_before_the_line_dropped_is_not_sent_again():
    made, _ = receiver()
    give(made, 1, 0, 9, b"abc")
    made.receive("kiosk-1", to_bytes(Hello(b"new.", [offer(A, 2)])))
    (cursor,) = made.greet("kiosk-1", b"new.", [stored_to(A, 0)], ())
    assert from_bytes(cursor.frame).positions == [at(0, 3, 0)]
    assert give(made, 1, 3, 9, b"defghi", session=b"new.")[0].raw == b"abcdefghi"


def test_a_stored_segment_that_comes_again_is_ignored_and_a_new_length_starts_anew():
    made, _ = receiver(stored=1)
    assert give(made, 1, 0, 3, b"abc") == []
    give(made, 2, 0, 9, b"abc")
    assert give(made, 2, 0, 3, b"xyz") == [Ingest("kiosk-1", A, 2, b"xyz")]


def test_an_unknown_session_is_told_to_say_hello():
    made, _ = receiver()
    assert frames(give(made, 1, 0, 3, b"abc", session=b"who?")) == [Again(b"who?")]
    assert frames(give(made, 1, 0, 3, b"abc", peer="kiosk-2")) == [Again(S)]


def test_a_stream_that_is_not_the_peers_is_refused_by_name():
    made, replies = receiver(streams=(A, B), may=lambda peer, node: node == "kiosk-1")
    assert replies[1] == Nack(S, 1, 1, 49)
    assert give(made, 1, 0, 3, b"abc", place=1) == []


def test_a_stream_that_contradicts_what_is_stored_is_refused_at_its_hello():
    made, replies = receiver(stored=1, forks={A})
    assert replies[1] == Nack(S, 0, 1, 46)
    assert give(made, 2, 0, 3, b"abc") == []


def test_a_refusal_is_told_to_its_sender_and_the_stream_rests():
    made, _ = receiver()
    assert frames(made.refused("kiosk-1", A, 1, 46)) == [Nack(S, 0, 1, 46)]
    assert give(made, 1, 0, 3, b"abc") == []
    assert made.refused("nobody", A, 1, 46) == []


def test_the_longest_silent_of_too_many_senders_says_hello_again():
    made, _ = receiver()
    peers = [f"kiosk-{number}" for number in range(2, 4_097)]
    for peer in peers:
        made.greet(peer, S, [stored_to(A, 0)], ())
    assert give(made, 1, 0, 9, b"a") == [], "4,096 are remembered"
    made.greet("kiosk-1", S, [stored_to(A, 0)], ())
    made.greet("one more", S, [stored_to(A, 0)], ())
    assert frames(give(made, 1, 0, 9, b"a", peer="kiosk-2")) == [Again(S)]
    assert frames(give(made, 1, 0, 9, b"a")) != [Again(S)], "it was heard just now"
    assert frames(give(made, 1, 0, 9, b"a", peer="kiosk-3")) != [Again(S)]


def test_a_refusal_and_a_word_of_one_stream_do_not_touch_another():
    made, _ = receiver(streams=(A, B))
    assert frames(made.refused("kiosk-1", B, 1, 46)) == [Nack(S, 1, 1, 46)]
    assert give(made, 1, 0, 3, b"abc", place=1) == []
    assert give(made, 1, 0, 3, b"abc", place=0) == [Ingest("kiosk-1", A, 1, b"abc")]
    assert frames(made.repeat("kiosk-1", stored_to(A, 1))) == [Ack(S, 0, at(1, 0, 0), rewind=False)]
    assert frames(made.behind("kiosk-1", stored_to(A, 0))) == [Ack(S, 0, at(0, 0, 0), rewind=True)]
    assert made.repeat("nobody", stored_to(A, 1)) == []
    assert made.behind("kiosk-1", stored_to(Stream("other", b"epoch--1"), 0)) == []


@pytest.mark.parametrize(
    ("credit", "sizes", "acked"), [(8, [3, 1], [4]), (8, [4], [4]), (8, [3], []), (9, [4, 1], [5])]
)
def test_half_a_credit_to_the_byte(credit, sizes, acked):
    made, _ = receiver(credit=credit)
    told, offset = [], 0
    for size in sizes:
        told += frames(give(made, 1, offset, 20, bytes(size)))
        offset += size
    assert [each.position.offset for each in told] == acked


def test_what_is_half_here_is_the_offset_only_of_the_next_segment():
    made, _ = receiver(streams=(A, B))
    give(made, 1, 0, 9, b"abc")
    assert frames(made.stored(stored_to(B, 3))) == [Ack(S, 1, at(3, 0, 0), rewind=False)]
    assert frames(made.stored(stored_to(A, 0, 0))) == []
    assert frames(made.stored(stored_to(A, 1))) == [Ack(S, 0, at(1, 0, 0), rewind=False)]
    assert frames(give(made, 1, 3, 9, b"def")) == [], "it is stored meanwhile"
    assert frames(give(made, 2, 3, 9, b"def")) == [Ack(S, 0, at(1, 0, 0), rewind=True)]


def test_a_segment_of_just_its_length_is_whole_and_a_byte_more_is_a_fault():
    made, _ = receiver()
    assert give(made, 1, 0, 3, b"ab") == []
    with pytest.raises(BadBatch):
        give(made, 1, 2, 3, b"cd")
    assert give(made, 1, 0, 3, b"abc") == [Ingest("kiosk-1", A, 1, b"abc")]
    assert give(made, 1, 0, SEGMENT_MAX, b"a") == []


def test_chunks_that_fit_nothing_are_faults():
    for no, offset, total, payload, place in [
        (1, 0, 0, b"", 0),
        (1, 0, 2, b"abc", 0),
        (1, 0, 3, b"", 0),
        (1, 0, 3, b"a", 5),
    ]:
        made, _ = receiver()
        with pytest.raises(BadBatch):
            give(made, no, offset, total, payload, place=place)
    made, _ = receiver()
    with pytest.raises(BadBatch):
        made.receive("kiosk-1", to_bytes(Again(S)))


def test_backoff_doubles_up_to_its_ceiling_and_starts_again_after_success():
    backoff = Backoff(first_s=1.0, most_s=20.0)
    assert [backoff.failed(0.999_999) // 0.99 for _ in range(7)] == [1, 2, 4, 8, 16, 20, 20]
    assert backoff.failed(0.0) == 0.2
    backoff.succeeded()
    assert backoff.failed(0.5) == 0.5
    assert isinstance(Send(b""), Send)
