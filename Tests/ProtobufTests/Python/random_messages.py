"""Random messages, and broken ones, with what Google's Python implementation makes of them.

usage: random_messages.py DESCRIPTOR_SET SEED COUNT
       random_messages.py DESCRIPTOR_SET check FILE

The first writes records to standard output: name of the message type, bytes, whether they are a message ("y" or "n").
The second reads records of FILE: name, bytes, the same message as written by somebody else; and says for which the two are not the same message.
Each part of a record is a length of four little-endian bytes and that many bytes.
"""
import random
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor as F
from google.protobuf.message import DecodeError

TYPES = ["Implicit", "Explicit", "Lists", "Maps", "Choice", "WellKnown", "Node", "Ping", "Required", "Defaults", "LegacyLists", "Keywords"]
CHARACTERS = ["a", "Z", "0", " ", "\0", "é", "e\u0301", "工", "单", "😀", "\ufffd", "\ufeff", "\U0010ffff", "\x7f"]

rng = random.Random(sys.argv[2])
files = descriptor_pb2.FileDescriptorSet.FromString(open(sys.argv[1], "rb").read())
pool = descriptor_pool.DescriptorPool()
for file in files.file:
    pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())


def integer(bits, signed):
    value = rng.choice([0, 1, -1, 127, 128, 1 << (bits - 1), (1 << bits) - 1, rng.getrandbits(bits), rng.getrandbits(rng.randint(1, bits))])
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def floating(single):
    value = rng.choice([0.0, -0.0, 1.5, -2.25e10, float("inf"), float("-inf"), rng.gauss(0, 1e6), 5e-324])
    return struct.unpack("<f", struct.pack("<f", value))[0] if single else value


def text():
    return "".join(rng.choice(CHARACTERS) for _ in range(rng.choice([0, 1, 3, 8, 15, 16, 17, 60, 200])))


SCALARS = {
    F.TYPE_INT32: lambda: integer(32, True), F.TYPE_SINT32: lambda: integer(32, True), F.TYPE_SFIXED32: lambda: integer(32, True),
    F.TYPE_INT64: lambda: integer(64, True), F.TYPE_SINT64: lambda: integer(64, True), F.TYPE_SFIXED64: lambda: integer(64, True),
    F.TYPE_UINT32: lambda: integer(32, False), F.TYPE_FIXED32: lambda: integer(32, False),
    F.TYPE_UINT64: lambda: integer(64, False), F.TYPE_FIXED64: lambda: integer(64, False),
    F.TYPE_BOOL: lambda: rng.random() < 0.5, F.TYPE_STRING: text, F.TYPE_BYTES: lambda: rng.randbytes(rng.choice([0, 1, 5, 127, 128, 300])),
    F.TYPE_DOUBLE: lambda: floating(False), F.TYPE_FLOAT: lambda: floating(True),
}


def scalar(field):
    if field.type == F.TYPE_ENUM:
        return rng.choice([v.number for v in field.enum_type.values])
    return SCALARS[field.type]()


def fill(message, depth):
    for field in message.DESCRIPTOR.fields:
        required = getattr(field, "is_required", False)
        if not required and rng.random() < (0.5 if depth < 3 else 0.85):
            continue
        is_message = field.type == F.TYPE_MESSAGE
        if is_message and depth > 4 and not required:
            continue
        if is_message and field.message_type.GetOptions().map_entry:
            key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
            entries = getattr(message, field.name)
            for _ in range(rng.randint(0, 4)):
                if value.type == F.TYPE_MESSAGE:
                    fill(entries[scalar(key)], depth + 1)
                else:
                    entries[scalar(key)] = scalar(value)
        elif field.is_repeated:
            values = getattr(message, field.name)
            for _ in range(rng.choice([0, 1, 2, 5])):
                fill(values.add(), depth + 1) if is_message else values.append(scalar(field))
        elif is_message:
            getattr(message, field.name).SetInParent()
            fill(getattr(message, field.name), depth + 1)
        else:
            setattr(message, field.name, scalar(field))


def broken(data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) + 1)
        change = rng.random()
        if change < 0.3 and at < len(data):
            data[at] = rng.randrange(256)
        elif change < 0.5:
            del data[at:at + rng.randint(1, 4)]
        elif change < 0.7:
            data[at:at] = rng.randbytes(rng.randint(1, 4))
        elif change < 0.85:
            del data[at:]
        else:
            data[at:at] = data[at:at + rng.randint(1, 40)]
    return bytes(data)


def emit(*parts):
    for part in parts:
        sys.stdout.buffer.write(struct.pack("<I", len(part)) + part)


def kind(name):
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def same(name, original, copy):
    first, second = kind(name).FromString(original), kind(name).FromString(copy)
    size = first.ByteSize()
    first.DiscardUnknownFields()
    if first.ByteSize() != size:
        # We write the tag of an unknown field as short as it can be, and keep a map's entry without what is unknown in it; Python does neither.
        return True
    return first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)


def check(path):
    data = open(path, "rb").read()
    parts, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        parts.append(data[at + 4:at + 4 + size])
        at += 4 + size
    for name, original, copy in zip(parts[::3], parts[1::3], parts[2::3]):
        name = name.decode()
        if not same(name, original, copy):
            print(name, original.hex(), copy.hex())


def generate(count):
    for _ in range(count):
        name = "reference." + rng.choice(TYPES)
        message = kind(name)()
        fill(message, 0)
        data = message.SerializeToString()
        if rng.random() < 0.5:
            data = broken(data)
        try:
            good = kind(name).FromString(data).IsInitialized()
        except DecodeError:
            good = False
        emit(name.encode(), data, b"y" if good else b"n")


check(sys.argv[3]) if sys.argv[2] == "check" else generate(int(sys.argv[3]))
