import Glibc
import Net
import Synchronization
import Testing

@Suite struct LocalDatagramSocketTests {
  /// Something that is so from some moment on.
  private final class Flag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
  }

  @Test(arguments: ["", "relative/path", "/", "@", "/" + String(repeating: "a", count: 107), "/a\0b", "vsock:1:2"])
  func whatIsNoLocalAddressIsRefused(path: String) {
    #expect(throws: NetError.self) { try LocalDatagramSocket(path: path) }
  }

  @Test func nobodyThereIsSaid() {
    #expect(throws: NetError.self) { try LocalDatagramSocket(path: "/nonexistent/socket") }
    #expect(throws: NetError.self) { try LocalDatagramSocket(path: "@weft-nobody-\(getpid())") }
  }

  @Test func aRoundTripEndsWhenEveryLoopHasComeRoundAndNotBefore() async {
    let loops = EventLoopGroup(count: 2)
    await loops.roundTrip()
    let (isFree, isDone) = (Flag(), Flag())
    loops.loops[1].execute { while !isFree.isSet { usleep(1_000) } }
    async let trip: Void = { () async in
      await loops.roundTrip()
      isDone.set()
    }()
    // Long enough for a loop that is not stuck to have come round many times.
    for _ in 0..<50 { await loops.loops[0].turn() }
    #expect(!isDone.isSet)
    isFree.set()
    await trip
    #expect(isDone.isSet)
    loops.shutdown()
  }
}

extension EventLoop {
  fileprivate func turn() async {
    await withCheckedContinuation { continuation in execute { continuation.resume() } }
  }
}
