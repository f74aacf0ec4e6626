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
      rpc DeleteThing(GetThingRequest) returns (google.protobuf.Empty) {
        option (google.api.http) = {delete: "/api/v1/things/{id}"};
        option (weft.v1.method) = {access: ACCESS_USER envelope_message: "删除成功"};
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
      string etag = 8 [(weft.v1.field).header = "etag"];
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
    ChJnYXRld2F5X3Rlc3QucHJvdG8SD2dhdGV3YXkudGVzdC52MRobYnVmL3ZhbGlkYXRlL3ZhbGlkYXRlLnByb3RvGhxnb29nbGUvYXBpL2Fubm90YXRpb25zLnBy\
    b3RvGhlnb29nbGUvYXBpL2h0dHBib2R5LnByb3RvGhtnb29nbGUvcHJvdG9idWYvZW1wdHkucHJvdG8aIGdvb2dsZS9wcm90b2J1Zi9maWVsZF9tYXNrLnByb3Rv\
    Gh9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvGhV3ZWZ0L3YxL29wdGlvbnMucHJvdG8izQEKBEl0ZW0SCgoCaWQYASABKAkSDQoFdGl0bGUYAiABKAkS\
    DQoFY291bnQYAyABKAMSEQoEbm90ZRgEIAEoCUgAiAEBEi4KCmNyZWF0ZWRfYXQYBSABKAsyGi5nb29nbGUucHJvdG9idWYuVGltZXN0YW1wEgwKBHRhZ3MYBiAD\
    KAkSJwoPY2hhbGxlbmdlX3Rva2VuGAcgASgJUg5jaGFsbGVuZ2VUb2tlbhIYCgRldGFnGAggASgJQgqq1BgGKgRldGFnQgcKBV9ub3RlIiEKDkdldEl0ZW1SZXF1\
    ZXN0Eg8KB2l0ZW1faWQYASABKAkiOAoGRmlsdGVyEhMKBnN0YXR1cxgBIAEoCUgAiAEBEg4KBm51bWJlchgCIAEoA0IJCgdfc3RhdHVzIugDChBMaXN0SXRlbXNS\
    ZXF1ZXN0EhEKBHNraXAYASABKANIAIgBARISCgVsaW1pdBgCIAEoBUgBiAEBEhMKBnN0YXR1cxgDIAEoCUgCiAEBEgwKBHRhZ3MYBCADKAkSDgoGdXJnZW50GAUg\
    ASgIEg0KBXNjb3JlGAYgASgBEikKBXNpbmNlGAcgASgLMhouZ29vZ2xlLnByb3RvYnVmLlRpbWVzdGFtcBIjCgRraW5kGAggASgOMhUuZ2F0ZXdheS50ZXN0LnYx\
    LktpbmQSJwoGZmlsdGVyGAkgASgLMhcuZ2F0ZXdheS50ZXN0LnYxLkZpbHRlchIMCgRzaXplGAogASgNEg0KBWRlbHRhGAsgASgSEgsKA2JpZxgMIAEoBhINCgVy\
    YXRpbxgNIAEoAhIdCgpwYWdlX3Rva2VuGA4gASgJUglwYWdlVG9rZW4SPQoGbGFiZWxzGA8gAygLMi0uZ2F0ZXdheS50ZXN0LnYxLkxpc3RJdGVtc1JlcXVlc3Qu\
    TGFiZWxzRW50cnkSDgoGb2Zmc2V0GBAgASgPGi0KC0xhYmVsc0VudHJ5EgsKA2tleRgBIAEoCRINCgV2YWx1ZRgCIAEoCToCOAFCBwoFX3NraXBCCAoGX2xpbWl0\
    QgkKB19zdGF0dXMiSAoRTGlzdEl0ZW1zUmVzcG9uc2USDQoFdG90YWwYASABKAMSJAoFaXRlbXMYAiADKAsyFS5nYXRld2F5LnRlc3QudjEuSXRlbSLGAQoRQ3Jl\
    YXRlSXRlbVJlcXVlc3QSFgoFdGl0bGUYASABKAlCB7pIBHICEAESDQoFY291bnQYAiABKAMSEQoEbm90ZRgDIAEoCUgAiAEBEgwKBHRhZ3MYBCADKAkSJwoDZHVl\
    GAUgASgLMhouZ29vZ2xlLnByb3RvYnVmLlRpbWVzdGFtcBIOCgZ1cmdlbnQYBiABKAgSJwoGZmlsdGVyGAcgASgLMhcuZ2F0ZXdheS50ZXN0LnYxLkZpbHRlckIH\
    CgVfbm90ZSK4AQoRVXBkYXRlSXRlbVJlcXVlc3QSDwoHaXRlbV9pZBgBIAEoCRISCgV0aXRsZRgCIAEoCUgAiAEBEhEKBG5vdGUYAyABKAlIAYgBARInCg9jaGFs\
    bGVuZ2VfdG9rZW4YBCABKAlSDmNoYWxsZW5nZVRva2VuEi8KC3VwZGF0ZV9tYXNrGAUgASgLMhouZ29vZ2xlLnByb3RvYnVmLkZpZWxkTWFza0IICgZfdGl0bGVC\
    BwoFX25vdGUiWQoSUmVwbGFjZUl0ZW1SZXF1ZXN0Eg8KB2l0ZW1faWQYASABKAkSIwoEaXRlbRgCIAEoCzIVLmdhdGV3YXkudGVzdC52MS5JdGVtEg0KBWZvcmNl\
    GAMgASgIIlEKDVNpZ25JblJlcXVlc3QSEAoIdXNlcm5hbWUYASABKAkSEAoIcGFzc3dvcmQYAiABKAkSHAoGY29va2llGAMgASgJQgyq1BgIKgZjb29raWUiHQoP\
    R2V0VGhpbmdSZXF1ZXN0EgoKAmlkGAEgASgDKiwKBEtpbmQSFAoQS0lORF9VTlNQRUNJRklFRBAAEg4KCktJTkRfU01BTEwQATLYCQoLSXRlbVNlcnZpY2USgQEK\
    B0dldEl0ZW0SHy5nYXRld2F5LnRlc3QudjEuR2V0SXRlbVJlcXVlc3QaFS5nYXRld2F5LnRlc3QudjEuSXRlbSI+gtPkkwIyEhQvYXBpL2l0ZW1zL3tpdGVtX2lk\
    fVoaEhgvYXBpL3RoaW5ncy97aXRlbV9pZD0qKn2q1BgCCAISbAoJTGlzdEl0ZW1zEiEuZ2F0ZXdheS50ZXN0LnYxLkxpc3RJdGVtc1JlcXVlc3QaIi5nYXRld2F5\
    LnRlc3QudjEuTGlzdEl0ZW1zUmVzcG9uc2UiGILT5JMCDBIKL2FwaS9pdGVtc6rUGAIIAhJ2CghBbGxJdGVtcxIhLmdhdGV3YXkudGVzdC52MS5MaXN0SXRlbXNS\
    ZXF1ZXN0GiIuZ2F0ZXdheS50ZXN0LnYxLkxpc3RJdGVtc1Jlc3BvbnNlIiOC0+STAhcSDi9hcGkvaXRlbXMvYWxsYgVpdGVtc6rUGAIIAhJnCgpDcmVhdGVJdGVt\
    EiIuZ2F0ZXdheS50ZXN0LnYxLkNyZWF0ZUl0ZW1SZXF1ZXN0GhUuZ2F0ZXdheS50ZXN0LnYxLkl0ZW0iHoLT5JMCDyIKL2FwaS9pdGVtczoBKqrUGAUIAhDJARJu\
    CgpVcGRhdGVJdGVtEiIuZ2F0ZXdheS50ZXN0LnYxLlVwZGF0ZUl0ZW1SZXF1ZXN0GhUuZ2F0ZXdheS50ZXN0LnYxLkl0ZW0iJYLT5JMCGTIUL2FwaS9pdGVtcy97\
    aXRlbV9pZH06ASqq1BgCCAIScwoLUmVwbGFjZUl0ZW0SIy5nYXRld2F5LnRlc3QudjEuUmVwbGFjZUl0ZW1SZXF1ZXN0GhUuZ2F0ZXdheS50ZXN0LnYxLkl0ZW0i\
    KILT5JMCHBoUL2FwaS9pdGVtcy97aXRlbV9pZH06BGl0ZW2q1BgCCAISbAoKRGVsZXRlSXRlbRIfLmdhdGV3YXkudGVzdC52MS5HZXRJdGVtUmVxdWVzdBoWLmdv\
    b2dsZS5wcm90b2J1Zi5FbXB0eSIlgtPkkwIWKhQvYXBpL2l0ZW1zL3tpdGVtX2lkfarUGAUIAhDMARJfCgZTaWduSW4SHi5nYXRld2F5LnRlc3QudjEuU2lnbklu\
    UmVxdWVzdBoWLmdvb2dsZS5wcm90b2J1Zi5FbXB0eSIdgtPkkwIPIgovYXBpL3Rva2VuOgEqqtQYBAgBMAESZQoIU2hvd1BhZ2USHi5nYXRld2F5LnRlc3QudjEu\
    U2lnbkluUmVxdWVzdBoULmdvb2dsZS5hcGkuSHR0cEJvZHkiI4LT5JMCExIFL3BhZ2VaCiIFL3BhZ2U6ASqq1BgGCAEwAUgBEmQKCFNhdmVOb3RlEiIuZ2F0ZXdh\
    eS50ZXN0LnYxLkNyZWF0ZUl0ZW1SZXF1ZXN0GhYuZ29vZ2xlLnByb3RvYnVmLkVtcHR5IhyC0+STAg4iCS9hcGkvbm90ZToBKqrUGAQIAiBkEmoKCERvd25sb2Fk\
    Eh8uZ2F0ZXdheS50ZXN0LnYxLkdldEl0ZW1SZXF1ZXN0GhQuZ29vZ2xlLmFwaS5IdHRwQm9keSIngtPkkwIbEhkvYXBpL2l0ZW1zL3tpdGVtX2lkfS9maWxlqtQY\
    AggCGgmq1BgFCgNjc2Ey+gIKDFRoaW5nU2VydmljZRJ0CghHZXRUaGluZxIgLmdhdGV3YXkudGVzdC52MS5HZXRUaGluZ1JlcXVlc3QaFS5nYXRld2F5LnRlc3Qu\
    djEuSXRlbSIvgtPkkwIVEhMvYXBpL3YxL3RoaW5ncy97aWR9qtQYEAgCKgzojrflj5bmiJDlip8SaQoLQ3JlYXRlVGhpbmcSIi5nYXRld2F5LnRlc3QudjEuQ3Jl\
    YXRlSXRlbVJlcXVlc3QaFS5nYXRld2F5LnRlc3QudjEuSXRlbSIfgtPkkwITIg4vYXBpL3YxL3RoaW5nczoBKqrUGAIIAhJ4CgtEZWxldGVUaGluZxIgLmdhdGV3\
    YXkudGVzdC52MS5HZXRUaGluZ1JlcXVlc3QaFi5nb29nbGUucHJvdG9idWYuRW1wdHkiL4LT5JMCFSoTL2FwaS92MS90aGluZ3Mve2lkfarUGBAIAioM5Yig6Zmk\
    5oiQ5YqfGg+q1BgLCgljb3dyaXRpbmdiBnByb3RvMw==
    """
}
