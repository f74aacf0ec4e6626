import HTTP

/// What the header `content-type` says of a request body, as far as it matters here (RFC 9110, section 8.3.1).
enum MediaType: Equatable {
  /// `application/json` or a type with the suffix `+json` (RFC 6839), in UTF-8.
  case json
  /// `application/x-www-form-urlencoded`, in UTF-8.
  case form
  case absent
  /// Anything else, also JSON in another charset.
  case other

  init(header: String?) {
    guard let header else {
      self = .absent
      return
    }
    if header == "application/json" {
      self = .json
      return
    }
    var pieces = header.lowercased().split(separator: ";", omittingEmptySubsequences: false).makeIterator()
    let type = (pieces.next() ?? "").trimmingSpaces()
    while let parameter = pieces.next() {
      guard Self.isUTF8OrNoCharset(parameter.trimmingSpaces()) else {
        self = .other
        return
      }
    }
    if type == "application/json" || type.hasPrefix("application/") && type.hasSuffix("+json") {
      self = .json
    } else if type == "application/x-www-form-urlencoded" {
      self = .form
    } else {
      self = .other
    }
  }

  private static func isUTF8OrNoCharset(_ parameter: Substring) -> Bool {
    guard parameter.hasPrefix("charset=") else { return true }
    let charset = parameter.dropFirst("charset=".count)
    return charset == "utf-8" || charset == "\"utf-8\"" || charset == "utf8"
  }
}

/// Whether the headers ask for `application/problem+json`.
func acceptsProblemDetails(_ headers: Headers) -> Bool {
  let isLongEnough = headers.withValue(of: "accept") { value in (value?.count ?? 0) >= "application/problem+json".utf8.count }
  return isLongEnough && acceptsProblemDetails(headers["accept"] ?? "")
}

/// Whether the header `accept` asks for `application/problem+json` by name; wildcards mean the documented styles.
func acceptsProblemDetails(_ accept: String) -> Bool {
  accept.utf8.count < 1024
    && accept.lowercased().split(separator: ",").contains { range in
      let pieces = range.split(separator: ";").map { $0.trimmingSpaces() }
      return pieces.first == "application/problem+json" && !pieces.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" }
    }
}
