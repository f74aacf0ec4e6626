import CLinux

/// How glibc's allocator gives memory back.
enum Allocator {
  /// Blocks of this many bytes and more are maps of their own, which return to the system as soon as they are freed.
  private static let mappedBytesMin: Int32 = 512 * 1024

  /// Left alone, glibc raises that limit to the largest block that was freed, up to 32 MiB: after six pages of tickets of 50 MB each,
  /// which no slow reader took, a process kept 242 MB of holes instead of 24, and had held 497 MB at most instead of 260.
  /// Called once, before there is a second thread.
  static func configure() {
    mallopt(M_MMAP_THRESHOLD, mappedBytesMin)
    // Twice as much may lie free at a heap's end, as glibc itself would set it.
    mallopt(M_TRIM_THRESHOLD, 2 * mappedBytesMin)
  }
}
