import Testing

@testable import Gateway

/// What the gateway answers besides RPCs: health, documentation, OPTIONS and CORS.
struct RESTPagesTests {
  private static let pages = DocumentationPages(
    openAPI: Array(#"{"openapi":"3.1.0"}"#.utf8), swaggerUI: SwaggerUI(styleSheet: Array("css".utf8), script: Array("js".utf8), icon: [1]))

  @Test func healthIsOkWhenReady() throws {
    let answer = try LoopbackGateway().send("GET", "/healthz", token: nil)
    #expect(answer.status == 200)
    #expect(answer.body == #"{"status":"ok"}"#)
    #expect(answer.headers["content-type"] == "application/json")
  }

  @Test func healthIs503WhileDraining() throws {
    #expect(try LoopbackGateway(isReady: false).send("GET", "/healthz", token: nil).status == 503)
  }

  @Test(arguments: [
    (UpstreamState.serving, 200, #"{"status":"ok"}"#),
    (.notServing, 503, #"{"status":"unavailable","upstream":"not_serving"}"#),
    (.unreachable, 503, #"{"status":"unavailable","upstream":"unreachable"}"#),
  ])
  func healthIsThatOfTheUpstreamToo(state: UpstreamState, status: Int, body: String) throws {
    let answer = try LoopbackGateway(upstream: state).send("GET", "/healthz", token: nil)
    #expect(answer.status == status && answer.body == body)
    #expect(try LoopbackGateway(isReady: false, upstream: state).send("GET", "/healthz", token: nil).body == #"{"status":"draining"}"#)
  }

  @Test func theDescriptionIsServedWithATag() throws {
    let gateway = try LoopbackGateway(pages: Self.pages)
    let answer = try gateway.send("GET", "/openapi.json", token: nil)
    #expect(answer.status == 200 && answer.body == #"{"openapi":"3.1.0"}"#)
    let tag = try #require(answer.headers["etag"])
    let again = try gateway.send("GET", "/openapi.json", ["if-none-match": "\"other\", \(tag)"], token: nil)
    #expect(again.status == 304 && again.body.isEmpty)
    #expect(try gateway.send("GET", "/openapi.json", ["if-none-match": "\"other\""], token: nil).status == 200)
  }

  @Test func thePageHasAStrictPolicy() throws {
    let gateway = try LoopbackGateway(pages: Self.pages)
    for path in ["/docs", "/docs/"] {
      let answer = try gateway.send("GET", path, token: nil)
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
      #expect(answer.headers["content-security-policy"]?.contains("script-src 'self'") == true)
      #expect(answer.headers["referrer-policy"] == "no-referrer")
    }
    #expect(try gateway.send("GET", "/docs/init.js", token: nil).headers["content-type"] == "text/javascript; charset=utf-8")
    #expect(try gateway.send("GET", "/docs/init.css", token: nil).headers["content-type"] == "text/css; charset=utf-8")
    #expect(try gateway.send("HEAD", "/docs/swagger-ui-bundle.js", token: nil).headers["content-length"] == "2")
    #expect(try gateway.send("POST", "/docs", token: nil).status == 405)
    #expect(try gateway.send("GET", "/docs/none.js", token: nil).status == 404)
  }

  @Test func withoutItsFilesThePageSaysWhatToDo() throws {
    let answer = try LoopbackGateway().send("GET", "/docs", token: nil)
    #expect(answer.status == 503 && answer.body.contains("make setup"))
  }

  @Test func optionsSaysWhatThePathAllows() throws {
    let gateway = try LoopbackGateway()
    let answer = try gateway.send("OPTIONS", "/api/items/1", token: nil)
    #expect(answer.status == 204)
    #expect(answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT")
    #expect(answer.headers["access-control-allow-origin"] == nil)
    #expect(try gateway.send("OPTIONS", "/nothing", token: nil).status == 404)
    #expect(try gateway.send("OPTIONS", "*", token: nil).headers["allow"]?.contains("DELETE, GET, HEAD, OPTIONS") == true)
    #expect(gateway.invoker.calls.isEmpty)
  }

  @Test func aPreflightIsAnswered() throws {
    let answer = try LoopbackGateway().send(
      "OPTIONS", "/api/items",
      [
        "origin": "https://app.example", "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      ], token: nil)
    #expect(answer.status == 204)
    #expect(answer.headers["access-control-allow-origin"] == "*")
    #expect(answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST")
    #expect(answer.headers["access-control-allow-headers"] == "authorization,content-type")
    #expect(answer.headers["access-control-max-age"] == "7200")
    #expect(answer.headers["access-control-allow-credentials"] == nil)
  }

  @Test func answersAndErrorsAreReadableAcrossOrigins() throws {
    let gateway = try LoopbackGateway()
    for target in ["/api/items/1", "/nothing"] {
      let answer = try gateway.send("GET", target, ["origin": "https://app.example"])
      #expect(answer.headers["access-control-allow-origin"] == "*")
      #expect(answer.headers["access-control-expose-headers"]?.contains("x-request-id, retry-after") == true)
    }
    #expect(try gateway.send("GET", "/api/items/1").headers["access-control-allow-origin"] == nil)
  }

  @Test func aListOfOriginsHolds() throws {
    var options = RESTGateway.Options()
    options.cors = try #require(CORSPolicy(setting: "https://app.example"))
    let gateway = try LoopbackGateway(options: options)
    let ours = try gateway.send("GET", "/api/items/1", ["origin": "https://app.example"])
    #expect(ours.headers["access-control-allow-origin"] == "https://app.example")
    #expect(ours.headers["vary"] == "origin")
    let theirs = try gateway.send("GET", "/api/items/1", ["origin": "https://evil.example"])
    #expect(theirs.headers["access-control-allow-origin"] == nil)
    #expect(theirs.headers["vary"] == "origin")
    let preflight = try gateway.send(
      "OPTIONS", "/api/items", ["origin": "https://evil.example", "access-control-request-method": "POST"], token: nil)
    #expect(preflight.headers["access-control-allow-methods"] == nil)
  }
}
