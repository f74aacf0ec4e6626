import Protobuf
import Testing

@testable import RPC

@Suite struct StatusDetailsTests {
  @Test func anErrorComesBackFromItsDetails() throws {
    let error = RPCError(
      .resourceExhausted, "请求过于频繁", reason: "TOO_MANY", domain: "csa", info: ["limit": "3", "每": "分钟"], retryAfter: .milliseconds(1500),
      violations: [FieldViolation(path: "title", rule: "", message: "工单标题（title）不能为空")])
    let bytes = try #require(StatusDetails.encode(error))
    #expect(StatusDetails.error(bytes) == error)
  }

  @Test func keysThatLookAlikeDoNotStopTheProgram() throws {
    let info = GoogleRPC.ErrorInfo.with {
      $0.reason = "R"
      $0.metadata = ["\u{e9}": "a", "e\u{301}": "b"]
    }
    let status = GoogleRPC.Status.with {
      $0.code = 5
      $0.details = [
        .with {
          $0.typeURL = "type.googleapis.com/google.rpc.ErrorInfo"
          $0.value = info.serializedBytes()
        }
      ]
    }
    #expect(try #require(StatusDetails.error(status.serializedBytes())).info.count == 1)
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
