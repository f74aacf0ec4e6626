import CoWritingAPI
import CustomerServiceAPI
import Gateway
import Protobuf

extension ServeSettings {
  /// An application that a process may serve, by its name in `WEFT_APPS`.
  enum Application: String, CaseIterable {
    case customerService = "csa"
    case coWriting = "cowriting"

    /// Its proto files.
    var files: [FileDescriptor] {
      switch self {
      case .customerService: CustomerServiceAPIDescription.files
      case .coWriting: CoWritingAPIDescription.files
      }
    }

    /// The description of its routes.
    var openAPI: [UInt8] {
      switch self {
      case .customerService: CustomerServiceAPIDescription.openAPI
      case .coWriting: CoWritingAPIDescription.openAPI
      }
    }
  }
}

extension [ServeSettings.Application] {
  /// What `/openapi.json` answers.
  var openAPI: [UInt8]? { OpenAPIMerge.merged(map(\.openAPI)) }
}
