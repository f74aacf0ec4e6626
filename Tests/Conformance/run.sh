#!/bin/sh
# Runs the published protobuf conformance suite on weft-conformance.
#
#   Tests/Conformance/run.sh [TESTEE]
#
# The runner is built once from Debian's protobuf source package and kept in ${XDG_CACHE_HOME:-~/.cache}/weft; nothing
# of it is committed. Without TESTEE the script generates the suite's messages with our plugin, so that protobuf to
# protobuf goes through generated code, and builds the testee with them outside the tree.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/weft/conformance
export LC_ALL=C
mkdir -p "$cache"

say() { printf 'conformance: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

for tool in apt-get dpkg-source g++ protoc; do
  command -v "$tool" >/dev/null || die "$tool is missing; make setup installs it"
done

# An apt of our own: the machine's Debian mirrors with deb-src entries, and state in the cache, so no root is needed.
private_apt() {
  apt=$cache/apt
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/parts"
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  signed=
  [ -r "$keyring" ] && signed="[signed-by=$keyring]"
  apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
    sort -u | awk -F'|' -v signed="$signed" '$1 == "Debian" && $4 == "main" {
      print "deb", signed, $2, $3, "main"; print "deb-src", signed, $2, $3, "main" }' >"$apt/sources.list"
  [ -s "$apt/sources.list" ] || die "no Debian package source is configured on this machine (or apt-get update never ran)"
  cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
APT::Sandbox::User "";
CONF
  export APT_CONFIG="$apt/apt.conf"
  say "reading the package lists"
  apt-get -q -q update || die "apt-get update failed; see above"
}

# The runner needs three things of the source package: conformance/, its protos, and the two files of its test messages.
build_runner() {
  private_apt
  work=$cache/build
  rm -rf "$work"
  mkdir -p "$work/gen"
  cd "$work"
  version=$(dpkg-query -W -f '${source:Version}' libprotobuf-dev 2>/dev/null) || die "libprotobuf-dev is missing; make setup installs it"
  say "fetching the source of protobuf $version"
  apt-get -q -q source --download-only "protobuf=$version" || die "the source package could not be fetched"
  dpkg-source --no-check -x protobuf_*.dsc source >/dev/null || die "the source package could not be unpacked"
  say "building the runner (some minutes)"
  protoc -Isource/conformance -Isource/src --cpp_out=gen conformance.proto \
    google/protobuf/test_messages_proto2.proto google/protobuf/test_messages_proto3.proto
  # What Debian does not install of protobuf's own headers (stubs/) comes from the source, behind the installed ones.
  printf '%s\n' source/conformance/binary_json_conformance_suite.cc source/conformance/conformance_test.cc \
    source/conformance/conformance_test_runner.cc source/conformance/conformance_test_main.cc \
    source/conformance/text_format_conformance_suite.cc source/conformance/third_party/jsoncpp/jsoncpp.cpp \
    gen/conformance.pb.cc gen/google/protobuf/test_messages_proto2.pb.cc gen/google/protobuf/test_messages_proto3.pb.cc |
    xargs -P 2 -I FILE sh -c '
      g++ -std=c++17 -O0 -w -c -Igen -Isource/conformance -Isource/conformance/third_party/jsoncpp -idirafter source/src \
        -o "$(basename FILE).o" FILE' || die "the runner did not compile"
  g++ -o conformance_test_runner ./*.o -lprotobuf -lpthread || die "the runner did not link"
  mv conformance_test_runner "$cache/conformance_test_runner"
}

[ -x "$cache/conformance_test_runner" ] || (build_runner)

messages=google/protobuf/test_messages_proto3.proto
source=$cache/build/source/src

# A package outside the tree: our Protobuf module and testee, with the suite's messages made by our plugin.
build_testee() {
  plugin=${PROTOC_GEN_WEFT:-}
  if [ -z "$plugin" ]; then
    say "building the plugin"
    swift build --package-path "$root" --product protoc-gen-weft >&2 || die "the plugin did not build"
    plugin=$(swift build --package-path "$root" --show-bin-path)/protoc-gen-weft
  fi
  package=$cache/testee
  mkdir -p "$package/Sources/weft-conformance"
  ln -sfn "$root/Sources/Protobuf" "$package/Sources/Protobuf"
  for file in "$package"/Sources/weft-conformance/*; do
    if [ -L "$file" ]; then rm "$file"; fi
  done
  for file in "$root"/Benchmarks/weft-conformance/*.swift "$root"/Benchmarks/weft-conformance/Generated/*.swift; do
    [ "$(basename "$file")" = GeneratedMessages.swift ] || ln -sfn "$file" "$package/Sources/weft-conformance/"
  done
  protoc --plugin=protoc-gen-weft="$plugin" -I "$source" --weft_out="$package/Sources/weft-conformance" \
    --weft_opt=module=weft_conformance,Visibility=Internal "$messages" || die "the plugin failed on the suite's messages"
  cat >"$package/Sources/weft-conformance/GeneratedMessages.swift" <<'SWIFT'
internal import Protobuf

let generatedMessages: [any Message.Type] = [ProtobufTestMessagesProto3.TestAllTypesProto3.self]
SWIFT
  cat >"$package/Package.swift" <<'SWIFT'
// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")]
let package = Package(
  name: "weft-conformance-testee",
  targets: [
    .target(name: "Protobuf", swiftSettings: settings),
    .executableTarget(name: "weft-conformance", dependencies: ["Protobuf"], swiftSettings: settings),
  ])
SWIFT
  say "building the testee with generated messages"
  swift build --package-path "$package" --product weft-conformance >&2 || die "the testee did not build"
  testee=$(swift build --package-path "$package" --show-bin-path)/weft-conformance
}

testee=${1:-}
if [ -z "$testee" ]; then build_testee; fi

# A testee without generated messages takes their schemas from here.
WEFT_CONFORMANCE_DESCRIPTORS=$cache/messages.bin
export WEFT_CONFORMANCE_DESCRIPTORS
protoc -I "$source" --include_imports --descriptor_set_out="$WEFT_CONFORMANCE_DESCRIPTORS" "$messages"

# The suite of text format follows the other one and only skips; both are counted.
"$cache/conformance_test_runner" --enforce_recommended --output_dir "$cache" \
  --failure_list "$root/Tests/Conformance/known_failures.txt" "$testee"
