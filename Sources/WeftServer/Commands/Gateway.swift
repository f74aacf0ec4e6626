import ArgumentParser
import Foundation
import Gateway
import HTTP
import Logging
import Net
import RPC

/// `weft gateway`: the REST face alone, in front of a gRPC server across the network. Its answers are those of `weft serve`.
struct Gateway: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve REST alone, in front of a remote gRPC server.",
    discussion: """
      GET /healthz is 503 while the server cannot be reached or does not serve (grpc.health.v1).
      With WEFT_GATEWAY_SECRET set here and on the server, the server counts rates by the addresses of this gateway's clients instead of its own.
      """)

  @Option(help: "The gRPC server, HOST:PORT.")
  var upstream: String
  @Flag(name: .customLong("upstream-tls"), help: "Use TLS towards the server and check its certificate.")
  var upstreamTLS = false
  @Option(name: .customLong("upstream-ca"), help: "PEM file of the authorities to trust instead of the system's; implies TLS.")
  var upstreamCA: String?
  @Option(name: .customLong("upstream-cert"), help: "PEM file of the certificate to show to the server; implies TLS.")
  var upstreamCertificate: String?
  @Option(name: .customLong("upstream-key"), help: "PEM file of its private key.")
  var upstreamKey: String?
  @Option(help: "Where to serve REST, HOST:PORT; port 0 takes a free one (default: 127.0.0.1:8000).")
  var http: String?
  @OptionGroup var flags: SettingFlags

  mutating func validate() throws {
    guard HostAndPort(upstream) != nil else { throw ValidationError("--upstream takes HOST:PORT, got \"\(upstream)\"") }
    guard (upstreamCertificate == nil) == (upstreamKey == nil) else {
      throw ValidationError("--upstream-cert and --upstream-key take two PEM files, and go together")
    }
  }

  func run() async throws {
    do {
      try await serve()
    } catch {
      Terminal.error("\(error)")
      throw ExitCode.failure
    }
  }

  private func serve() async throws {
    guard let target = HostAndPort(upstream) else { return }
    let source = flags.source()
    let address = try ServeSettings.address("--http", http ?? "127.0.0.1:8000")
    let (level, format) = try ServeSettings.logging(source)
    LoggingSystem.bootstrap { format.handler(label: $0, level: level) }
    let logger = Logger(label: "weft")
    let loops = EventLoopGroup(count: ProcessInfo.processInfo.activeProcessorCount)
    let signals = try StopSignals(loops.loops[0])
    var configuration = RPCClient.Configuration()
    // One for each loop, so that a call need not change threads on its way out.
    configuration.connections = loops.loops.count
    // The server is near, and requests fail while nobody tries again: no pause is to be long.
    configuration.backoffMax = .seconds(2)
    configuration.keepAlive = .seconds(10)
    if upstreamTLS || upstreamCA != nil || upstreamCertificate != nil {
      configuration.tls = try TLSContext(
        client: .init(authorityFile: upstreamCA, certificateFile: upstreamCertificate, keyFile: upstreamKey))
    }
    let client = RPCClient(host: target.host, port: target.port, loops: loops, configuration: configuration)
    let upstreamHealth = UpstreamHealth(client, loop: loops.loops[0], logger: logger)
    await upstreamHealth.start()
    let isReady = ReadyFlag()
    var options = RESTGateway.Options()
    options.cors = try ServeSettings.cors(source)
    options.trustedProxies = try ServeSettings.trustedProxies(source)
    let applications = try ServeSettings.applications(source)
    let gateway = try RESTGateway(
      methods: MethodDescriptor.all(in: applications.flatMap(\.files)),
      invoker: HTTP2Invoker(client, gatewaySecret: try source.text("WEFT_GATEWAY_SECRET")), pages: Assembly.pages(of: applications),
      developmentPages: try ServeSettings.developmentPages(source, on: address) ? DevelopmentPages() : nil, options: options,
      upstream: { upstreamHealth.state }, isReady: { isReady.value })

    let tls = try ServeSettings.tls(source).map { try TLSContext(server: .init(certificateFile: $0.certificate, keyFile: $0.key)) }
    let server = HTTPServer(group: loops, handler: gateway, tls: tls)
    let bound = try server.bind(address)
    if tls == nil, !bound.isLoopback {
      logger.warning("plain text on an address that is not loopback", metadata: ["address": "\(bound)"])
    }
    isReady.value = true
    let serviceManager = ServiceManager(environment: ProcessInfo.processInfo.environment, logger: logger)
    let watchdog = serviceManager?.watchdog(over: loops)
    Terminal.line("weft: http listening on \(bound)")
    serviceManager?.ready("REST on \(bound), gRPC at \(upstream)")
    await signals.first()
    serviceManager?.stopping()
    isReady.value = false
    await server.drain(timeout: Assembly.drainTimeout)
    upstreamHealth.stop()
    client.close()
    await watchdog?.stop()
    loops.shutdown()
  }
}
