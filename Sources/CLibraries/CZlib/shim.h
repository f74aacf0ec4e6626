#include <zlib.h>

/* deflateInit2 and inflateInit2 are macros that pass the size of the struct, which Swift cannot call. */
static inline int weft_gzip_begin(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int weft_gunzip_begin(z_stream *stream) {
  return inflateInit2(stream, 15 + 16);
}
