import HTTP

/// The fields that answers have in common, put together once.
struct AnswerHeads: Sendable {
  private let cors: CORSPolicy
  /// For JSON of an RPC: never stored, because it is for its caller only and may carry tokens (RFC 9111, section 5.2.2.5).
  private let json: Headers
  private let plain: Headers

  init(cors: CORSPolicy) {
    self.cors = cors
    var common = Headers()
    common.append("x-content-type-options", "nosniff")
    if cors.varies { common.append("vary", "origin") }
    var plain = common
    plain.append("referrer-policy", "no-referrer")
    self.plain = plain
    var json = Headers()
    json.append("content-type", "application/json")
    json.append("cache-control", "no-store")
    json.append(contentsOf: common)
    self.json = json
  }

  /// Fields of a JSON answer to `request`.
  func json(_ request: RequestHead, requestID: String) -> Headers {
    complete(json, request, requestID: requestID)
  }

  /// Fields of an answer that a browser navigates to: like JSON's, but no script of another origin may read it, and where its links lead
  /// nobody learns where they stood.
  func page(_ request: RequestHead, requestID: String) -> Headers {
    var headers = complete(json, request, requestID: requestID, isShared: false)
    headers.append("referrer-policy", "no-referrer")
    return headers
  }

  /// Fields of any other answer; content type and caching are the caller's.
  ///
  /// - Parameter isShared: Whether scripts of other origins may read it, as far as `cors` lets them.
  func plain(_ request: RequestHead, requestID: String, isShared: Bool = true) -> Headers {
    complete(plain, request, requestID: requestID, isShared: isShared)
  }

  private func complete(_ base: Headers, _ request: RequestHead, requestID: String, isShared: Bool = true) -> Headers {
    var headers = base
    headers.append("x-request-id", requestID)
    // ASVS 3.4.1; plain HTTP must not say it (RFC 6797, section 7.2).
    if request.isTLS { headers.append("strict-transport-security", "max-age=31536000") }
    if isShared, let origin = request.headers["origin"], let allowed = cors.allowed(origin) {
      headers.append("access-control-allow-origin", allowed)
      headers.append("access-control-expose-headers", CORSPolicy.exposedHeaders)
    }
    return headers
  }

  /// Adds what answers a preflight (Fetch Standard, "CORS-preflight fetch").
  ///
  /// - Parameter methods: The methods of the path, as `allow` lists them.
  func addPreflight(_ request: RequestHead, methods: String, to headers: inout Headers) {
    guard let origin = request.headers["origin"], cors.allowed(origin) != nil else { return }
    headers.append("access-control-allow-methods", methods)
    // `*` would not cover `authorization`, so the wanted names are given back as they came.
    if let wanted = request.headers["access-control-request-headers"], wanted.utf8.count <= 1024 {
      headers.append("access-control-allow-headers", wanted)
    }
    headers.append("access-control-max-age", CORSPolicy.maxAge)
  }
}
