import Foundation
import Glibc

/// What commands say to people.
enum Terminal {
  /// A line on standard error.
  static func error(_ text: String) {
    FileHandle.standardError.write(Data(("weft: " + text + "\n").utf8))
  }

  /// A line on standard output, at once: whoever started us may be waiting for it behind a pipe.
  static func line(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  /// Whether somebody sits before standard input.
  static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

  /// Asks for something that is not to be seen on the screen; nil where there is no terminal to ask.
  static func secret(_ prompt: String) -> String? {
    guard isInteractive, let text = getpass(prompt) else { return nil }
    return String(cString: text)
  }
}

/// `HOST:PORT` as people write it; IPv6 addresses in brackets.
struct HostAndPort {
  let host: String
  let port: UInt16

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), colon != text.startIndex else {
      return nil
    }
    let host = text[..<colon]
    self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
    self.port = port
  }
}
