#!/usr/bin/env bash
# Formatting of what people wrote, the rules of the proto files, and that nothing generated is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -co --exclude-standard '*.swift' | grep -v -e '\.pb\.swift$' -e '^codegen/Reference/' |
  xargs -r swift format lint --strict --parallel

swift build --product weft-lint
descriptors=$(mktemp)
trap 'rm -f "$descriptors"' EXIT
(cd proto && protoc -I. --include_imports --include_source_info -o "$descriptors" $(find weft csa cowriting -name '*.proto' | sort))
"$(swift build --show-bin-path)/weft-lint" "$descriptors" proto/lint-exceptions.txt

codegen/generate.sh --check
echo "lint: clean"
