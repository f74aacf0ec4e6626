/// The values of a path's variables.
enum PathVariables {
  /// The decoded value of a variable; nil where the path holds a broken escape, broken UTF-8 or NUL.
  ///
  /// A variable of several segments keeps the slashes between them; one of a single segment may hold an escaped slash.
  static func decode(_ variable: RESTRoute.Variable, path: Span<UInt8>, segments: [Range<Int>]) -> [UInt8]? {
    let first = variable.segments.lowerBound
    let last = variable.isOpen ? segments.count : variable.segments.upperBound
    // Only `**` may stand for nothing at all.
    guard first < last, last <= segments.count else { return [] }
    let range = segments[first].lowerBound..<segments[last - 1].upperBound
    return try? PercentCoding.decode(path.extracting(range), plusIsSpace: false)
  }
}
