"""Random messages in binary and as Google's Python implementation writes them in JSON; and what it makes of somebody else's.

usage: random_json.py DESCRIPTOR_SET SEED COUNT
       random_json.py DESCRIPTOR_SET check FILE

The first writes records to standard output: name of the message type, bytes, JSON.
The second reads records of FILE: name, bytes, the bytes that somebody read from Python's JSON, the JSON that somebody wrote of the bytes;
and says where one of the two is not the same message.
Each part of a record is a length of four little-endian bytes and that many bytes.
"""
import json
import random
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor as F

TYPES = ["Implicit", "Explicit", "Lists", "Maps", "Choice", "WellKnown", "Node", "Ping", "Required", "Defaults", "LegacyLists", "Keywords", "JSONNames"]
CHARACTERS = ["a", "Z", "0", " ", "\0", "\n", "\"", "\\", "/", "\x1f", "é", "e\u0301", "工", "单", "😀", "\u2028", "\ufeff", "\U0010ffff", "\x7f"]

rng = random.Random(sys.argv[2])
pool = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(open(sys.argv[1], "rb").read()).file:
    pool.AddSerializedFile(file.SerializeToString())


def integer(bits, signed):
    value = rng.choice([0, 1, -1, 127, 128, 1 << (bits - 1), (1 << bits) - 1, rng.getrandbits(bits), rng.getrandbits(rng.randint(1, bits))])
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def floating(single):
    value = rng.choice([0.0, -0.0, 1.5, -2.25e10, float("inf"), float("-inf"), rng.gauss(0, 1e6), rng.random() * 10.0 ** rng.randint(-30, 30), 5e-324])
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


def json_value(depth):
    kinds = [None, True, False, 0, -1.5, rng.gauss(0, 1e9), text()]
    if depth < 3:
        kinds += [[json_value(depth + 1) for _ in range(rng.randint(0, 3))], {text(): json_value(depth + 1) for _ in range(rng.randint(0, 3))}]
    return rng.choice(kinds)


def well_known(message):
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Timestamp":
        message.seconds, message.nanos = rng.randint(-62135596800, 253402300799), rng.choice([0, 5, 120, 123000000, 999999999])
    elif name == "google.protobuf.Duration":
        sign = rng.choice([-1, 1])
        message.seconds, message.nanos = sign * rng.choice([0, 3, 315576000000]), sign * rng.choice([0, 5, 120000, 999999999])
    elif name == "google.protobuf.Any":
        inner = kind("reference.Implicit")()
        fill(inner, 3)
        message.type_url, message.value = "type.googleapis.com/reference.Implicit", inner.SerializeToString()
    elif name in ("google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"):
        value = json_value(0)
        if name.endswith("Struct"):
            value = {"a": value}
        elif name.endswith("ListValue"):
            value = [value, value]
        json_format.ParseDict(value, message)
    elif name == "google.protobuf.FieldMask":
        message.paths.extend(rng.choice(["title", "created_at", "a.b_c"]) for _ in range(rng.randint(0, 3)))
    else:
        return False
    return True


def fill(message, depth):
    if well_known(message):
        return
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


def kind(name):
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def write(message):
    style = rng.random()
    if style < 0.4:
        return json_format.MessageToJson(message, indent=None, descriptor_pool=pool)
    if style < 0.7:
        return json_format.MessageToJson(message, preserving_proto_field_name=True, use_integers_for_enums=True, descriptor_pool=pool)
    # Members in another order, and characters as they are instead of as escapes.
    members = list(json_format.MessageToDict(message, descriptor_pool=pool).items())
    rng.shuffle(members)
    return json.dumps(dict(members), ensure_ascii=False, separators=(" ,\n", "\t: "))


def emit(*parts):
    for part in parts:
        sys.stdout.buffer.write(struct.pack("<I", len(part)) + part)


def generate(count):
    for _ in range(count):
        name = "reference." + rng.choice(TYPES)
        message = kind(name)()
        fill(message, 0)
        emit(name.encode(), message.SerializeToString(), write(message).encode("utf-8", "surrogatepass"))


def check(path):
    data = open(path, "rb").read()
    parts, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        parts.append(data[at + 4:at + 4 + size])
        at += 4 + size
    for name, original, read, written in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4]):
        name = name.decode()
        wanted = kind(name).FromString(original).SerializeToString(deterministic=True)
        if kind(name).FromString(read).SerializeToString(deterministic=True) != wanted:
            print("read", name, original.hex(), read.hex())
        parsed = json_format.Parse(written.decode(), kind(name)(), descriptor_pool=pool)
        if parsed.SerializeToString(deterministic=True) != wanted:
            print("written", name, original.hex(), written.decode())


check(sys.argv[3]) if sys.argv[2] == "check" else generate(int(sys.argv[3]))
