import HTTP
import Protobuf
import Testing

@testable import RPC

/// gRPC documentation, "Server Reflection Protocol".
@Suite struct ReflectionServiceTests {
  private typealias Request = GRPCReflectionV1.ServerReflectionRequest.MessageRequest

  /// The answers to these requests, on one stream.
  private func ask(_ requests: Request...) async throws -> [GRPCReflectionV1.ServerReflectionResponse.MessageResponse?] {
    let server = try Loopback()
    let call = try await GRPCReflectionV1.ServerReflectionClient(server.client).serverReflectionInfo()
    var answers: [GRPCReflectionV1.ServerReflectionResponse.MessageResponse?] = []
    for request in requests {
      try await call.write(.with { $0.messageRequest = request })
      let answer = try #require(try await call.next())
      #expect(answer.originalRequest?.messageRequest == request)
      answers.append(answer.messageResponse)
    }
    return answers
  }

  /// Names of the files in an answer.
  private func files(_ answer: GRPCReflectionV1.ServerReflectionResponse.MessageResponse?) throws -> [String] {
    guard case .fileDescriptorResponse(let files)? = answer else { return [] }
    return try files.fileDescriptorProto.map { try GoogleProtobuf.FileDescriptorProto(serializedBytes: $0).name ?? "" }
  }

  @Test func everyServiceIsListed() async throws {
    guard case .listServicesResponse(let list)? = try await ask(.listServices(""))[0] else { return #expect(Bool(false)) }
    #expect(
      list.service.map(\.name) == [
        "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "test.notes.Book",
        "test.notes.Echo",
      ])
  }

  @Test(arguments: [
    "test.notes.Echo", "test.notes.Echo.Unary", "test.notes.Note", "test.notes.Note.text", ".test.notes.Note",
  ])
  func aSymbolLeadsToItsFile(symbol: String) async throws {
    let names = try files(try await ask(.fileContainingSymbol(symbol))[0])
    #expect(names.first == "notes.proto")
  }

  @Test(arguments: [
    "grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc.health.v1.HealthCheckResponse.SERVING",
    "grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING",
  ])
  func enumsAndTheirValuesAreSymbols(symbol: String) async throws {
    #expect(try files(try await ask(.fileContainingSymbol(symbol))[0]).first == "grpc/health/v1/health.proto")
  }

  @Test func importsComeAlongOnceAStream() async throws {
    let answers = try await ask(.fileByFilename("notes.proto"), .fileByFilename("notes.proto"))
    let all = try files(answers[0])
    #expect(Set(all).isSuperset(of: ["notes.proto", "weft/v1/options.proto", "google/protobuf/descriptor.proto", "google/api/http.proto"]))
    #expect(Set(all).count == all.count)
    #expect(try files(answers[1]) == ["notes.proto"])
  }

  @Test func extensionsAreFound() async throws {
    let answers = try await ask(
      .fileContainingExtension(
        .with {
          $0.containingType = "google.protobuf.MethodOptions"
          $0.extensionNumber = 72_295_728
        }),
      .allExtensionNumbersOfType("google.protobuf.MethodOptions"))
    #expect(try files(answers[0]).first == "google/api/annotations.proto")
    guard case .allExtensionNumbersResponse(let numbers)? = answers[1] else { return #expect(Bool(false)) }
    #expect(numbers.extensionNumber == [50501, 72_295_728])
  }

  @Test func whatIsNotThereIsNotFound() async throws {
    let answers = try await ask(
      .fileByFilename("x.proto"), .fileContainingSymbol("x.Y"), .allExtensionNumbersOfType("x.Y"),
      .fileContainingExtension(
        .with {
          $0.containingType = "x.Y"
          $0.extensionNumber = 1
        }))
    for answer in answers {
      guard case .errorResponse(let error)? = answer else { return #expect(Bool(false)) }
      #expect(error.errorCode == 5)
    }
  }

  @Test func theOlderNameGivesTheSameAnswers() async throws {
    let call = try await GRPCReflectionV1Alpha.ServerReflectionClient(try Loopback().client).serverReflectionInfo()
    try await call.write(.with { $0.messageRequest = .fileContainingSymbol("test.notes.Echo") })
    guard case .fileDescriptorResponse(let found)? = try await call.next()?.messageResponse else { return #expect(Bool(false)) }
    #expect(found.fileDescriptorProto.count > 3)
  }
}
