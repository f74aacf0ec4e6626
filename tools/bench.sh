#!/usr/bin/env bash
# Measures Weft beside its peers, side by side in one run: ratios count, not seconds.
#   tools/bench.sh PEERS        PEERS: the folder of the peer servers; it is copied to the cache and built there once
# BENCH_ONLY=grpc,rest,codec,tickets,ticket_lists,document_search,cowriting,logins,passkeys,oauth,files,exports,memory,backup,generations picks tables; ROUNDS (3) and SECS (3) set their length.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=${1:?usage: make bench PEERS=DIR (the folder of the peer servers)}
work=${WEFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/weft}/peers
only=${BENCH_ONLY:-grpc,rest,codec,tickets,ticket_lists,document_search,cowriting,logins,passkeys,oauth,files,exports,memory,backup,generations}
wants() { [[ ,$only, == *,$1,* ]]; }

tools/setup.sh nghttp2-server libgrpc++-dev protobuf-compiler-grpc libsimdjson-dev g++ wrk nginx-light
mkdir -p "$work"
cp -r --no-preserve=mode "$peers"/. "$work"/
find "$work" -maxdepth 1 -name '*.sh' -exec chmod +x {} +
# Built once for each version of their sources; a build that was cut off goes on.
version=$(cd "$peers" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
if [[ $(cat "$work/built" 2>/dev/null) != "$version" ]]; then
  echo "bench: building the peers in $work, about 15 minutes the first time"
  [[ -x $work/venv/bin/pip ]] || rm -rf "$work/venv"
  (cd "$work" && ./build.sh)
  "$work/venv/bin/pip" install -q --disable-pip-version-check -r "$work/fastapi_csa/requirements.txt"
  echo "$version" >"$work/built"
fi

for product in weft weft-bench weft-codec-bench; do swift build -c release --product $product; done
bin=$PWD/.build/release
export PEERS_WORK=$work
common=(--rounds "${ROUNDS:-3}" --secs "${SECS:-3}")

if wants grpc; then "$work/run_grpc.sh" "${common[@]}" --add "weft=$bin/weft-bench --grpc 127.0.0.1:{port} --http 127.0.0.1:0"; fi
if wants rest; then "$work/run_rest.sh" "${common[@]}" --add "weft=$bin/weft-bench --grpc 127.0.0.1:0 --http 127.0.0.1:{port}"; fi
if wants codec; then (cd "$work" && ROUNDS=${ROUNDS:-3} ./run_codec.sh "$bin/weft-codec-bench data"); fi
if wants tickets; then "$WEFT_PYTHON" Benchmarks/tickets.py "$bin/weft" "$work"; fi
if wants ticket_lists; then "$WEFT_PYTHON" Benchmarks/ticket_lists.py "$bin/weft"; fi
if wants document_search; then "$WEFT_PYTHON" Benchmarks/document_search.py "$bin/weft"; fi
if wants cowriting; then
  # Whatever the build of the peers did not need.
  "$work/venv/bin/pip" install -q --disable-pip-version-check -r "$work/fastapi_cowriting/requirements.txt"
  "$WEFT_PYTHON" Benchmarks/cowriting.py "$bin/weft" "$work"
fi
if wants logins; then "$WEFT_PYTHON" Benchmarks/logins.py "$bin/weft"; fi
if wants passkeys; then "$WEFT_PYTHON" Benchmarks/passkeys.py "$bin/weft"; fi
if wants oauth; then "$WEFT_PYTHON" Benchmarks/oauth.py "$bin/weft"; fi
if wants files; then "$WEFT_PYTHON" Benchmarks/files.py "$bin/weft"; fi
if wants exports; then
  tools/setup.sh pandoc libpangoft2-1.0-0
  "$work/venv/bin/pip" install -q --disable-pip-version-check weasyprint==70.0
  WEASYPRINT=$work/venv/bin/weasyprint "$WEFT_PYTHON" Benchmarks/exports.py "$bin/weft"
fi
if wants memory; then "$WEFT_PYTHON" Benchmarks/memory.py "$bin/weft"; fi
if wants backup; then "$WEFT_PYTHON" Benchmarks/backup.py "$bin/weft"; fi
if wants generations; then "$WEFT_PYTHON" Benchmarks/generations.py "$bin/weft"; fi
