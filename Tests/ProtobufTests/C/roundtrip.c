// Reads messages with libprotobuf-c and writes them again.
//
// Standard input: records of a type (one byte), a length (four little-endian bytes) and a message. Standard output: for each record one byte, 1 if the
// message was read, then length and bytes as written again (nothing for a message that was not).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "reference/recursive.pb-c.h"
#include "reference/scalars.pb-c.h"

static const ProtobufCMessageDescriptor *const types[] = {
    &reference__implicit__descriptor, &reference__explicit__descriptor, &reference__lists__descriptor,
    &reference__maps__descriptor,     &reference__choice__descriptor,   &reference__node__descriptor,
};

static void put(uint8_t good, uint32_t size, const uint8_t *bytes) {
  uint8_t head[5] = {good, size, size >> 8, size >> 16, size >> 24};
  fwrite(head, 1, 5, stdout);
  fwrite(bytes, 1, size, stdout);
}

int main(void) {
  uint8_t head[5];
  while (fread(head, 1, 5, stdin) == 5) {
    uint32_t size = head[1] | head[2] << 8 | head[3] << 16 | (uint32_t)head[4] << 24;
    uint8_t *bytes = malloc(size + 1);
    if (fread(bytes, 1, size, stdin) != size || head[0] >= sizeof types / sizeof *types) return 1;
    ProtobufCMessage *message = protobuf_c_message_unpack(types[head[0]], NULL, size, bytes);
    if (message) {
      size_t packed = protobuf_c_message_get_packed_size(message);
      uint8_t *out = malloc(packed + 1);
      protobuf_c_message_pack(message, out);
      put(1, packed, out);
      free(out);
      protobuf_c_message_free_unpacked(message, NULL);
    } else {
      put(0, 0, bytes);
    }
    free(bytes);
  }
  return 0;
}
