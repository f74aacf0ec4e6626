// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil, _ more: [SwiftSetting] = []) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path,
    swiftSettings: settings + more + [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))],
    // Swift's libraries inside the program: a tenth less CPU a request than through the dynamic linker's tables, and one file to install.
    linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))])
}

func tests(_ module: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: module + "Tests", dependencies: dependencies, path: "Tests/\(module)Tests",
    exclude: exclude, swiftSettings: settings)
}

func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// What `pkg-config --cflags pangocairo` says, without the -pthread that SwiftPM warns of whenever it reads it there.
let pangoHeaders = SwiftSetting.unsafeFlags(
  [
    "pango-1.0", "cairo", "harfbuzz", "freetype2", "libpng16", "pixman-1", "libmount", "blkid", "fribidi", "glib-2.0",
  ].flatMap { ["-Xcc", "-I/usr/include/\($0)"] }
    + ["x86_64", "aarch64"].flatMap { ["-Xcc", "-I/usr/lib/\($0)-linux-gnu/glib-2.0/include"] })

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

// From the ground up: a target imports only targets listed before it (docs/architecture.md, "Layers").
let package = Package(
  name: "weft",
  products: [
    .executable(name: "weft", targets: ["WeftServer"]),
    .executable(name: "protoc-gen-weft", targets: ["protoc-gen-weft"]),
    .executable(name: "weft-lint", targets: ["weft-lint"]),
    .executable(name: "weft-bench", targets: ["weft-bench"]),
    .executable(name: "weft-codec-bench", targets: ["weft-codec-bench"]),
    .executable(name: "weft-conformance", targets: ["weft-conformance"]),
    .executable(name: "weft-interop", targets: ["weft-interop"]),
    .library(name: "CustomerServiceAPI", targets: ["CustomerServiceAPI"]),
    .library(name: "CoWritingAPI", targets: ["CoWritingAPI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
  ],
  targets: [
    .systemLibrary(name: "CLinux", path: "Sources/CLibraries/CLinux"),
    system("CNghttp2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev"),
    system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    system("CCrypt", pkgConfig: "libxcrypt", apt: "libcrypt-dev"),
    system("CArgon2", pkgConfig: "libargon2", apt: "libargon2-dev"),
    system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    system("CFido2", pkgConfig: "libfido2", apt: "libfido2-dev"),
    system("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    system("CCBOR", pkgConfig: "libcbor", apt: "libcbor-dev"),
    system("CMagic", apt: "libmagic-dev"),
    system("CCmark", pkgConfig: "libcmark-gfm", apt: "libcmark-gfm-dev"),
    system("CPango", apt: "libpango1.0-dev"),
    system("CZip", pkgConfig: "libzip", apt: "libzip-dev"),

    library("Platform"),
    library("Log", ["Platform", logging]),
    library("Protobuf"),
    library("Net", ["CLinux", "COpenSSL", "Platform"]),
    library("HTTP", ["Platform", "Net", "CNghttp2"]),
    library("RPC", ["CZlib", "Platform", "Protobuf", "Net", "HTTP", logging]),
    library("Gateway", ["Platform", "Protobuf", "Net", "HTTP", "RPC", logging]),
    library("CustomerServiceAPI", ["Protobuf", "RPC"]),
    library("CoWritingAPI", ["Protobuf", "RPC"]),
    library("Storage", ["CSQLite", "Platform", logging]),
    library("Outbound", ["CCurl", "Platform", logging]),
    library("Jobs", ["Platform", "Storage", logging]),
    library("Identity", ["COpenSSL", "CArgon2", "CCrypt", "CCBOR", "CFido2", "Platform"]),
    library("Blobs", ["CLinux", "CMagic", "Platform", "Identity", "Outbound", logging]),
    library("Delivery", ["Platform", "Storage", "Identity", "Outbound", logging]),
    library("ApplicationSupport", ["Blobs", "Platform", "Protobuf", "RPC", "Storage", "Identity", logging]),
    library("LanguageModel", ["Outbound", "Platform", "Protobuf", logging]),
    .target(name: "Typesetting", dependencies: ["CCmark", "CPango", "CZip", "Platform"], swiftSettings: settings + [pangoHeaders]),
    library(
      "CoWriting",
      [
        "ApplicationSupport", "Blobs", "CoWritingAPI", "Jobs", "LanguageModel", "Protobuf", "RPC", "Platform", "Storage", "Typesetting",
        "Identity", logging,
      ]),
    library("Backup", ["CArchive", "Blobs", "Platform", "Storage", "Identity"]),
    library(
      "CustomerService",
      ["ApplicationSupport", "CustomerServiceAPI", "Protobuf", "RPC", "Platform", "Storage", "Identity", "Blobs", "Delivery", logging]),
    library("Console"),
    program(
      "WeftServer",
      [
        "ApplicationSupport", "Backup", "Blobs", "CLinux", "Console", "CoWriting", "CoWritingAPI", "CustomerService", "CustomerServiceAPI",
        "Delivery", "Gateway", "HTTP", "Identity", "Jobs", "LanguageModel", "Log", "Net", "Outbound", "Platform", "Protobuf", "RPC",
        "Storage", logging,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // A release build looks through CoWriting into Typesetting.
      [pangoHeaders]),

    library("Generator", ["Protobuf"], path: "codegen/Generator"),
    program("protoc-gen-weft", ["Generator"], path: "codegen/protoc-gen-weft"),
    .target(
      name: "ReferenceMessages", dependencies: ["Protobuf"], path: "codegen/Reference", exclude: ["Protos", "Services"],
      swiftSettings: settings),
    program("weft-lint", ["Protobuf"], path: "codegen/weft-lint"),

    program("weft-bench", ["Gateway", "HTTP", "Net", "Protobuf", "RPC", logging], path: "Benchmarks/weft-bench"),
    program("weft-codec-bench", ["Protobuf"], path: "Benchmarks/weft-codec-bench"),
    program("weft-conformance", ["Protobuf"], path: "Benchmarks/weft-conformance"),
    program("weft-interop", ["HTTP", "Net", "Protobuf", "RPC", logging], path: "Benchmarks/weft-interop"),

    .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
    library("TestSupport", ["CSpawn", "Platform"], path: "Tests/TestSupport"),
    tests("Protobuf", ["Protobuf", "ReferenceMessages", "TestSupport"], exclude: ["C", "Python"]),
    tests("Generator", ["Generator", "Protobuf", "protoc-gen-weft", "TestSupport"]),
    tests("Net", ["Net", "Platform", "TestSupport"]),
    tests("HTTP", ["HTTP", "Net", "Platform", "CNghttp2"]),
    tests("RPC", ["RPC", "Protobuf", "HTTP", "Net", "TestSupport", logging], exclude: ["Support/notes.proto", "Support/stock_client.py"]),
    tests(
      "Gateway", ["Gateway", "RPC", "Protobuf", "HTTP", "Net", "TestSupport", logging],
      exclude: ["Streams/files.proto", "Streams/clients.py"]),
    tests("Platform", ["Platform"]),
    tests("Log", ["Log", "Platform", logging]),
    tests("Storage", ["Storage", "Platform"]),
    tests("Outbound", ["Outbound", "Platform", "TestSupport", logging]),
    tests("LanguageModel", ["LanguageModel", "Outbound", "Platform", "Protobuf", "TestSupport", logging]),
    tests("Typesetting", ["CZip", "Platform", "TestSupport", "Typesetting"]),
    tests("Jobs", ["Jobs", "Platform", "Storage", logging]),
    tests("Identity", ["Identity", "Platform", "CFido2", "COpenSSL", "TestSupport"], exclude: ["WebAuthn/vectors.py"]),
    tests("Blobs", ["Blobs", "Identity", "Outbound", "Platform", "TestSupport", logging], exclude: ["S3/bucket_server.py"]),
    tests("Backup", ["Backup", "Blobs", "Identity", "Platform", "Storage"]),
    tests("Delivery", ["Delivery", "Identity", "Outbound", "Platform", "Storage", "TestSupport", logging]),
    tests(
      "CustomerService",
      [
        "ApplicationSupport", "CSQLite", "CustomerService", "CustomerServiceAPI", "Platform", "RPC", "Protobuf", "Storage", "Identity",
        "Blobs", "Delivery",
        logging,
      ]),
    tests("ApplicationSupport", ["ApplicationSupport"]),
    tests("Console", ["Console"]),
    tests(
      "CoWriting",
      ["ApplicationSupport", "CSQLite", "CoWriting", "CoWritingAPI", "Platform", "RPC", "Protobuf", "Storage", "Identity", logging]),
    tests("Repository"),
    tests("TestSupport", ["TestSupport"]),

  ]
)
