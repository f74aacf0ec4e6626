#!/usr/bin/env bash
# Installs what Weft needs and this machine lacks. Says what it does; the second time it has nothing to do.
#   tools/setup.sh [PACKAGE …]        further Debian packages, such as those of the peers in tools/bench.sh
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  libnghttp2-dev libssl-dev libsqlite3-dev libargon2-dev libcrypt-dev libfido2-dev libcbor-dev libcurl4-openssl-dev libarchive-dev libmagic-dev zlib1g-dev pkg-config # what the server links
  libcmark-gfm-dev libcmark-gfm-extensions-dev libpango1.0-dev libzip-dev fonts-noto-cjk fonts-dejavu-core # what exports are set with
  protobuf-compiler libprotobuf-dev                                            # `make generate`, generator tests
  protobuf-c-compiler libprotobuf-c-dev                                        # the second opinion in codec tests
  gcc binutils python3-venv curl nghttp2-client strace systemd poppler-utils                    # black-box tests
  chromium chromium-driver nodejs                                              # browser tests, and what front ends run
  "$@"
)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
  echo "setup: installing ${missing[*]}"
  root=()
  ((EUID == 0)) || root=(sudo)
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

command -v swift >/dev/null || {
  echo "setup: no swift on PATH; install Swift 6.3 first (swift.org/install)" >&2
  exit 1
}

cache=${WEFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/weft}
mkdir -p "$cache"
wanted=$(sha256sum tools/requirements.txt | cut -d' ' -f1)
if [[ ! -x $cache/venv/bin/python || $(cat "$cache/venv/installed.sha256" 2>/dev/null) != "$wanted" ]]; then
  echo "setup: installing the Python test clients into $cache/venv"
  # Added to what is there: tests of another checkout may be running on it.
  [[ -x $cache/venv/bin/python ]] || python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install -q --disable-pip-version-check -r tools/requirements.txt
  echo "$wanted" >"$cache/venv/installed.sha256"
fi

PYTHON="$cache/venv/bin/python" tools/fetch-swagger-ui.sh "$cache" ||
  echo "setup: the API page's files could not be fetched; /docs answers 503 until \`make setup\` can" >&2
