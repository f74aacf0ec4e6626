import ArgumentParser
import Protobuf

/// What the commands of both kinds of template have in common.
enum AdminTemplateArguments {
  /// - Throws: `AdminMistake` for what is no id.
  static func id(_ text: String, of template: String) throws -> Int64 {
    guard let id = Int64(text), id > 0 else {
      throw AdminMistake(description: "\(text) is no id of a template: weft admin cowriting \(template) list shows them")
    }
    return id
  }

  /// - Throws: `AdminMistake` for what is no JSON object.
  static func object(_ json: String?, option: String) throws -> GoogleProtobuf.Struct? {
    guard let json else { return nil }
    do {
      return try GoogleProtobuf.Struct(jsonUTF8Bytes: Array(json.utf8))
    } catch {
      throw AdminMistake(description: "\(option) takes a JSON object: \(error)")
    }
  }

  /// The pages, which the API numbers, that a part of a list lies in.
  static func page<Item>(
    _ skip: Int64, _ limit: Int32, _ fetch: (_ number: Int32) async throws -> (total: Int64, items: [Item])
  ) async throws -> AdminSession.Page<Item> {
    var items: [Item] = []
    var (number, surplus) = (skip / Int64(limit) + 1, Int(skip % Int64(limit)))
    while true {
      let answer = try await fetch(Int32(clamping: number))
      items += answer.items.dropFirst(surplus)
      guard items.count < Int(limit), answer.items.count == Int(limit) else { return (answer.total, Array(items.prefix(Int(limit)))) }
      (number, surplus) = (number + 1, 0)
    }
  }
}
