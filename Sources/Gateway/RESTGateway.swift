public import HTTP
public import Logging
import Net
public import Platform
import Protobuf
public import RPC

/// The REST face: finds the RPC behind a method and path, makes its request of path, query and body, calls it, and writes the reply as JSON.
///
/// It knows RPCs only by their descriptors and reaches them through an `RPCInvoker`, so that it works the same in the server's process and alone in
/// front of one (`weft gateway`). One gateway serves all loops; each request is a `RESTExchange` on its own.
public final class RESTGateway: HTTPHandler {
  /// What can be set.
  public struct Options: Sendable {
    /// Which browser origins may read the answers.
    public var cors = CORSPolicy.anyOrigin
    /// Ceiling of a JSON or form body in bytes where the proto names none.
    public var bodyBytesMax = 1 << 20
    /// How long an answer may take before it is 504.
    public var timeout = Duration.seconds(30)
    /// How long a client that owes body bytes may be silent before it is 408.
    public var bodyIdleTimeout = Duration.seconds(30)
    /// How long a file may take on its way in or out, however steadily it moves; before it `timeout` holds for the answer's beginning, after an
    /// upload for the answer.
    public var transferTimeout = Duration.seconds(3600)
    /// Numeric addresses of proxies whose `X-Forwarded-For` is believed.
    public var trustedProxies: [String] = []
    /// Shared by everything that receives in this process.
    public var receiveBudget = MemoryBudget()
    /// Shared by everything that answers in this process.
    public var answerBudget = MemoryBudget()

    public init() {}

    /// Whether `text` can stand in `trustedProxies`: a numeric address.
    public static func isProxyAddress(_ text: String) -> Bool { ClientAddress.isAddress(text) }
  }

  /// Where a path leads.
  enum Target: Sendable {
    case rpc(RESTRoute)
    case page(StaticPage)
    case health
    /// `/docs` without its files.
    case noPage
  }

  let routes: RouteTable<Target>
  let invoker: any RPCInvoker
  let options: Options
  let clientAddress: ClientAddress
  let isReady: @Sendable () -> Bool
  let upstream: @Sendable () -> UpstreamState
  let time: any TimeSource
  let logger: Logger
  let requestIDs = RequestIDs()
  let heads: AnswerHeads
  /// The versions of the interface that paths name, `["1"]` for `/api/v1/…`.
  let versions: [String]
  /// For requests that found no RPC.
  let unrouted = RouteMetrics(verb: "", template: "")
  private let metrics: [RouteMetrics]

  /// What was counted for every route that has answered; the pages and requests without a route are one.
  public var counters: [RouteCounters] { (metrics + [unrouted]).flatMap { $0.snapshot() } }

  /// - Parameters:
  ///   - methods: Every RPC that may have a route; those without one are passed over.
  ///   - developmentPages: Only for a listener on the loopback address, and only if asked for.
  ///   - upstream: How the server stands that a remote `invoker` calls; `/healthz` is 503 unless it serves. Called on any loop.
  ///   - isReady: What `/healthz` says: true once everything works, false while draining. Called on any loop.
  /// - Throws: `RouteError` for a binding that no request could reach or that leads nowhere.
  public init(
    methods: [MethodDescriptor], invoker: any RPCInvoker, pages: DocumentationPages, developmentPages: DevelopmentPages? = nil,
    options: Options = Options(), time: any TimeSource = SystemTime(), logger: Logger = Logger(label: "weft.gateway"),
    upstream: @escaping @Sendable () -> UpstreamState = { .serving }, isReady: @escaping @Sendable () -> Bool
  ) throws(RouteError) {
    var routes = RouteTable<Target>()
    var metrics: [RouteMetrics] = []
    var versions: Set<String> = []
    for method in methods {
      for binding in method.bindings {
        let route = try RESTRoute(method: method, binding: binding, bodyBytesDefault: options.bodyBytesMax)
        metrics.append(route.metrics)
        if let version = route.version { versions.insert(version) }
        do throws(RouteTable<Target>.Conflict) {
          try routes.insert(binding, target: .rpc(route))
        } catch {
          throw RouteError(method: method.schema.fullName, reason: "\(error.method) \(error.path) is taken")
        }
      }
    }
    do throws(RouteTable<Target>.Conflict) {
      try routes.insert(method: "GET", path: "/healthz", target: .health)
      for pages in [pages.pages, developmentPages?.pages ?? [:]] {
        for (path, page) in pages { try routes.insert(method: "GET", path: path, target: .page(page)) }
      }
      if !pages.hasSwaggerUI { try routes.insert(method: "GET", path: "/docs", target: .noPage) }
    } catch {
      throw RouteError(method: "\(error.method) \(error.path)", reason: "an RPC has the path of a page")
    }
    self.routes = routes
    self.metrics = metrics
    self.versions = versions.sorted()
    self.invoker = invoker
    self.options = options
    self.isReady = isReady
    self.upstream = upstream
    self.time = time
    self.logger = logger
    clientAddress = ClientAddress(trustedProxies: options.trustedProxies)
    heads = AnswerHeads(cors: options.cors)
  }

  public func accept(_ stream: HTTPStream) -> any HTTPStreamOwner {
    let exchange = RESTExchange(gateway: self, stream: stream)
    exchange.begin()
    return exchange
  }
}

extension RouteTable {
  /// Adds the route of a binding.
  mutating func insert(_ binding: HTTPBinding, target: Target) throws(Conflict) {
    let segments = binding.template.segments.map { segment -> Segment in
      switch segment {
      case .literal(let text): .literal(Array(text.utf8))
      case .any: .any
      case .rest: .rest
      }
    }
    try insert(
      method: binding.method, segments: segments, verb: binding.template.verb, path: binding.template.text, target: target)
  }

  /// Adds a path without variables.
  mutating func insert(method: String, path: String, target: Target) throws(Conflict) {
    let segments = path.split(separator: "/").map { Segment.literal(Array($0.utf8)) }
    try insert(method: method, segments: segments, path: path, target: target)
  }
}
