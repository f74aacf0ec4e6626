"""Random messages, and broken ones, with what Google's Python implementation makes of them.

usage: random_messages.py DESCRIPTOR_SET SEED COUNT
       random_messages.py DESCRIPTOR_SET check FILE

The first writes records to standard output: name of the message type, bytes, whether they are a message ("y" or "n").
The second reads records of FILE: name, bytes, the same message as written by somebody else; and says for which the two are not the same message.
"""
import sys

from google.protobuf.message import DecodeError
from message_maker import Maker, emit, records

maker = Maker(sys.argv[1], sys.argv[2], has_json=False)
rng = maker.rng


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


def same(name, original, copy):
    first, second = maker.kind(name).FromString(original), maker.kind(name).FromString(copy)
    size = first.ByteSize()
    first.DiscardUnknownFields()
    if first.ByteSize() != size:
        # We write the tag of an unknown field as short as it can be, and keep a map's entry without what is unknown in it; Python does neither.
        return True
    return first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)


def check(path):
    for name, original, copy in records(path, 3):
        name = name.decode()
        if not same(name, original, copy):
            print(name, original.hex(), copy.hex())


def generate(count):
    for _ in range(count):
        name, message = maker.message()
        data = message.SerializeToString()
        if rng.random() < 0.5:
            data = broken(data)
        try:
            good = maker.kind(name).FromString(data).IsInitialized()
        except DecodeError:
            good = False
        emit(name.encode(), data, b"y" if good else b"n")


check(sys.argv[3]) if sys.argv[2] == "check" else generate(int(sys.argv[3]))
