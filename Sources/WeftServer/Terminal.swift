import Console
import Foundation
import Glibc

/// What commands say to people.
enum Terminal {
  /// A line on standard error. What is in it may come from elsewhere, so it is made harmless.
  static func error(_ text: String) { message("weft: " + text) }

  /// The same without our name before it.
  static func message(_ text: String) { prompt(text + "\n") }

  /// The same without an end of the line.
  private static func prompt(_ text: String) {
    FileHandle.standardError.write(Data(SafeText.paragraph(text).utf8))
  }

  /// A line on standard output, at once: whoever started us may be waiting for it behind a pipe.
  static func line(_ text: String) {
    out(text + "\n")
  }

  /// Text on standard output, as it is.
  static func out(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      // A full disk: whoever reads the output later must not take it for whole.
      Terminal.error("cannot write the output: \(String(cString: strerror(errno)))")
      exit(EXIT_FAILURE)
    }
  }

  /// A line on standard error that the next one takes the place of; nothing takes it away.
  static func status(_ text: String) {
    FileHandle.standardError.write(Data(("\r\u{1b}[K" + SafeText.line(text)).utf8))
  }

  /// How wide the screen behind standard output is; nil where there is none, as behind a file or a pipe.
  static var screenColumns: Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    if let text = ProcessInfo.processInfo.environment["COLUMNS"], let columns = Int(text), columns > 0 { return columns }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether output may be more than plain text: on a terminal, unless somebody said otherwise (https://no-color.org).
  static var isStyled: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }

  /// Whether somebody watches standard error.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  /// Asks a question; nil where there is no terminal to ask, or no answer.
  static func ask(_ question: String) -> String? {
    guard isInteractive else { return nil }
    prompt(question)
    return readLine()
  }

  /// Whether somebody sits before standard input.
  static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

  /// Asks for something that is not to be seen on the screen; nil where there is no terminal to ask.
  static func secret(_ prompt: String) -> String? {
    guard isInteractive, let bytes = getpass(prompt) else { return nil }
    let text = String(cString: bytes)
    // getpass(3) takes Ctrl-C for a letter.
    if text.contains("\u{3}") { exit(130) }
    return text
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
