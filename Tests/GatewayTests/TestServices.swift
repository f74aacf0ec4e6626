import Protobuf
import RPC

/// The services that the gateway's tests call, described but not generated: the gateway needs descriptors only.
///
/// `descriptor` is the FileDescriptorProto that protoc makes of `source`, without the `json_name`s that the source does not write.
enum TestServices {
  static let file = FileDescriptor(
    base64: descriptor,
    dependencies: [
      BufValidate.validateFile, GoogleAPI.annotationsFile, GoogleAPI.httpbodyFile, GoogleProtobuf.emptyFile, GoogleProtobuf.fieldMaskFile,
      GoogleProtobuf.timestampFile, WeftV1.optionsFile,
    ])

  /// Every RPC of both services.
  static let methods: [MethodDescriptor] = file.services.flatMap { service in
    service.methods.indices.map { MethodDescriptor(service, method: $0) }
  }

  static let source = """
    syntax = "proto3";
    package gateway.test.v1;
    import "buf/validate/validate.proto";
    import "google/api/annotations.proto";
    import "google/api/httpbody.proto";
    import "google/protobuf/empty.proto";
    import "google/protobuf/field_mask.proto";
    import "google/protobuf/timestamp.proto";
    import "weft/v1/options.proto";

    service ItemService {
      option (weft.v1.service) = {application: "csa"};
      rpc GetItem(GetItemRequest) returns (Item) {
        option (google.api.http) = {get: "/api/items/{item_id}" additional_bindings: {get: "/api/things/{item_id=**}"}};
        option (weft.v1.method) = {access: ACCESS_USER};
      }
      rpc ListItems(ListItemsRequest) returns (ListItemsResponse) {
        option (google.api.http) = {get: "/api/items"};
        option (weft.v1.method) = {access: ACCESS_USER};
      }
      rpc AllItems(ListItemsRequest) returns (ListItemsResponse) {
        option (google.api.http) = {get: "/api/items/all" response_body: "items"};
        option (weft.v1.method) = {access: ACCESS_USER};
      }
      rpc CreateItem(CreateItemRequest) returns (Item) {
        option (google.api.http) = {post: "/api/items" body: "*"};
        option (weft.v1.method) = {access: ACCESS_USER success_status: 201};
      }
      rpc UpdateItem(UpdateItemRequest) returns (Item) {
        option (google.api.http) = {patch: "/api/items/{item_id}" body: "*"};
        option (weft.v1.method) = {access: ACCESS_USER};
      }
      rpc ReplaceItem(ReplaceItemRequest) returns (Item) {
        option (google.api.http) = {put: "/api/items/{item_id}" body: "item"};
        option (weft.v1.method) = {access: ACCESS_USER};
      }
      rpc DeleteItem(GetItemRequest) returns (google.protobuf.Empty) {
        option (google.api.http) = {delete: "/api/items/{item_id}"};
        option (weft.v1.method) = {access: ACCESS_USER success_status: 204};
      }
      rpc SignIn(SignInRequest) returns (google.protobuf.Empty) {
        option (google.api.http) = {post: "/api/token" body: "*"};
        option (weft.v1.method) = {access: ACCESS_PUBLIC form: true};
      }
      rpc ShowPage(SignInRequest) returns (google.api.HttpBody) {
        option (google.api.http) = {get: "/page" additional_bindings: {post: "/page" body: "*"}};
        option (weft.v1.method) = {access: ACCESS_PUBLIC form: true page: true};
      }
      rpc SaveNote(CreateItemRequest) returns (google.protobuf.Empty) {
        option (google.api.http) = {post: "/api/note" body: "*"};
        option (weft.v1.method) = {access: ACCESS_USER body_max: 100};
      }
      rpc Download(GetItemRequest) returns (google.api.HttpBody) {
        option (google.api.http) = {get: "/api/items/{item_id}/file"};
        option (weft.v1.method) = {access: ACCESS_USER};
      }
    }

    service ThingService {
      option (weft.v1.service) = {application: "cowriting"};
      rpc GetThing(GetThingRequest) returns (Item) {
        option (google.api.http) = {get: "/api/v1/things/{id}"};
        option (weft.v1.method) = {access: ACCESS_USER envelope_message: "获取成功"};
      }
      rpc CreateThing(CreateItemRequest) returns (Item) {
        option (google.api.http) = {post: "/api/v1/things" body: "*"};
        option (weft.v1.method) = {access: ACCESS_USER};
      }
    }

    enum Kind {
      KIND_UNSPECIFIED = 0;
      KIND_SMALL = 1;
    }

    message Item {
      string id = 1;
      string title = 2;
      int64 count = 3;
      optional string note = 4;
      google.protobuf.Timestamp created_at = 5;
      repeated string tags = 6;
      string challenge_token = 7 [json_name = "challengeToken"];
    }
    message GetItemRequest { string item_id = 1; }
    message Filter {
      optional string status = 1;
      int64 number = 2;
    }
    message ListItemsRequest {
      optional int64 skip = 1;
      optional int32 limit = 2;
      optional string status = 3;
      repeated string tags = 4;
      bool urgent = 5;
      double score = 6;
      google.protobuf.Timestamp since = 7;
      Kind kind = 8;
      Filter filter = 9;
      uint32 size = 10;
      sint64 delta = 11;
      fixed64 big = 12;
      float ratio = 13;
      string page_token = 14 [json_name = "pageToken"];
      map<string, string> labels = 15;
      sfixed32 offset = 16;
    }
    message ListItemsResponse {
      int64 total = 1;
      repeated Item items = 2;
    }
    message CreateItemRequest {
      string title = 1 [(buf.validate.field).string.min_len = 1];
      int64 count = 2;
      optional string note = 3;
      repeated string tags = 4;
      google.protobuf.Timestamp due = 5;
      bool urgent = 6;
      Filter filter = 7;
    }
    message UpdateItemRequest {
      string item_id = 1;
      optional string title = 2;
      optional string note = 3;
      string challenge_token = 4 [json_name = "challengeToken"];
      google.protobuf.FieldMask update_mask = 5;
    }
    message ReplaceItemRequest {
      string item_id = 1;
      Item item = 2;
      bool force = 3;
    }
    message SignInRequest {
      string username = 1;
      string password = 2;
      string cookie = 3 [(weft.v1.field).header = "cookie"];
    }
    message GetThingRequest { int64 id = 1; }

    """

  private static let descriptor: StaticString = """
    ChJnYXRld2F5X3Rlc3QucHJvdG8SD2dhdGV3YXkudGVzdC52MRobYnVmL3ZhbGlkYXRlL3ZhbGlkYXRlLnByb3RvGhxnb29nbGUvYXBpL2Fubm90YXRpb25z\
    LnByb3RvGhlnb29nbGUvYXBpL2h0dHBib2R5LnByb3RvGhtnb29nbGUvcHJvdG9idWYvZW1wdHkucHJvdG8aIGdvb2dsZS9wcm90b2J1Zi9maWVsZF9tYXNr\
    LnByb3RvGh9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvGhV3ZWZ0L3YxL29wdGlvbnMucHJvdG8iswEKBEl0ZW0SCgoCaWQYASABKAkSDQoFdGl0\
    bGUYAiABKAkSDQoFY291bnQYAyABKAMSEQoEbm90ZRgEIAEoCUgAiAEBEi4KCmNyZWF0ZWRfYXQYBSABKAsyGi5nb29nbGUucHJvdG9idWYuVGltZXN0YW1w\
    EgwKBHRhZ3MYBiADKAkSJwoPY2hhbGxlbmdlX3Rva2VuGAcgASgJUg5jaGFsbGVuZ2VUb2tlbkIHCgVfbm90ZSIhCg5HZXRJdGVtUmVxdWVzdBIPCgdpdGVt\
    X2lkGAEgASgJIjgKBkZpbHRlchITCgZzdGF0dXMYASABKAlIAIgBARIOCgZudW1iZXIYAiABKANCCQoHX3N0YXR1cyLoAwoQTGlzdEl0ZW1zUmVxdWVzdBIR\
    CgRza2lwGAEgASgDSACIAQESEgoFbGltaXQYAiABKAVIAYgBARITCgZzdGF0dXMYAyABKAlIAogBARIMCgR0YWdzGAQgAygJEg4KBnVyZ2VudBgFIAEoCBIN\
    CgVzY29yZRgGIAEoARIpCgVzaW5jZRgHIAEoCzIaLmdvb2dsZS5wcm90b2J1Zi5UaW1lc3RhbXASIwoEa2luZBgIIAEoDjIVLmdhdGV3YXkudGVzdC52MS5L\
    aW5kEicKBmZpbHRlchgJIAEoCzIXLmdhdGV3YXkudGVzdC52MS5GaWx0ZXISDAoEc2l6ZRgKIAEoDRINCgVkZWx0YRgLIAEoEhILCgNiaWcYDCABKAYSDQoF\
    cmF0aW8YDSABKAISHQoKcGFnZV90b2tlbhgOIAEoCVIJcGFnZVRva2VuEj0KBmxhYmVscxgPIAMoCzItLmdhdGV3YXkudGVzdC52MS5MaXN0SXRlbXNSZXF1\
    ZXN0LkxhYmVsc0VudHJ5Eg4KBm9mZnNldBgQIAEoDxotCgtMYWJlbHNFbnRyeRILCgNrZXkYASABKAkSDQoFdmFsdWUYAiABKAk6AjgBQgcKBV9za2lwQggK\
    Bl9saW1pdEIJCgdfc3RhdHVzIkgKEUxpc3RJdGVtc1Jlc3BvbnNlEg0KBXRvdGFsGAEgASgDEiQKBWl0ZW1zGAIgAygLMhUuZ2F0ZXdheS50ZXN0LnYxLkl0\
    ZW0ixgEKEUNyZWF0ZUl0ZW1SZXF1ZXN0EhYKBXRpdGxlGAEgASgJQge6SARyAhABEg0KBWNvdW50GAIgASgDEhEKBG5vdGUYAyABKAlIAIgBARIMCgR0YWdz\
    GAQgAygJEicKA2R1ZRgFIAEoCzIaLmdvb2dsZS5wcm90b2J1Zi5UaW1lc3RhbXASDgoGdXJnZW50GAYgASgIEicKBmZpbHRlchgHIAEoCzIXLmdhdGV3YXku\
    dGVzdC52MS5GaWx0ZXJCBwoFX25vdGUiuAEKEVVwZGF0ZUl0ZW1SZXF1ZXN0Eg8KB2l0ZW1faWQYASABKAkSEgoFdGl0bGUYAiABKAlIAIgBARIRCgRub3Rl\
    GAMgASgJSAGIAQESJwoPY2hhbGxlbmdlX3Rva2VuGAQgASgJUg5jaGFsbGVuZ2VUb2tlbhIvCgt1cGRhdGVfbWFzaxgFIAEoCzIaLmdvb2dsZS5wcm90b2J1\
    Zi5GaWVsZE1hc2tCCAoGX3RpdGxlQgcKBV9ub3RlIlkKElJlcGxhY2VJdGVtUmVxdWVzdBIPCgdpdGVtX2lkGAEgASgJEiMKBGl0ZW0YAiABKAsyFS5nYXRl\
    d2F5LnRlc3QudjEuSXRlbRINCgVmb3JjZRgDIAEoCCJRCg1TaWduSW5SZXF1ZXN0EhAKCHVzZXJuYW1lGAEgASgJEhAKCHBhc3N3b3JkGAIgASgJEhwKBmNv\
    b2tpZRgDIAEoCUIMqtQYCCoGY29va2llIh0KD0dldFRoaW5nUmVxdWVzdBIKCgJpZBgBIAEoAyosCgRLaW5kEhQKEEtJTkRfVU5TUEVDSUZJRUQQABIOCgpL\
    SU5EX1NNQUxMEAEy2AkKC0l0ZW1TZXJ2aWNlEoEBCgdHZXRJdGVtEh8uZ2F0ZXdheS50ZXN0LnYxLkdldEl0ZW1SZXF1ZXN0GhUuZ2F0ZXdheS50ZXN0LnYx\
    Lkl0ZW0iPoLT5JMCMhIUL2FwaS9pdGVtcy97aXRlbV9pZH1aGhIYL2FwaS90aGluZ3Mve2l0ZW1faWQ9Kip9qtQYAggCEmwKCUxpc3RJdGVtcxIhLmdhdGV3\
    YXkudGVzdC52MS5MaXN0SXRlbXNSZXF1ZXN0GiIuZ2F0ZXdheS50ZXN0LnYxLkxpc3RJdGVtc1Jlc3BvbnNlIhiC0+STAgwSCi9hcGkvaXRlbXOq1BgCCAIS\
    dgoIQWxsSXRlbXMSIS5nYXRld2F5LnRlc3QudjEuTGlzdEl0ZW1zUmVxdWVzdBoiLmdhdGV3YXkudGVzdC52MS5MaXN0SXRlbXNSZXNwb25zZSIjgtPkkwIX\
    Eg4vYXBpL2l0ZW1zL2FsbGIFaXRlbXOq1BgCCAISZwoKQ3JlYXRlSXRlbRIiLmdhdGV3YXkudGVzdC52MS5DcmVhdGVJdGVtUmVxdWVzdBoVLmdhdGV3YXku\
    dGVzdC52MS5JdGVtIh6C0+STAg8iCi9hcGkvaXRlbXM6ASqq1BgFCAIQyQESbgoKVXBkYXRlSXRlbRIiLmdhdGV3YXkudGVzdC52MS5VcGRhdGVJdGVtUmVx\
    dWVzdBoVLmdhdGV3YXkudGVzdC52MS5JdGVtIiWC0+STAhkyFC9hcGkvaXRlbXMve2l0ZW1faWR9OgEqqtQYAggCEnMKC1JlcGxhY2VJdGVtEiMuZ2F0ZXdh\
    eS50ZXN0LnYxLlJlcGxhY2VJdGVtUmVxdWVzdBoVLmdhdGV3YXkudGVzdC52MS5JdGVtIiiC0+STAhwaFC9hcGkvaXRlbXMve2l0ZW1faWR9OgRpdGVtqtQY\
    AggCEmwKCkRlbGV0ZUl0ZW0SHy5nYXRld2F5LnRlc3QudjEuR2V0SXRlbVJlcXVlc3QaFi5nb29nbGUucHJvdG9idWYuRW1wdHkiJYLT5JMCFioUL2FwaS9p\
    dGVtcy97aXRlbV9pZH2q1BgFCAIQzAESXwoGU2lnbkluEh4uZ2F0ZXdheS50ZXN0LnYxLlNpZ25JblJlcXVlc3QaFi5nb29nbGUucHJvdG9idWYuRW1wdHki\
    HYLT5JMCDyIKL2FwaS90b2tlbjoBKqrUGAQIATABEmUKCFNob3dQYWdlEh4uZ2F0ZXdheS50ZXN0LnYxLlNpZ25JblJlcXVlc3QaFC5nb29nbGUuYXBpLkh0\
    dHBCb2R5IiOC0+STAhMSBS9wYWdlWgoiBS9wYWdlOgEqqtQYBggBMAFIARJkCghTYXZlTm90ZRIiLmdhdGV3YXkudGVzdC52MS5DcmVhdGVJdGVtUmVxdWVz\
    dBoWLmdvb2dsZS5wcm90b2J1Zi5FbXB0eSIcgtPkkwIOIgkvYXBpL25vdGU6ASqq1BgECAIgZBJqCghEb3dubG9hZBIfLmdhdGV3YXkudGVzdC52MS5HZXRJ\
    dGVtUmVxdWVzdBoULmdvb2dsZS5hcGkuSHR0cEJvZHkiJ4LT5JMCGxIZL2FwaS9pdGVtcy97aXRlbV9pZH0vZmlsZarUGAIIAhoJqtQYBQoDY3NhMoACCgxU\
    aGluZ1NlcnZpY2USdAoIR2V0VGhpbmcSIC5nYXRld2F5LnRlc3QudjEuR2V0VGhpbmdSZXF1ZXN0GhUuZ2F0ZXdheS50ZXN0LnYxLkl0ZW0iL4LT5JMCFRIT\
    L2FwaS92MS90aGluZ3Mve2lkfarUGBAIAioM6I635Y+W5oiQ5YqfEmkKC0NyZWF0ZVRoaW5nEiIuZ2F0ZXdheS50ZXN0LnYxLkNyZWF0ZUl0ZW1SZXF1ZXN0\
    GhUuZ2F0ZXdheS50ZXN0LnYxLkl0ZW0iH4LT5JMCEyIOL2FwaS92MS90aGluZ3M6ASqq1BgCCAIaD6rUGAsKCWNvd3JpdGluZ2IGcHJvdG8z
    """
}
