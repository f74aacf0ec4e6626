/// Which target serves a method and path: a tree of decoded path segments.
///
/// A literal segment beats a variable one, one trailing slash is tolerated, and HEAD finds what GET finds. A path that exists for other methods
/// only is told apart from one that does not exist (RFC 9110, sections 15.5.5 and 15.5.6).
struct RouteTable<Target: Sendable>: Sendable {
  /// One piece of a route between two slashes.
  enum Segment: Equatable, Sendable {
    /// Just this text, decoded.
    case literal([UInt8])
    /// Any one non-empty segment.
    case any
    /// Everything that is left, possibly nothing; only at the end.
    case rest
  }

  /// Where a path leads.
  enum Lookup {
    /// The target, and the ranges of the path's segments, undecoded, in order.
    case found(Target, segments: [Range<Int>])
    /// The path exists for the methods in the value of `allow`.
    case methodNotAllowed(allow: String)
    case notFound
  }

  /// Two routes that no request could tell apart.
  struct Conflict: Error, Equatable {
    var method: String
    var path: String
  }

  /// The ceiling on segments in a path; documented paths have at most eight.
  static var segmentsMax: Int { 32 }

  private struct Node: Sendable {
    var literals: [(text: [UInt8], node: Int)] = []
    var any: Int?
    /// Targets of paths that end here, by method.
    var targets: [(method: String, target: Target)] = []
    /// Targets of paths of which everything from here on is one `rest`.
    var restTargets: [(method: String, target: Target)] = []
  }

  /// The root first; children by index.
  private var nodes = [Node()]
  /// Routes whose last segment ends in a verb, `/v1/{name}:archive`: a table for each verb, of the paths without it.
  private var verbs: [(suffix: [UInt8], table: RouteTable)] = []

  /// Adds a route.
  ///
  /// - Parameters:
  ///   - segments: The decoded pieces of the path; none for `/`.
  ///   - verb: What follows the last colon of the path.
  ///   - path: What to call the route in a conflict.
  /// - Throws: `Conflict` where the method and an equivalent path are taken.
  mutating func insert(
    method: String, segments: [Segment], verb: String? = nil, path: String, target: Target
  ) throws(Conflict) {
    if let verb {
      let suffix = Array(":\(verb)".utf8)
      let known = verbs.firstIndex { $0.suffix == suffix }
      if known == nil { verbs.append((suffix, RouteTable())) }
      try verbs[known ?? verbs.count - 1].table.insert(method: method, segments: segments, path: path, target: target)
      return
    }
    var node = 0
    for (index, segment) in segments.enumerated() {
      switch segment {
      case .literal(let text): node = child(of: node, literal: text)
      case .any: node = anyChild(of: node)
      case .rest:
        precondition(index == segments.count - 1, "a rest segment stands at the end: \(path)")
        guard !nodes[node].restTargets.contains(where: { $0.method == method }) else { throw Conflict(method: method, path: path) }
        nodes[node].restTargets.append((method, target))
        return
      }
    }
    guard !nodes[node].targets.contains(where: { $0.method == method }) else { throw Conflict(method: method, path: path) }
    nodes[node].targets.append((method, target))
  }

  /// Finds what serves `method` on `path`.
  ///
  /// - Parameter path: The raw path, without query: percent-encoded, beginning with a slash.
  func find(method: String, path: Span<UInt8>) -> Lookup {
    for (suffix, table) in verbs where path.count > suffix.count {
      guard Self.equal(suffix, path.extracting(path.count - suffix.count..<path.count)) else { continue }
      let found = table.find(method: method, path: path.extracting(0..<path.count - suffix.count))
      if case .notFound = found { continue }
      return found
    }
    guard let segments = Self.split(path) else { return .notFound }
    var allowed: [String] = []
    if let target = find(method: method, path: path, segments: segments, depth: 0, node: 0, allowed: &allowed) {
      return .found(target, segments: segments)
    }
    return allowed.isEmpty ? .notFound : .methodNotAllowed(allow: Self.allowValue(allowed))
  }

  /// Every method of the table, as the value of `allow`: the answer to `OPTIONS *`.
  var allMethods: String {
    Self.allowValue(nodes.flatMap { ($0.targets + $0.restTargets).map(\.method) })
  }

  /// Depth first, literals before variables; a branch that knows the path but not the method leaves its methods in `allowed`.
  private func find(
    method: String, path: Span<UInt8>, segments: [Range<Int>], depth: Int, node: Int, allowed: inout [String]
  ) -> Target? {
    if depth == segments.count {
      if let target = Self.pick(method, from: nodes[node].targets, allowed: &allowed) { return target }
    } else {
      let segment = path.extracting(segments[depth])
      if let next = literalChild(of: node, segment: segment),
        let target = find(method: method, path: path, segments: segments, depth: depth + 1, node: next, allowed: &allowed)
      {
        return target
      }
      if let next = nodes[node].any, !segment.isEmpty,
        let target = find(method: method, path: path, segments: segments, depth: depth + 1, node: next, allowed: &allowed)
      {
        return target
      }
    }
    return Self.pick(method, from: nodes[node].restTargets, allowed: &allowed)
  }

  private static func pick(_ method: String, from targets: [(method: String, target: Target)], allowed: inout [String]) -> Target? {
    if targets.isEmpty { return nil }
    if let found = targets.first(where: { $0.method == method || $0.method == "*" }) { return found.target }
    if method == "HEAD", let found = targets.first(where: { $0.method == "GET" }) { return found.target }
    allowed.append(contentsOf: targets.lazy.map(\.method))
    return nil
  }

  private func literalChild(of node: Int, segment: Span<UInt8>) -> Int? {
    // An escape may spell any character, so `%74ickets` is `tickets`; decoding is left to the rare path that has one.
    for index in 0..<segment.count where segment[index] == UInt8(ascii: "%") {
      guard let decoded = try? PercentCoding.decode(segment, plusIsSpace: false) else { return nil }
      return nodes[node].literals.first { $0.text == decoded }?.node
    }
    return nodes[node].literals.first { Self.equal($0.text, segment) }?.node
  }

  private static func equal(_ text: [UInt8], _ segment: Span<UInt8>) -> Bool {
    guard text.count == segment.count else { return false }
    for index in 0..<segment.count where text[index] != segment[index] { return false }
    return true
  }

  /// The ranges between the slashes of a path, without the empty one behind a trailing slash; nil where it is no path or has too many.
  private static func split(_ path: Span<UInt8>) -> [Range<Int>]? {
    guard path.count > 0, path[0] == UInt8(ascii: "/") else { return nil }
    var segments: [Range<Int>] = []
    segments.reserveCapacity(8)
    var start = 1
    for index in 1..<max(1, path.count) where path[index] == UInt8(ascii: "/") {
      segments.append(start..<index)
      start = index + 1
      if segments.count > segmentsMax { return nil }
    }
    if start < path.count { segments.append(start..<path.count) }
    return segments
  }

  private static func allowValue(_ methods: [String]) -> String {
    var set = Set(methods)
    if set.contains("GET") { set.insert("HEAD") }
    set.insert("OPTIONS")
    return set.sorted().joined(separator: ", ")
  }

  private mutating func child(of node: Int, literal text: [UInt8]) -> Int {
    if let known = nodes[node].literals.first(where: { $0.text == text }) { return known.node }
    nodes.append(Node())
    nodes[node].literals.append((text, nodes.count - 1))
    return nodes.count - 1
  }

  private mutating func anyChild(of node: Int) -> Int {
    if let known = nodes[node].any { return known }
    nodes.append(Node())
    nodes[node].any = nodes.count - 1
    return nodes.count - 1
  }
}
