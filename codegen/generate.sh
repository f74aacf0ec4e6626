#!/bin/bash
# Makes every generated file anew from proto/: codegen/generate.sh, or with --check only says what is not current (exit 1).
# Needs protoc with its well-known files (protobuf-compiler, libprotobuf-dev). PROTOC_GEN_WEFT names a plugin that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

check=0
case "${1:-}" in
  "") ;;
  --check) check=1 ;;
  *) echo "usage: codegen/generate.sh [--check]" >&2; exit 2 ;;
esac

plugin=${PROTOC_GEN_WEFT:-}
if [ -z "$plugin" ]; then
  swift build --product protoc-gen-weft >&2
  plugin=$(swift build --show-bin-path)/protoc-gen-weft
fi
include=${PROTOBUF_INCLUDE:-/usr/include}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# generate FOLDER OPTIONS PROTO…: what belongs into FOLDER.
generate() {
  local folder=$1 options=$2
  shift 2
  mkdir -p "$work/$folder"
  protoc --plugin=protoc-gen-weft="$plugin" -I proto -I "$include" --weft_out="$work/$folder" --weft_opt="$options" "$@"
}

# What a test target calls: the proto lies beside the file that is made of it.
tests() {
  local folder=$1 options=$2
  shift 2
  mkdir -p "$work/$folder"
  protoc --plugin=protoc-gen-weft="$plugin" -I "$folder" -I proto -I "$include" --weft_out="$work/$folder" --weft_opt="$options" "$@"
}

# The same for the awkward protos that the generator is tested with.
reference() {
  local folder=$1 options=$2
  shift 2
  mkdir -p "$work/$folder"
  # protoc warns of names that are alike; they are meant to be.
  protoc --plugin=protoc-gen-weft="$plugin" -I codegen/Reference/Protos -I proto -I "$include" \
    --weft_out="$work/$folder" --weft_opt="$options" "$@" 2>"$work/warnings" || { cat "$work/warnings" >&2; exit 1; }
}

protos() { (cd proto && find "$@" -name '*.proto' | LC_ALL=C sort); }

openapi="openapi_title=Customer service,openapi_version=2.1.0"
cowriting="openapi_title=Co-writing,openapi_version=1.0.0,prefix=cowriting.v1:CoWriting"
# What a server of both describes.
both="openapi_title=Customer service and Co-writing,openapi_version=2.1.0 and 1.0.0,prefix=cowriting.v1:CoWriting"
# Which folder answers which service, for docs/routes.md.
handlers=
for entry in AuthService:Accounts PasskeyService:Passkeys UserService:Accounts UserAdminService:Accounts RecoveryService:Accounts SigningSecretAdminService:Accounts AuditAdminService:Audit TicketService:Tickets TicketAdminService:Tickets ApplicationKeyService:ApplicationKeys \
  OAuthService:OAuth OAuthPageService:OAuth OAuthClientAdminService:OAuth SigningKeyAdminService:OAuth \
  BusinessAccountService:BusinessAccounts BusinessAccountAdminService:BusinessAccounts ContractService:Contracts ContractAdminService:Contracts ProjectService:Projects ProjectAdminService:Projects \
  FileService:Files ConsoleService:Console ContactService:Contacts ContactAdminService:Contacts; do
  handlers+=${handlers:+,}handlers=${entry%:*}:Sources/CustomerService/${entry#*:}
done
for entry in AuthService:Accounts UserService:Accounts CompanyService:Companies ProjectService:Projects DocumentService:Documents GenerationService:Generations ExportService:Exports; do
  handlers+=,handlers=cowriting.v1.${entry%:*}:Sources/CoWriting/${entry#*:}
done

wellknown=$(cd "$include" && ls google/protobuf/{any,api,descriptor,duration,empty,field_mask,source_context,struct,timestamp,type,wrappers}.proto)
# shellcheck disable=SC2046,SC2086 # lists of file names without spaces
{
  generate Sources/Protobuf/Generated module=Protobuf $wellknown $(protos buf google/api google/protobuf weft)
  generate Sources/RPC/Generated module=RPC $(protos google/rpc grpc/health grpc/reflection)
  generate Sources/CustomerServiceAPI "module=CustomerServiceAPI,openapi_swift=OpenAPI.pb.swift,$openapi" $(protos csa)
  generate Sources/CoWritingAPI "module=CoWritingAPI,openapi_swift=OpenAPI.pb.swift,$cowriting" $(protos cowriting)
  generate docs "module=Docs,swift=false,openapi=openapi.json,routes=routes.md,$both,$handlers" $(protos csa) $(protos cowriting)
  generate Benchmarks/weft-bench/Generated module=weft_bench,Visibility=Internal bench/echo.proto bench/file.proto bench/item.proto
  generate Benchmarks/weft-codec-bench/Generated module=weft_codec_bench,Visibility=Internal bench/ticket.proto
  generate Benchmarks/weft-interop/Generated module=weft_interop,Visibility=Internal $(protos grpc/testing)
  tests Tests/RPCTests/Support module=RPCTests,Visibility=Internal notes.proto
  tests Tests/GatewayTests/Streams module=GatewayTests,Visibility=Internal files.proto
  generate Benchmarks/weft-conformance/Generated module=weft_conformance,Visibility=Internal conformance/conformance.proto
  reference codegen/Reference module=ReferenceMessages $(cd codegen/Reference/Protos && find reference -name '*.proto' | LC_ALL=C sort)
  reference codegen/Reference/Services module=ReferenceServices,openapi=openapi.json,routes=routes.md services/kinds.proto services/rest.proto
}

rm -f "$work/warnings"
folders=$(cd "$work" && find . -type f -printf '%h\n' | sort -u)
stale=0
for folder in $folders; do
  for file in "$work/$folder"/*; do
    [ -f "$file" ] || continue
    name=$folder/$(basename "$file")
    if ! cmp -s "$file" "$name"; then
      stale=1
      if [ "$check" = 1 ]; then echo "not current: ${name#./}"; else mkdir -p "$folder"; cp "$file" "$name"; fi
    fi
  done
  # What no .proto makes any more.
  for name in "$folder"/*.pb.swift; do
    [ -e "$name" ] || continue
    if [ ! -e "$work/$name" ]; then
      stale=1
      if [ "$check" = 1 ]; then echo "made by no .proto: ${name#./}"; else rm "$name"; fi
    fi
  done
done
if [ "$check" = 1 ] && [ "$stale" = 1 ]; then
  echo "run: make generate" >&2
  exit 1
fi
