#!/usr/bin/env bash
# Runs the unit tests (Swift Testing), then the black-box tests (pytest) against the release binary.
# The last line is "N passed, M failed, K skipped" of both together.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0 status=0

swift build --build-tests || exit 1
swift test --skip-build --parallel 2>&1 | tee "$log" || status=1
run=$(grep -aoE 'Test run with [0-9]+ tests?.* (passed|failed).*' "$log" | tail -n 1)
total=$(grep -oE 'with [0-9]+ test' <<<"$run" | grep -oE '[0-9]+' || echo 0)
bad=$(grep -acE '^✘ Test .* failed after' "$log" || true)
((total > 0)) || { echo "the unit tests did not run" >&2; status=1; }
((passed += total - bad, failed += bad))

WEFT_BINARY=${WEFT_BINARY:-$PWD/.build/release/weft} "$WEFT_PYTHON" -m pytest -q -p no:cacheprovider Tests/EndToEnd 2>&1 | tee "$log" || status=1
line=$(grep -aE '^[0-9]+ (passed|failed).* in ' "$log" | tail -n 1)
count() { grep -oE "[0-9]+ $1" <<<"$line" | grep -oE '[0-9]+' || echo 0; }
((passed += $(count passed), failed += $(count failed) + $(count error), skipped += $(count skipped)))
[[ -n $line ]] || { echo "the black-box tests did not run" >&2; status=1; }

((failed == 0)) || status=1
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
