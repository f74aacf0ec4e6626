#include <cmark-gfm.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm-core-extensions.h>
// The parser's table of reference definitions, which no function gives.
#include <cmark-gfm/parser.h>
