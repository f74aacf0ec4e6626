import Protobuf
import Testing

@testable import RPC

@Suite struct StatusDetailsTests {
  @Test func anErrorComesBackFromItsDetails() throws {
    let error = RPCError(
      .resourceExhausted, "请求过于频繁", reason: "TOO_MANY", domain: "csa", retryAfter: .milliseconds(1500),
      violations: [FieldViolation(path: "title", rule: "", message: "工单标题（title）不能为空")])
    let bytes = try #require(StatusDetails.encode(error))
    #expect(StatusDetails.error(bytes) == error)
  }

  @Test func detailsOfOtherTypesAreKept() throws {
    let detail = GoogleProtobuf.`Any`.with {
      $0.typeURL = "type.googleapis.com/test.Other"
      $0.value = [8, 1]
    }
    let bytes = try #require(StatusDetails.encode(RPCError(.aborted, "x", otherDetails: [detail])))
    #expect(StatusDetails.error(bytes)?.otherDetails == [detail])
  }

  @Test func anErrorWithoutDetailsSendsNone() {
    #expect(StatusDetails.encode(RPCError(.notFound, "工单不存在")) == nil)
  }

  @Test func bytesThatAreNoStatusChangeNothing() {
    var error = RPCError(.notFound, "x")
    StatusDetails.decode([0xff, 0xff], into: &error)
    #expect(error == RPCError(.notFound, "x"))
    #expect(StatusDetails.error([0xff]) == nil)
  }

  @Test func aStatusThatSaysOKIsNoError() {
    #expect(StatusDetails.error([]) == nil)
  }
}
