import Protobuf
import RPC

/// Makes the request messages of an upload from the bytes of a multipart form: one for each plain field, one at the head of the file, then the file's
/// bytes in pieces.
///
/// Fields that the path, a header or the file itself fills cannot be given as form fields: such parts are ignored like unknown ones.
struct UploadMessages {
  /// The bytes of a file in one message.
  static let pieceBytes = 256 * 1024

  private enum Part {
    case none
    case file
    case field(String, [FieldSchema])
    case ignored
  }

  private let route: RESTRoute
  private let upload: RESTRoute.Upload
  private let reserved: Set<Int>
  private var parser: MultipartParser
  private var part = Part.none
  private var value: [UInt8] = []
  private var seen: Set<String> = []
  private var hasFile = false
  /// The message under way: a whole piece's head, then what has come of the piece.
  private var piece: [UInt8] = []
  private let pieceHead: [UInt8]
  /// What is ready to be sent, in order.
  private var ready: [[UInt8]] = []

  init(_ route: RESTRoute, _ upload: RESTRoute.Upload, boundary: [UInt8]) {
    (self.route, self.upload) = (route, upload)
    parser = MultipartParser(boundary: boundary)
    let filled = [upload.content, upload.filename, upload.contentType].compactMap(\.self) + route.headers.map(\.field)
    reserved = Set((filled + route.variables.compactMap(\.fields.first)).map(\.number))
    var head: [UInt8] = []
    FieldValueWriter.append(prefixOf: Self.pieceBytes, number: upload.content.number, into: &head)
    pieceHead = head
  }

  /// Takes the messages that are ready.
  mutating func take() -> [[UInt8]] {
    defer { ready = [] }
    return ready
  }

  /// Takes bytes of the form in.
  mutating func read(_ bytes: UnsafeRawBufferPointer) throws(MultipartError) {
    let input = bytes.assumingMemoryBound(to: UInt8.self).span
    var at = 0
    while true {
      switch try parser.next(input, &at) {
      case .needsMore: return
      case .part(let head): try begin(head)
      case .data(let range): try append(UnsafeRawBufferPointer(rebasing: bytes[range]))
      case .held(let range):
        let delimiter = parser.delimiter
        try delimiter.withUnsafeBytes { held in
          Result { () throws(MultipartError) in try append(UnsafeRawBufferPointer(rebasing: held[range])) }
        }.get()
      case .partEnd: try end()
      }
    }
  }

  /// The form has ended.
  mutating func finish() throws(MultipartError) {
    try parser.finish()
    guard hasFile else { throw .missingFile(upload.partName) }
  }

  // MARK: Parts

  private mutating func begin(_ head: MultipartHead) throws(MultipartError) {
    if head.name == upload.partName { return try beginFile(head) }
    guard let fields = route.parameterFields(head.name), let first = fields.first, !reserved.contains(first.number) else {
      part = .ignored
      return
    }
    // Which of two values is meant, two programs would answer differently. A list is meant to repeat.
    if !seen.insert(head.name).inserted, fields.last?.isRepeated != true { throw .duplicate(head.name) }
    part = .field(head.name, fields)
  }

  private mutating func beginFile(_ head: MultipartHead) throws(MultipartError) {
    guard !hasFile else { throw .duplicate(head.name) }
    guard let filename = head.filename else { throw .noFile(head.name) }
    // What a browser sends where no file was chosen.
    guard !filename.isEmpty else { throw .missingFile(head.name) }
    hasFile = true
    part = .file
    var message: [UInt8] = []
    if let field = upload.filename { FieldValueWriter.append(delimited: Array(filename.utf8), number: field.number, into: &message) }
    if let field = upload.contentType, let type = head.contentType {
      FieldValueWriter.append(delimited: Array(type.utf8), number: field.number, into: &message)
    }
    if !message.isEmpty { ready.append(message) }
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) throws(MultipartError) {
    switch part {
    case .file: appendToFile(bytes)
    case .field(let name, _):
      guard value.count + bytes.count <= MultipartError.fieldBytesMax else { throw .fieldTooLarge(name) }
      value.append(contentsOf: bytes)
    case .ignored, .none: return
    }
  }

  private mutating func appendToFile(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while !rest.isEmpty {
      if piece.isEmpty {
        piece.reserveCapacity(pieceHead.count + Self.pieceBytes)
        piece.append(contentsOf: pieceHead)
      }
      let count = min(rest.count, pieceHead.count + Self.pieceBytes - piece.count)
      piece.append(contentsOf: rest.prefix(count))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      if piece.count == pieceHead.count + Self.pieceBytes {
        ready.append(piece)
        piece = []
      }
    }
  }

  private mutating func end() throws(MultipartError) {
    switch part {
    case .file where !piece.isEmpty:
      // The last piece is a shorter one.
      var last: [UInt8] = []
      FieldValueWriter.append(delimited: Array(piece.dropFirst(pieceHead.count)), number: upload.content.number, into: &last)
      ready.append(last)
      piece = []
    case .field(let name, let fields): try endField(name, fields)
    case .file, .ignored, .none: break
    }
    part = .none
  }

  private mutating func endField(_ name: String, _ fields: [FieldSchema]) throws(MultipartError) {
    defer { value = [] }
    guard String(validating: value, as: UTF8.self) != nil else { throw .wrongValue(name, "\(name) 不是有效的UTF-8文本") }
    guard !value.contains(0) else { throw .wrongValue(name, "\(name) 不能包含空字符（U+0000）") }
    var message: [UInt8] = []
    do throws(FieldValueWriter.Mismatch) {
      try FieldValueWriter.append(value, to: fields, into: &message)
    } catch {
      throw .wrongValue(name, "\(name) 应为\(error.expected)")
    }
    ready.append(message)
  }
}
