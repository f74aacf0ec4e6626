"""Images as documents have them: made here, uploaded, and looked for in what an export makes of them."""
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=12, height=8, colour=(200, 30, 30), size=None):
    """A PNG of one colour; `size` fills it up to so many bytes with a chunk that nobody reads."""
    lines = (b"\0" + bytes(colour) * width) * height
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    tail = chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    filler = b"" if size is None else chunk(b"tEXt", bytes(size - len(head) - len(tail) - 12))
    return head + filler + tail


def claims(width, height):
    """The head of a PNG that says it is so large, and nothing of it."""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IEND", b"")


# A grey JPEG of 8 × 8 pixels: the tables of ITU-T T.81, annex K, and one block.
def jpeg(before=b""):
    """`before` stands between the beginning and the tables, as cameras and programs put segments of their own there."""
    def segment(marker, data):
        return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data
    counts = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
    dc = segment(0xC4, b"\x00" + counts + bytes(range(12)))
    # One code of AC: the end of the block.
    ac = segment(0xC4, b"\x10" + bytes((1,)) + bytes(15) + b"\x00")
    frame = segment(0xC0, bytes((8, 0, 8, 0, 8, 1, 1, 0x11, 0)))
    scan = segment(0xDA, bytes((1, 1, 0x00, 0, 63, 0)))
    # Category 0 of DC is 00, then 0: the end of the block; ones fill the byte.
    return b"\xff\xd8" + before + segment(0xDB, b"\0" + bytes([16] * 64)) + frame + dc + ac + scan + bytes((0b00011111,)) + b"\xff\xd9"


def upload_image(person, document_id, name="图.png", data=None, said="image/png", **more):
    return person.post(f"/documents/{document_id}/images", files={"file": (name, png() if data is None else data, said)}, **more)
