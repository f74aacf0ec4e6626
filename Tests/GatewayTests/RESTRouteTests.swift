import Protobuf
import RPC
import Testing

@testable import Gateway

/// Bindings that cannot be served are found when the gateway starts.
struct RESTRouteTests {
  private static func method(_ name: String) throws -> MethodDescriptor {
    try #require(TestServices.methods.first { $0.schema.name == name })
  }

  private static func route(
    _ name: String, _ verb: String, _ template: String, body: HTTPBinding.Body = .none, responseBody: String? = nil
  ) throws -> RESTRoute {
    let binding = HTTPBinding(method: verb, template: try PathTemplate(template), body: body, responseBody: responseBody)
    return try RESTRoute(method: try method(name), binding: binding, bodyBytesDefault: 1 << 20)
  }

  @Test func looksUpItsFields() throws {
    let route = try Self.route("UpdateItem", "PATCH", "/api/items/{item_id}", body: .all)
    #expect(route.variables.map { $0.fields.map(\.name) } == [["item_id"]])
    #expect(route.updateMask?.name == "update_mask")
    #expect(route.bodyBytesMax == 1 << 20)
    #expect(try Self.route("SaveNote", "POST", "/api/note", body: .all).bodyBytesMax == 100)
  }

  @Test func onlyAPatchFillsTheMask() throws {
    #expect(try Self.route("UpdateItem", "PUT", "/api/items/{item_id}", body: .all).updateMask == nil)
  }

  @Test func parametersGoByEitherName() throws {
    let route = try Self.route("ListItems", "GET", "/api/items")
    #expect(route.parameterFields("pageToken")?.map(\.number) == [14])
    #expect(route.parameterFields("page_token")?.map(\.number) == [14])
    #expect(route.parameterFields("filter.status")?.map(\.number) == [9, 1])
    #expect(route.parameterFields("tags")?.map(\.number) == [4])
    for unknown in ["none", "", "filter.", "filter..status", "filter.none", "skip.x", "labels", "labels.x", "since.seconds.x"] {
      #expect(route.parameterFields(unknown) == nil, "\(unknown)")
    }
  }

  @Test(
    arguments: [
      (
        "GetItem", "GET", "/api/items/{id}", HTTPBinding.Body.none, nil,
        "the variable id is no single field of gateway.test.v1.GetItemRequest"
      ),
      ("ListItems", "GET", "/api/{tags}", .none, nil, "the variable tags is no single field of gateway.test.v1.ListItemsRequest"),
      (
        "ReplaceItem", "PUT", "/api/items", .field("force"), nil, "the body force is no message field of gateway.test.v1.ReplaceItemRequest"
      ),
      ("ReplaceItem", "PUT", "/api/items", .field("none"), nil, "the body none is no message field of gateway.test.v1.ReplaceItemRequest"),
      ("ListItems", "GET", "/api/items", .none, "none", "gateway.test.v1.ListItemsResponse has no field none"),
    ] as [(String, String, String, HTTPBinding.Body, String?, String)])
  func refusesWhatLeadsNowhere(
    name: String, verb: String, template: String, body: HTTPBinding.Body, responseBody: String?, reason: String
  ) throws {
    let method = try Self.method(name)
    #expect(throws: RouteError(method: method.schema.fullName, reason: reason)) {
      try Self.route(name, verb, template, body: body, responseBody: responseBody)
    }
  }

  @Test func refusesRoutesThatCollide() {
    #expect(throws: RouteError.self) {
      try RESTGateway(
        methods: TestServices.methods + TestServices.methods, invoker: RecordingInvoker(),
        pages: DocumentationPages(), isReady: { true })
    }
  }
}
