"""Logs read back: envelopes among damage, chunks put together again."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol import BulkChunk, BulkEnd, PacketError, encode_envelope
from firmware_protocol.logs import LogTransfer, read_log

PAYLOADS = st.lists(st.binary(min_size=1, max_size=40), max_size=6)


@given(PAYLOADS)
def test_a_sound_log_gives_back_its_payloads(payloads):
    content = read_log(b"".join(encode_envelope(payload) for payload in payloads))
    assert content.payloads == tuple(payloads)
    assert content.n_skipped_bytes == 0


@given(PAYLOADS, st.integers(0, 30))
def test_erased_flash_behind_a_log_is_no_damage(payloads, n_erased):
    content = read_log(b"".join(map(encode_envelope, payloads)) + b"\xff" * n_erased)
    assert (content.payloads, content.n_skipped_bytes) == (tuple(payloads), 0)


def test_a_damaged_envelope_is_skipped_and_counted_and_the_next_is_read():
    first, second = encode_envelope(b"first"), encode_envelope(b"second")
    damaged = first[:5] + bytes((first[5] ^ 1,)) + first[6:]
    content = read_log(damaged + second)
    assert (content.payloads, content.n_skipped_bytes) == ((b"second",), len(first))


def test_a_log_that_is_cut_off_gives_what_is_whole():
    whole, cut = encode_envelope(b"whole"), encode_envelope(b"cut off")[:-1]
    assert read_log(whole + cut).payloads == (b"whole",)


@given(st.binary(max_size=200))
def test_any_bytes_read_as_a_log_without_error(data):
    content = read_log(data)
    assert sum(map(len, content.payloads)) + content.n_skipped_bytes <= len(data)


@given(st.binary(min_size=1, max_size=100), st.integers(1, 30), st.data())
def test_chunks_in_order_and_repeated_give_the_log(data, size, draw):
    transfer = LogTransfer(1, 7, 50, len(data))
    for at in range(0, len(data), size):
        for _ in range(draw.draw(st.integers(1, 2))):
            transfer.add(BulkChunk(1, 7, 50 + at, data[at : at + size]))
    transfer.finish(BulkEnd(1, 0, len(data), zlib.crc32(data)))
    assert (transfer.data, transfer.missing) == (data, None)


def test_behind_a_lost_chunk_the_rest_is_asked_for_again():
    transfer = LogTransfer(1, 7, 0, 6)
    transfer.add(BulkChunk(1, 7, 0, b"ab"))
    transfer.add(BulkChunk(1, 7, 4, b"ef"))
    transfer.finish(BulkEnd(1, 0, 6, zlib.crc32(b"abcdef")))
    assert (transfer.data, transfer.missing) == (b"ab", (2, 4))


def test_a_wrong_crc_is_told():
    transfer = LogTransfer(1, 7, 0, 2)
    transfer.add(BulkChunk(1, 7, 0, b"ab"))
    with pytest.raises(PacketError, match="CRC-32 of the transfer"):
        transfer.finish(BulkEnd(1, 0, 2, 5))


@pytest.mark.parametrize(
    ("chunk", "section"),
    [(BulkChunk(2, 7, 0, b"a"), "9.1"), (BulkChunk(1, 8, 0, b"a"), "9.1"), (BulkChunk(1, 7, 1, b"ab"), "9.4")],
)
def test_a_chunk_that_was_not_asked_for_is_refused(chunk, section):
    with pytest.raises(PacketError) as caught:
        LogTransfer(1, 7, 0, 2).add(chunk)
    assert caught.value.section == section


def test_the_end_of_another_transfer_is_refused():
    with pytest.raises(PacketError, match="end of transfer 2"):
        LogTransfer(1, 7, 0, 2).finish(BulkEnd(2, 0, 0, 0))
