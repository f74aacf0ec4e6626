import Foundation
import Testing

/// "Where is POST /api/tickets handled?" has an answer in one step: the docstring of every handler opens with its route.
@Suite struct RouteRules {
  struct Route: Hashable, CustomStringConvertible {
    let method: String
    let path: String
    let rpc: String
    let file: String
    var description: String { "\(method) \(path) (\(rpc))" }
  }

  /// The rows of docs/routes.md: `| method | path | RPC | access | file |`.
  static func documented() throws -> [Route] {
    let page = try String(contentsOf: SourceRules.root.appending(path: "docs/routes.md"), encoding: .utf8)
    return page.components(separatedBy: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "`", with: "")
      }
      guard cells.count >= 6, ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(cells[1]) else { return nil }
      return Route(method: cells[1], path: cells[2], rpc: cells[3], file: cells[5])
    }
  }

  /// A service's file and its extensions, `OAuthService.swift` and `OAuthService+Authorize.swift`, one behind the other.
  static func source(_ file: String) -> String {
    let url = SourceRules.root.appending(path: file)
    let folder = url.deletingLastPathComponent()
    let service = url.deletingPathExtension().lastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.filter { $0 == service + ".swift" || $0.hasPrefix(service + "+") && $0.hasSuffix(".swift") }.sorted()
      .compactMap { try? String(contentsOf: folder.appending(path: $0), encoding: .utf8) }.joined(separator: "\n")
  }

  @Test func everyRouteIsNamedByItsHandler() throws {
    let routes = try Self.documented()
    #expect(routes.count >= 13)
    for route in routes {
      let lines = Self.source(route.file).components(separatedBy: "\n")
      let name = route.rpc.split(separator: "/").last.map { $0.prefix(1).lowercased() + $0.dropFirst() } ?? ""
      let handler = lines.firstIndex { $0.contains("func \(name)(") }
      let docstring = lines[..<(handler ?? 0)].reversed().prefix { $0.trimmingCharacters(in: .whitespaces).hasPrefix("///") }
      #expect(
        docstring.contains { $0.contains("\(route.method) \(route.path)") },
        "\(route.file): the docstring of \(name) must name its route \(route.method) \(route.path)")
    }
  }
}
