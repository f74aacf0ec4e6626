import Generator
import Protobuf
import Testing

/// Mistakes in a `.proto` file come back as `FILE:LINE: what is wrong`, all at once, and nothing is generated.
@Suite struct MistakeTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let body: String
    let error: String
    var testDescription: String { name }
  }

  // Line 12 of the file is the first line of a case's text.
  static let head = """
    syntax = "proto3";

    package a;

    import "buf/validate/validate.proto";
    import "google/api/annotations.proto";
    import "google/protobuf/descriptor.proto";
    import "google/protobuf/timestamp.proto";
    import "google/protobuf/wrappers.proto";
    import "weft/v1/options.proto";


    """

  static let open = "option (weft.v1.method) = {access: ACCESS_PUBLIC};"

  static let upload = "rpc Put(stream Q) returns (Q) { OPEN option (google.api.http) = {put: \"/x\" body: \"*\"}; }"

  /// A service of one RPC whose messages have one field with `file_part`.
  static func file(_ rpc: String, _ field: String, _ part: String) -> String {
    let rpc = rpc.replacing("OPEN", with: open)
    return "service S {\n  \(rpc)\n}\nmessage Q { \(field) [(weft.v1.field).file_part = {\(part)}]; string s = 2; int32 n = 3; }"
  }

  @Test(arguments: [
    Case(
      name: "an RPC without access",
      body: "service S {\n  rpc Get(Q) returns (Q);\n}\nmessage Q {}",
      error: "a/b.proto:13: S.Get does not say who may call it"),
    Case(
      name: "access unspecified, said aloud",
      body: "service S {\n  rpc Get(Q) returns (Q) {\n    option (weft.v1.method) = {access: ACCESS_UNSPECIFIED};\n  }\n}\nmessage Q {}",
      error: "a/b.proto:13: S.Get does not say who may call it"),
    Case(
      name: "a token of nobody's application",
      body: "service S {\n  rpc Get(Q) returns (Q) {\n    option (weft.v1.method) = {access: ACCESS_USER};\n  }\n}\nmessage Q {}",
      error: "a/b.proto:13: S.Get asks for a token, but its service does not say whose"),
    Case(
      name: "two RPCs on one route",
      body: """
        service S {
          rpc Get(Q) returns (Q) { \(open) option (google.api.http) = {get: "/x/{id}"}; }
          rpc Find(Q) returns (Q) { \(open)
            option (google.api.http) = {get: "/x/{name}"}; }
        }
        message Q { string id = 1; string name = 2; }
        """,
      error: "a/b.proto:15: S.Find: GET /x/{name} takes the same requests as S.Get (GET /x/{id})"),
    Case(
      name: "an additional binding on a taken route",
      body: """
        service S {
          rpc Get(Q) returns (Q) { \(open) option (google.api.http) = {get: "/x"}; }
          rpc Find(Q) returns (Q) { \(open) option (google.api.http) = {get: "/y" additional_bindings: {get: "/x"}}; }
        }
        message Q {}
        """,
      error: "a/b.proto:14: S.Find: GET /x takes the same requests as S.Get (GET /x)"),
    Case(
      name: "a path variable that names no field",
      body:
        "service S {\n  rpc Get(Q) returns (Q) { \(open) option (google.api.http) = {get: \"/x/{no}\"}; }\n}\nmessage Q { string id = 1; }",
      error: "a/b.proto:13: S.Get: {no} names no field of Q"),
    Case(
      name: "a path variable that names a message",
      body: "service S {\n  rpc Get(Q) returns (Q) { \(open) option (google.api.http) = {get: \"/x/{q}\"}; }\n}\nmessage Q { Q q = 1; }",
      error: "a/b.proto:13: S.Get: {q} is a message field"),
    Case(
      name: "a path variable inside a string field",
      body:
        "service S {\n  rpc Get(Q) returns (Q) { \(open) option (google.api.http) = {get: \"/x/{id.x}\"}; }\n}\nmessage Q { string id = 1; }",
      error: "a/b.proto:13: S.Get: {id.x} names no field of Q"),
    Case(
      name: "a body that names no field",
      body:
        "service S {\n  rpc Put(Q) returns (Q) { \(open) option (google.api.http) = {put: \"/x\" body: \"no\"}; }\n}\nmessage Q { string id = 1; }",
      error: "a/b.proto:13: S.Put: body \"no\" names no field of Q"),
    Case(
      name: "a GET with a body",
      body:
        "service S {\n  rpc Get(Q) returns (Q) { \(open) option (google.api.http) = {get: \"/x\" body: \"*\"}; }\n}\nmessage Q { string id = 1; }",
      error: "a/b.proto:13: S.Get: GET has no body"),
    Case(
      name: "a broken path",
      body:
        "service S {\n  rpc Get(Q) returns (Q) { \(open) option (google.api.http) = {get: \"/x/{id\"}; }\n}\nmessage Q { string id = 1; }",
      error: "a/b.proto:13: S.Get: \"/x/{id\" is no path template"),
    Case(
      name: "a route without a method",
      body: "service S {\n  rpc Get(Q) returns (Q) { \(open) option (google.api.http) = {body: \"*\"}; }\n}\nmessage Q { string id = 1; }",
      error: "a/b.proto:13: S.Get: a route needs a method and a path"),
    Case(
      name: "a route to a stream of requests",
      body:
        "service S {\n  rpc Put(stream Q) returns (Q) { \(open) option (google.api.http) = {put: \"/x\"}; }\n}\nmessage Q { string id = 1; }",
      error: "a/b.proto:13: S.Put: a stream of requests cannot be called over REST"),
    Case(
      name: "a file without a stream",
      body: file("rpc Put(Q) returns (Q) { OPEN option (google.api.http) = {put: \"/x\" body: \"*\"}; }", "bytes b = 1", "name: \"f\""),
      error: "a/b.proto:13: S.Put: file_part is for a stream of requests"),
    Case(
      name: "a file in a string",
      body: file(upload, "string b = 1", "name: \"f\""),
      error: "a/b.proto:13: S.Put: b bears file_part and is no single bytes field"),
    Case(
      name: "a file without a name",
      body: file(upload, "bytes b = 1", "filename_field: \"s\""),
      error: "a/b.proto:13: S.Put: the file_part of b has no name"),
    Case(
      name: "a file's name in no string",
      body: file(upload, "bytes b = 1", "name: \"f\" filename_field: \"n\""),
      error: "a/b.proto:13: S.Put: file_part names n, which is no single string field"),
    Case(
      name: "a file's type in no field",
      body: file(upload, "bytes b = 1", "name: \"f\" content_type_field: \"no\""),
      error: "a/b.proto:13: S.Put: file_part names no, which is no single string field"),
    Case(
      name: "a form that is not the whole body",
      body: file("rpc Put(stream Q) returns (Q) { OPEN option (google.api.http) = {put: \"/x\"}; }", "bytes b = 1", "name: \"f\""),
      error: "a/b.proto:13: S.Put: a multipart form is the whole body, so body is \"*\""),
    Case(
      name: "a file that answers a stream",
      body: file(
        "rpc Put(stream Q) returns (stream Q) { OPEN option (google.api.http) = {put: \"/x\" body: \"*\"}; }", "bytes b = 1", "name: \"f\""),
      error: "a/b.proto:13: S.Put: a stream of requests that answers a stream cannot be called over REST"),
    Case(
      name: "a string rule on a number",
      body: "message Q {\n  string a = 1;\n  int32 b = 2 [(buf.validate.field).string.min_len = 1];\n}",
      error: "a/b.proto:14: Q.b: a rule of `string` on a field of type int32, which takes `int32`"),
    Case(
      name: "an int32 rule on an int64",
      body: "message Q {\n  int64 b = 2 [(buf.validate.field).int32.gte = 1];\n}",
      error: "a/b.proto:13: Q.b: a rule of `int32` on a field of type int64, which takes `int64`"),
    Case(
      name: "a string rule on a repeated field",
      body: "message Q {\n  repeated string b = 2 [(buf.validate.field).string.min_len = 1];\n}",
      error: "a/b.proto:13: Q.b: a rule of `string` on a repeated field, which takes `repeated`"),
    Case(
      name: "an items rule of the wrong type",
      body: "message Q {\n  repeated string b = 2 [(buf.validate.field).repeated.items.int32.gte = 1];\n}",
      error: "a/b.proto:13: Q.b: a rule of `int32` on a field of type string"),
    Case(
      name: "a map rule of the wrong key type",
      body: "message Q {\n  map<string, int32> b = 2 [(buf.validate.field).map.keys.int32.gte = 1];\n}",
      error: "a/b.proto:13: Q.b: a rule of `int32` on a field of type string"),
    Case(
      name: "a string rule on a message",
      body: "message Q {\n  Q b = 2 [(buf.validate.field).string.min_len = 1];\n}",
      error: "a/b.proto:13: Q.b: a rule of `string` on a field of message a.Q, which takes only `required`"),
    Case(
      name: "a duration rule on a timestamp",
      body: "message Q {\n  google.protobuf.Timestamp b = 2 [(buf.validate.field).duration.gt = {seconds: 1}];\n}",
      error: "which takes `timestamp`"),
    Case(
      name: "lengths that nothing has",
      body: "message Q {\n  string b = 2 [(buf.validate.field).string = {min_len: 5 max_len: 4}];\n}",
      error: "a/b.proto:13: Q.b: min_len 5 is more than max_len 4"),
    Case(
      name: "a pattern that the runtime cannot compile",
      body: "message Q {\n  message R {\n    string a = 1;\n    string b = 2 [(buf.validate.field).string.pattern = \"(?i)x\"];\n  }\n}",
      error: "a/b.proto:15: a.Q.R.b: bears the pattern (?i)x, which this program cannot compile: a group with flags or a name"),
    Case(
      name: "a rule that the runtime does not check",
      body: "message Q {\n  string b = 2 [(buf.validate.field).string.ipv6 = true];\n}",
      error: "a/b.proto:13: a.Q.b: bears a string rule that this program does not check"),
    Case(
      name: "a rule in a nested message",
      body: "message Q {\n  message R {\n    bool b = 2 [(buf.validate.field).string.min_len = 1];\n  }\n}",
      error: "a/b.proto:14: R.b: a rule of `string` on a field of type bool"),
  ])
  func isSaidWithFileAndLine(_ mistake: Case) async throws {
    let response = Plugin.respond(to: try await ProtocRequest.make(Self.head + mistake.body))
    let error = try #require(response.error)
    #expect(error.contains(mistake.error), "\(error)")
    #expect(response.file.isEmpty)
  }

  @Test func everyMistakeIsSaidAtOnce() async throws {
    let text =
      Self.head
      + "service S {\n  rpc A(Q) returns (Q);\n  rpc B(Q) returns (Q);\n}\nmessage Q {\n  int32 n = 1 [(buf.validate.field).bool.const = true];\n}"
    let error = try await #require(Plugin.respond(to: ProtocRequest.make(text)).error)
    #expect(error.split(separator: "\n").count == 3)
  }

  @Test func wrapperFieldsTakeTheRulesOfWhatTheyWrap() async throws {
    let text = Self.head + "message Q {\n  google.protobuf.StringValue n = 1 [(buf.validate.field).string.min_len = 1];\n}"
    let request = try await ProtocRequest.make(text)
    #expect(Plugin.respond(to: request).error == nil)
  }

  @Test func groupsAreRefused() async throws {
    let text = "syntax = \"proto2\";\npackage a;\nmessage Q {\n  optional group G = 1 {}\n}"
    let error = try await #require(Plugin.respond(to: ProtocRequest.make(text)).error)
    #expect(error == "a/b.proto:4: field g: groups are not supported; write a message field")
  }

  @Test(arguments: [
    ("", "say module=NAME"), ("module=", "write NAME=VALUE"), ("module=M,colour=red", "colour: there is no such option"),
    ("module=M,Visibility=Secret", "one of Public, Package, Internal"), ("module=M,package=x", "write package=NAME:VALUE"),
    ("module=M,swift=maybe", "true or false"),
  ])
  func optionsThatMakeNoSenseAreRefused(parameter: String, error: String) async throws {
    let response = Plugin.respond(to: try await ProtocRequest.make("syntax = \"proto3\";", parameter: parameter))
    #expect(response.error?.contains(error) == true, "\(response.error ?? "no error")")
  }

  @Test func anImportOfNoKnownModuleIsRefused() async throws {
    var request = try await ProtocRequest.make("syntax = \"proto3\";\npackage elsewhere.v1;")
    request.fileToGenerate = []
    #expect(Plugin.respond(to: request).error?.contains("no Swift module is known for package elsewhere.v1") == true)
  }
}
