internal import CSpawn
internal import Glibc
internal import Platform

/// Runs other programs from tests.
///
/// A test run starts everything at once and has thousands of descriptors open. Foundation's `Process` does not stand that: to close them in
/// the child it walks /proc/self/fd, and past some 1,365 entries it reads behind the buffer of `readdir`. Here the C library closes them.
///
/// Nobody waits on a thread of Swift's pool, which has one per core: a thread of our own waits for each program. Input and output are files
/// in memory, so that neither side ever waits for the other to read.
public enum TestProgram {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - name: A path, or a name that PATH has.
  ///   - input: All that it finds in its standard input.
  ///   - environment: Added to our own.
  ///   - folder: Where it runs; ours if nil.
  ///   - deadline: When it is killed, with what it has started.
  /// - Returns: What it wrote to its standard output.
  /// - Throws: `Failure`, which has everything that it wrote, if it cannot start, does not exit with 0 or misses the deadline.
  @discardableResult
  public static func run(
    _ name: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:], folder: String? = nil,
    deadline: Duration = .seconds(300)
  ) async throws -> [UInt8] {
    let files = try StandardFiles(input: input)
    let child = try ChildProcess(
      [name] + arguments, environment: environment, folder: folder, files: [files.input, files.output, files.errors])
    let end = await withCheckedContinuation { continuation in
      WorkerThread.start(name: "test-program") { continuation.resume(returning: child.wait(atMost: deadline)) }
    }
    let output = MemoryFile.bytes(files.output)
    guard end == .exited(0) else {
      let text = String(decoding: output + MemoryFile.bytes(files.errors), as: UTF8.self)
      throw Failure(description: "\(name) \(arguments.map { $0.prefix(200) }) \(end): \(text)")
    }
    return output
  }

  /// Starts a program that serves until its standard input ends, which it does when this process ends.
  ///
  /// - Returns: The first line of its standard output, without the line's end.
  public static func startServer(_ name: String, _ arguments: [String] = [], deadline: Duration = .seconds(120)) async throws -> String {
    let (input, output) = try (Pipe(), Pipe())
    // Of its errors everybody may read at once. Our ends stay open as long as we live.
    let child = try ChildProcess([name] + arguments, environment: [:], folder: nil, files: [input.readEnd, output.writeEnd, STDERR_FILENO])
    close(input.readEnd)
    close(output.writeEnd)
    let line = await withCheckedContinuation { continuation in
      WorkerThread.start(name: "test-server") {
        let line = output.line(atMost: deadline)
        if line == nil { child.kill() }
        continuation.resume(returning: line)
        // The thread of Swift Testing's exit tests goes round and round at the first child that nobody waits for.
        _ = child.wait(atMost: nil)
      }
    }
    guard let line else { throw Failure(description: "\(name) \(arguments) does not say that it is ready") }
    return line
  }
}

/// Standard input, output and error output of a program that runs to its end.
private final class StandardFiles: Sendable {
  let input, output, errors: Int32

  init(input bytes: [UInt8]) throws {
    input = try MemoryFile.make()
    output = try MemoryFile.make()
    errors = try MemoryFile.make()
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      guard count > 0 else { throw TestProgram.Failure(description: "no room for the input: error \(errno)") }
      rest = rest.dropFirst(count)
    }
    lseek(input, 0, SEEK_SET)
  }

  deinit { for file in [input, output, errors] { close(file) } }
}

private enum MemoryFile {
  static func make() throws -> Int32 {
    let file = weft_memory_file("weft-test")
    guard file >= 0 else { throw TestProgram.Failure(description: "no file in memory: error \(errno)") }
    return file
  }

  static func bytes(_ file: Int32) -> [UInt8] {
    let size = Int(lseek(file, 0, SEEK_END))
    return [UInt8](unsafeUninitializedCapacity: max(size, 0)) { buffer, count in
      while count < size {
        let got = pread(file, buffer.baseAddress.map { $0 + count }, size - count, off_t(count))
        guard got > 0 else { return }
        count += got
      }
    }
  }
}

private struct Pipe {
  let readEnd, writeEnd: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TestProgram.Failure(description: "no pipe: error \(errno)") }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  /// The first line; nil if the other side closes before its end, or the time is over.
  func line(atMost deadline: Duration) -> String? {
    let end = ContinuousClock.now + deadline
    var line: [UInt8] = []
    while line.last != UInt8(ascii: "\n") {
      var byte: UInt8 = 0
      guard ChildProcess.isReady(readEnd, until: end), read(readEnd, &byte, 1) == 1 else { return nil }
      line.append(byte)
    }
    return String(decoding: line.dropLast(), as: UTF8.self)
  }
}
