#include <archive.h>
#include <archive_entry.h>

// archive_set_error is variadic: leaves an error with its text, for callbacks.
static inline void weft_archive_set_error(struct archive *archive, int number, const char *text) {
  archive_set_error(archive, number, "%s", text);
}

// File types are cast macros, which Swift does not import.
static inline unsigned int weft_archive_regular_file(void) { return AE_IFREG; }
