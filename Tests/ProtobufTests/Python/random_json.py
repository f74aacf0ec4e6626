"""Random messages in binary and as Google's Python implementation writes them in JSON; and what it makes of somebody else's.

usage: random_json.py DESCRIPTOR_SET SEED COUNT
       random_json.py DESCRIPTOR_SET check FILE

The first writes records to standard output: name of the message type, bytes, JSON.
The second reads records of FILE: name, bytes, the bytes that somebody read from Python's JSON, the JSON that somebody wrote of the bytes;
and says where one of the two is not the same message.
"""
import json
import sys

from google.protobuf import json_format
from message_maker import Maker, emit, records

maker = Maker(sys.argv[1], sys.argv[2], has_json=True)


def write(message):
    style = maker.rng.random()
    if style < 0.4:
        return json_format.MessageToJson(message, indent=None, descriptor_pool=maker.pool)
    if style < 0.7:
        return json_format.MessageToJson(message, preserving_proto_field_name=True, use_integers_for_enums=True, descriptor_pool=maker.pool)
    # Members in another order, and characters as they are instead of as escapes.
    members = list(json_format.MessageToDict(message, descriptor_pool=maker.pool).items())
    maker.rng.shuffle(members)
    return json.dumps(dict(members), ensure_ascii=False, separators=(" ,\n", "\t: "))


def generate(count):
    for _ in range(count):
        name, message = maker.message()
        emit(name.encode(), message.SerializeToString(), write(message).encode("utf-8", "surrogatepass"))


def check(path):
    for name, original, read, written in records(path, 4):
        name = name.decode()
        kind = maker.kind(name)
        wanted = kind.FromString(original).SerializeToString(deterministic=True)
        if kind.FromString(read).SerializeToString(deterministic=True) != wanted:
            print("read", name, original.hex(), read.hex())
        parsed = json_format.Parse(written.decode(), kind(), descriptor_pool=maker.pool)
        if parsed.SerializeToString(deterministic=True) != wanted:
            print("written", name, original.hex(), written.decode())


check(sys.argv[3]) if sys.argv[2] == "check" else generate(int(sys.argv[3]))
