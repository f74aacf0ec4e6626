import Testing

@testable import HTTP

@Suite struct FrameScannerTests {
  private let frames: [Frame] = [
    Frame(kind: Frame.Kind.settings), Frame(kind: Frame.Kind.headers, flags: Frame.endHeaders, stream: 1, payload: [1, 2, 3]),
    Frame(kind: Frame.Kind.data, stream: 0x7fff_ffff, payload: [UInt8](repeating: 7, count: 300)),
    Frame(kind: 0xff, flags: 0xff, stream: 9, payload: [UInt8](repeating: 0, count: 70_000)), Frame(kind: Frame.Kind.ping, payload: [8]),
  ]
  private var headers: [FrameHeader] {
    frames.map { FrameHeader(length: $0.payload.count, type: $0.kind, flags: $0.flags, stream: $0.stream) }
  }

  private func scan(
    _ bytes: [UInt8], cut: Int, skip: Int, until stop: (FrameHeader) -> Bool = { _ in false }
  ) -> (headers: [FrameHeader], stopped: Int?) {
    var scanner = FrameScanner(skip: skip)
    var found: [FrameHeader] = []
    var at = 0
    while at < bytes.count {
      let end = min(bytes.count, at + cut)
      let stopped = bytes[at..<end].withUnsafeBytes { slice in
        scanner.scan(slice) { header in
          found.append(header)
          return !stop(header)
        }
      }
      if let stopped { return (found, at + stopped) }
      at = end
    }
    return (found, nil)
  }

  @Test(arguments: [1, 2, 3, 5, 8, 9, 10, 17, 1000, 16_384, 1_000_000])
  func framesAreFoundHoweverTheyAreCut(cut: Int) {
    let bytes = RawHTTP2.preface + frames.flatMap(\.bytes)
    let result = scan(bytes, cut: cut, skip: RawHTTP2.preface.count)
    #expect(result.headers == headers)
    #expect(result.stopped == nil)
  }

  @Test func theReservedBitIsNoPartOfTheStream() {
    #expect(scan([0, 0, 0, 6, 0, 0x80, 0, 0, 1], cut: 9, skip: 0).headers == [FrameHeader(length: 0, type: 6, flags: 0, stream: 1)])
  }

  @Test func itStopsBeforeTheFrameThatIsWrong() {
    let bytes = frames.flatMap(\.bytes)
    let place = frames[..<2].reduce(0) { $0 + $1.bytes.count }
    #expect(scan(bytes, cut: bytes.count, skip: 0) { $0.type == 0 }.stopped == place)
    // Cut inside the header: nothing of the second piece is right.
    #expect(scan(bytes, cut: place + 4, skip: 0) { $0.type == 0 }.stopped == place + 4)
  }
}

@Suite struct SkippedStreamsTests {
  @Test func streamsInOrderMayComeAgain() {
    var streams = SkippedStreams()
    for id in stride(from: 1, to: 10_000, by: 2) as StrideTo<UInt32> {
      let may = streams.mayHaveOpened(id)
      #expect(may)
    }
    for id in stride(from: 1, to: 10_000, by: 2) as StrideTo<UInt32> {
      let may = streams.mayHaveOpened(id)
      #expect(may)
    }
  }

  @Test func whatWasPassedOverNeverOpens() {
    var streams = SkippedStreams()
    for id in [3, 5, 11, 13] as [UInt32] {
      let may = streams.mayHaveOpened(id)
      #expect(may)
    }
    for id in [1, 7, 9] as [UInt32] {
      let may = streams.mayHaveOpened(id)
      #expect(!may)
    }
    for id in [3, 5, 11, 13] as [UInt32] {
      let may = streams.mayHaveOpened(id)
      #expect(may)
    }
  }

  @Test func whatIsRememberedIsBounded() {
    var streams = SkippedStreams()
    for id in stride(from: 5, to: 4_000_001, by: 4) as StrideTo<UInt32> {
      let may = streams.mayHaveOpened(id)
      #expect(may)
    }
    let (first, last) = (streams.mayHaveOpened(3), streams.mayHaveOpened(3_999_999))
    #expect(!first && last)
  }
}
