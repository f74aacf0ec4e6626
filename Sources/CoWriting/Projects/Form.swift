/// A form of a project as it is stored.
struct Form: Equatable, Sendable {
  /// 0 before it is stored.
  var id: Int64 = 0
  var projectID: Int64
  /// Such as `basic_info`.
  var type: String
  /// A JSON object, of `JSONObject.text`.
  var data: String
  /// How many keys the object has at the top.
  var fieldsCount: Int64
  /// Microseconds since 1970, UTC.
  var createdAt: Int64
  var updatedAt: Int64

  static let dataBytesMax = 256 * 1024
}
