"""Random messages of the descriptors in a file, and the records in which they travel, for random_messages.py and random_json.py.

Each part of a record is a length of four little-endian bytes and that many bytes.
"""
import random
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor as F

TYPES = ["Implicit", "Explicit", "Lists", "Maps", "Choice", "WellKnown", "Node", "Ping", "Required", "Defaults", "LegacyLists", "Keywords", "JSONNames"]
CHARACTERS = ["a", "Z", "0", " ", "\0", "\n", "\"", "\\", "/", "\x1f", "é", "e\u0301", "工", "单", "😀", "\u2028", "\ufffd", "\ufeff", "\U0010ffff", "\x7f"]


class Maker:
    """Makes the same messages for the same seed. `has_json`: the well-known types hold only what JSON can say."""

    def __init__(self, descriptor_set, seed, has_json):
        self.rng, self.has_json = random.Random(seed), has_json
        self.pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(open(descriptor_set, "rb").read()).file:
            self.pool.AddSerializedFile(file.SerializeToString())
        whole, real, rng = self._integer, self._floating, self.rng
        self.scalars = {
            F.TYPE_INT32: lambda: whole(32, True), F.TYPE_SINT32: lambda: whole(32, True), F.TYPE_SFIXED32: lambda: whole(32, True),
            F.TYPE_INT64: lambda: whole(64, True), F.TYPE_SINT64: lambda: whole(64, True), F.TYPE_SFIXED64: lambda: whole(64, True),
            F.TYPE_UINT32: lambda: whole(32, False), F.TYPE_FIXED32: lambda: whole(32, False),
            F.TYPE_UINT64: lambda: whole(64, False), F.TYPE_FIXED64: lambda: whole(64, False),
            F.TYPE_BOOL: lambda: rng.random() < 0.5, F.TYPE_STRING: self._text,
            F.TYPE_BYTES: lambda: rng.randbytes(rng.choice([0, 1, 5, 127, 128, 300])),
            F.TYPE_DOUBLE: lambda: real(False), F.TYPE_FLOAT: lambda: real(True),
        }

    def kind(self, name):
        """The class of a message type."""
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))

    def message(self):
        """Name of the type, and a message."""
        name = "reference." + self.rng.choice(TYPES)
        message = self.kind(name)()
        self.fill(message, 0)
        return name, message

    def _integer(self, bits, signed):
        value = self.rng.choice([0, 1, -1, 127, 128, 1 << (bits - 1), (1 << bits) - 1, self.rng.getrandbits(bits),
                                 self.rng.getrandbits(self.rng.randint(1, bits))])
        value &= (1 << bits) - 1
        return value - (1 << bits) if signed and value >> (bits - 1) else value

    def _floating(self, single):
        value = self.rng.choice([0.0, -0.0, 1.5, -2.25e10, float("inf"), float("-inf"), self.rng.gauss(0, 1e6),
                                 self.rng.random() * 10.0 ** self.rng.randint(-30, 30), 5e-324])
        return struct.unpack("<f", struct.pack("<f", value))[0] if single else value

    def _text(self):
        return "".join(self.rng.choice(CHARACTERS) for _ in range(self.rng.choice([0, 1, 3, 8, 15, 16, 17, 60, 200])))

    def _scalar(self, field):
        if field.type == F.TYPE_ENUM:
            return self.rng.choice([v.number for v in field.enum_type.values])
        return self.scalars[field.type]()

    def _json_value(self, depth):
        kinds = [None, True, False, 0, -1.5, self.rng.gauss(0, 1e9), self._text()]
        if depth < 3:
            kinds += [[self._json_value(depth + 1) for _ in range(self.rng.randint(0, 3))],
                      {self._text(): self._json_value(depth + 1) for _ in range(self.rng.randint(0, 3))}]
        return self.rng.choice(kinds)

    def _well_known(self, message):
        name = message.DESCRIPTOR.full_name
        if name == "google.protobuf.Timestamp":
            message.seconds, message.nanos = self.rng.randint(-62135596800, 253402300799), self.rng.choice([0, 5, 120, 123000000, 999999999])
        elif name == "google.protobuf.Duration":
            sign = self.rng.choice([-1, 1])
            message.seconds, message.nanos = sign * self.rng.choice([0, 3, 315576000000]), sign * self.rng.choice([0, 5, 120000, 999999999])
        elif name == "google.protobuf.Any":
            inner = self.kind("reference.Implicit")()
            self.fill(inner, 3)
            message.type_url, message.value = "type.googleapis.com/reference.Implicit", inner.SerializeToString()
        elif name in ("google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"):
            value = self._json_value(0)
            if name.endswith("Struct"):
                value = {"a": value}
            elif name.endswith("ListValue"):
                value = [value, value]
            json_format.ParseDict(value, message)
        elif name == "google.protobuf.FieldMask":
            message.paths.extend(self.rng.choice(["title", "created_at", "a.b_c"]) for _ in range(self.rng.randint(0, 3)))
        else:
            return False
        return True

    def fill(self, message, depth):
        if self.has_json and self._well_known(message):
            return
        for field in message.DESCRIPTOR.fields:
            required = getattr(field, "is_required", False)
            if not required and self.rng.random() < (0.5 if depth < 3 else 0.85):
                continue
            is_message = field.type == F.TYPE_MESSAGE
            if is_message and depth > 4 and not required:
                continue
            if is_message and field.message_type.GetOptions().map_entry:
                key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
                entries = getattr(message, field.name)
                for _ in range(self.rng.randint(0, 4)):
                    if value.type == F.TYPE_MESSAGE:
                        self.fill(entries[self._scalar(key)], depth + 1)
                    else:
                        entries[self._scalar(key)] = self._scalar(value)
            elif field.is_repeated:
                values = getattr(message, field.name)
                for _ in range(self.rng.choice([0, 1, 2, 5])):
                    self.fill(values.add(), depth + 1) if is_message else values.append(self._scalar(field))
            elif is_message:
                getattr(message, field.name).SetInParent()
                self.fill(getattr(message, field.name), depth + 1)
            else:
                setattr(message, field.name, self._scalar(field))


def emit(*parts):
    """Writes a record to standard output."""
    for part in parts:
        sys.stdout.buffer.write(struct.pack("<I", len(part)) + part)


def records(path, width):
    """The records of a file, `width` parts each."""
    data = open(path, "rb").read()
    parts, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        parts.append(data[at + 4:at + 4 + size])
        at += 4 + size
    return zip(*[iter(parts)] * width)
