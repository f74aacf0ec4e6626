internal import Outbound

/// A bucket, and how its objects are addressed.
public struct S3Location: Sendable, Equatable {
  public let bucket: String
  public let region: String
  /// Host and port as requests name them (`Host`), without a port that goes without saying.
  let authority: String
  let scheme: String
  /// What stands in front of a key in a URL's path, beginning and ending with a slash.
  let pathPrefix: String
  /// Whether clients fetch objects from the bucket itself.
  let givesLinks: Bool

  public static let urlForm =
    "s3://BUCKET?region=REGION, with &endpoint=http(s)://HOST[:PORT] for a store that is not Amazon's, &addressing=virtual if that wants the bucket in its host name, &links=off to serve downloads through this server"

  /// - Returns: Nil if the text has another form, or an unknown parameter.
  public init?(url text: String) {
    guard let url = OutboundURL(text), url.scheme == "s3", url.user == nil, url.port == nil, url.path == "/" || url.path.isEmpty,
      Self.isBucket(url.host), let items = url.queryItems
    else { return nil }
    var values: [String: String] = [:]
    for (name, value) in items {
      guard ["endpoint", "region", "addressing", "links"].contains(name), !value.isEmpty, values[name] == nil else { return nil }
      values[name] = value
    }
    guard ["path", "virtual", nil].contains(values["addressing"]), ["on", "off", nil].contains(values["links"]) else { return nil }
    region = values["region"] ?? "us-east-1"
    guard region.utf8.allSatisfy(Self.isNamePart), region.utf8.count <= 64 else { return nil }
    bucket = url.host
    givesLinks = values["links"] != "off"
    let isVirtual: Bool
    if let endpoint = values["endpoint"] {
      guard let url = OutboundURL(endpoint), ["http", "https"].contains(url.scheme), url.user == nil, url.query == nil, url.path == "/"
      else {
        return nil
      }
      scheme = url.scheme
      let usual = url.scheme == "https" ? ":443" : ":80"
      let host = url.authority.hasSuffix(usual) && url.port != nil ? String(url.authority.dropLast(usual.count)) : url.authority
      isVirtual = values["addressing"] == "virtual"
      authority = isVirtual ? "\(bucket).\(host)" : host
    } else {
      scheme = "https"
      // A certificate for *.s3.… does not fit a bucket with a dot.
      isVirtual = values["addressing"].map { $0 == "virtual" } ?? !bucket.contains(".")
      authority = (isVirtual ? "\(bucket)." : "") + "s3.\(region).amazonaws.com"
    }
    pathPrefix = isVirtual ? "/" : "/\(bucket)/"
  }

  /// The URL of an object, or of the bucket for nil.
  ///
  /// - Parameter query: In canonical form (SigV4): sorted, each with its `=`.
  func url(_ key: BlobKey?, query: String = "") -> String {
    "\(scheme)://\(authority)\(path(key))" + (query.isEmpty ? "" : "?\(query)")
  }

  /// Keys have only characters that need no escaping.
  func path(_ key: BlobKey?) -> String {
    if let key { return pathPrefix + key.text }
    return pathPrefix == "/" ? "/" : String(pathPrefix.dropLast())
  }

  /// For messages: which bucket, where.
  public var description: String { "bucket \(bucket) at \(scheme)://\(authority)" }

  private static func isBucket(_ name: String) -> Bool {
    (3...63).contains(name.utf8.count) && name.utf8.allSatisfy { isNamePart($0) || $0 == UInt8(ascii: ".") }
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || byte == UInt8(ascii: "-")
  }
}
