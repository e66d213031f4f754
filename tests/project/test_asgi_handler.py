"""The parts of a streamed answer under ASGI: large enough to be worth a change of threads, none of them lost."""

from collections.abc import Iterator

from asgiref.sync import async_to_sync

from todoproject.server.asgi_handler import PORTION_BYTES, in_thread

PARTS = [b"%08d" % number for number in range(20_000)]


async def collected(parts: Iterator[bytes]) -> list[bytes]:
    return [part async for part in in_thread(parts)]


def test_small_parts_are_sent_together_and_in_their_order() -> None:
    sent = async_to_sync(collected)(iter(PARTS))
    assert b"".join(sent) == b"".join(PARTS)
    assert [len(part) for part in sent[:-1]] == [PORTION_BYTES] * (len(sent) - 1)


def test_nothing_is_made_before_it_is_sent() -> None:
    made: list[bytes] = []

    def parts() -> Iterator[bytes]:
        for part in PARTS:
            made.append(part)
            yield part

    async def first() -> bytes:
        return await anext(aiter(in_thread(parts())))

    assert len(async_to_sync(first)()) == PORTION_BYTES
    assert len(made) * 8 == PORTION_BYTES
