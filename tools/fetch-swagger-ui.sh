#!/bin/sh
# Fetches the files of Swagger UI that `/docs` serves, once: from the PyPI package drf-spectacular-sidecar, pinned by version and SHA-256.
# usage: fetch-swagger-ui.sh [CACHE]   They go into CACHE/swagger-ui, by default where `weft serve` looks: $WEFT_CACHE, $XDG_CACHE_HOME/weft or ~/.cache/weft.
set -eu

version=2026.10.1
sha256=fe1d005d8ac9b5d0472f2fe5deeb2e7d6dcffaa24118044f22578b4b8c4b31f2
directory=${1:-${WEFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/weft}}/swagger-ui

if [ -f "$directory/.from" ] && [ "$(cat "$directory/.from")" = "$sha256" ]; then
  exit 0
fi
echo "Fetching Swagger UI (drf-spectacular-sidecar $version) into $directory"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo "drf-spectacular-sidecar==$version --hash=sha256:$sha256" > "$scratch/requirements.txt"
"${PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
  --dest "$scratch" --requirement "$scratch/requirements.txt"

mkdir -p "$directory"
python3 - "$scratch" "$directory" <<'PYTHON'
import glob, os, sys, zipfile

scratch, directory = sys.argv[1:]
inside = "drf_spectacular_sidecar/static/drf_spectacular_sidecar/swagger-ui-dist/"
with zipfile.ZipFile(glob.glob(scratch + "/*.whl")[0]) as wheel:
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE"):
        with open(os.path.join(directory, name), "wb") as file:
            file.write(wheel.read(inside + name))
PYTHON
echo "$sha256" > "$directory/.from"
