#!/usr/bin/env bash
# Formatting of what people wrote, the rules of the proto files, and that nothing generated is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -co --exclude-standard '*.swift' | grep -v -e '\.pb\.swift$' -e '^codegen/Reference/' |
  xargs -r swift format lint --strict --parallel
codegen/generate.sh --check
echo "lint: clean"
