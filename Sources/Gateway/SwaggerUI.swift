import Glibc

/// The files of Swagger UI 5, read once at start and served from memory.
///
/// They are not part of the repository: `make setup` fetches them, pinned by hash (tools/fetch-swagger-ui.sh).
public struct SwaggerUI: Sendable {
  let styleSheet: [UInt8]
  let script: [UInt8]
  let icon: [UInt8]

  /// The ceiling on one file in bytes; the bundle of 5.33 has 1.6 MB.
  static let fileBytesMax = 16 << 20

  /// Reads the files in `directory`; nil if one of them is not there.
  public init?(directory: String) {
    guard let styleSheet = Self.read(directory + "/swagger-ui.css"), let script = Self.read(directory + "/swagger-ui-bundle.js"),
      let icon = Self.read(directory + "/favicon-32x32.png")
    else { return nil }
    self.init(styleSheet: styleSheet, script: script, icon: icon)
  }

  init(styleSheet: [UInt8], script: [UInt8], icon: [UInt8]) {
    self.styleSheet = styleSheet
    self.script = script
    self.icon = icon
  }

  /// Where `make setup` puts the files: the folder `swagger-ui` in `$WEFT_CACHE`, `$XDG_CACHE_HOME/weft` or `~/.cache/weft`.
  ///
  /// - Returns: nil where none of the variables is set.
  public static func defaultDirectory(environment: [String: String]) -> String? {
    if let cache = environment["WEFT_CACHE"], !cache.isEmpty { return cache + "/swagger-ui" }
    if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty { return cache + "/weft/swagger-ui" }
    if let home = environment["HOME"], !home.isEmpty { return home + "/.cache/weft/swagger-ui" }
    return nil
  }

  private static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0, bytes.count + count <= fileBytesMax else { return nil }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
  }
}
