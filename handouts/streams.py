"""Bytes in; out they come as a stream of a PDF ends: never with a carriage return. Whoever writes a stream asks here.

ISO 19005-3, 6.1.7.1: a stream is as long as it says. A line feed stands after it; behind a carriage return, with which one
compressed stream in 256 ends, the two are one line end, and the stream seems a byte too short.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pikepdf

BROKEN_END = b"\r\nendstream"
#: How well zlib packs, and with how much memory (the logarithm of its window, and a level). To begin with the usual amount
#: takes longer than to pack a person's words.
LIGHTLY, USUALLY, WELL = 1, 6, 9
SMALL, LARGE = (13, 6), (15, 8)


def has_clean_ends(file: bytes) -> bool:
    """Whether no stream of a PDF ends with a carriage return."""
    return BROKEN_END not in file


def padded(pack: Callable[[int], bytes]) -> tuple[bytes, int]:
    """What is packed with as little padding as will do (0, 1, 2, …), and how much that is."""
    return next((data, padding) for padding in count() if not (data := pack(padding)).endswith(b"\r"))


def packed(data: bytes, level: int = WELL) -> tuple[bytes, int]:
    """Data compressed, and its length when unpacked.

    White space at its end changes nothing but the last bytes of what is compressed, which are a checksum.
    """

    def pack(padding: int) -> bytes:
        packer = zlib.compressobj(level, zlib.DEFLATED, *(LARGE if level > LIGHTLY else SMALL))
        return packer.compress(data + b"\n" * padding) + packer.flush()

    done, padding = padded(pack)
    return done, len(data) + padding


def closed(data: bytes) -> bytes:
    """The data of a stream that somebody else has packed, or that is not packed: whoever reads it knows where it ends."""
    return data + b"\n" if data.endswith(b"\r") else data


def saved(document: pikepdf.Pdf, **how: Any) -> bytes:
    """The bytes of a document of pikepdf, which packs streams itself; the same document always gives the same.

    The streams into which it packs objects cannot be changed; if one of these ends so, objects are left unpacked.
    """
    import pikepdf  # noqa: PLC0415  # who lays out, or stamps, does without

    def save(one: pikepdf.Pdf, **more: Any) -> bytes:
        out = BytesIO()
        one.save(out, **{"deterministic_id": True} | how | more)
        return out.getvalue()

    data = save(document)
    if has_clean_ends(data):
        return data
    with pikepdf.open(BytesIO(data)) as again:
        for thing in again.objects:
            if isinstance(thing, pikepdf.Stream) and (raw := thing.read_raw_bytes()).endswith(b"\r"):
                how_packed: Any = (thing.get("/Filter"), thing.get("/DecodeParms"))
                thing.write(closed(raw), filter=how_packed[0], decode_parms=how_packed[1])
        data = save(again)
        return data if has_clean_ends(data) else save(again, object_stream_mode=pikepdf.ObjectStreamMode.disable)
