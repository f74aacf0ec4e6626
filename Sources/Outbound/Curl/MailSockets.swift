internal import Glibc

/// The open sockets of connections to mail servers; used by the transfer thread alone.
///
/// When curl ends one it says QUIT and blocks until the server has answered, up to two minutes. At the end nobody waits for
/// that: the sockets are shut down first.
final class MailSockets {
  private var files: Set<Int32> = []

  func opened(_ file: Int32) { files.insert(file) }

  func close(_ file: Int32) {
    files.remove(file)
    Glibc.close(file)
  }

  func shutDown() {
    for file in files { shutdown(file, Int32(SHUT_RDWR)) }
  }
}
