import Foundation
import Testing

@testable import Typesetting

@Suite struct ImageTests {
  @Test func headsTellFormatAndSize() throws {
    let image = try #require(Image(grayPNG(width: 7, height: 3)))
    #expect(image.format == .png && image.width == 7 && image.height == 3)
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC0, 0, 11, 8, 0, 5, 0, 9, 1, 1, 0x11, 0, 0xFF, 0xD9]
    let photo = try #require(Image(jpeg))
    #expect(photo.format == .jpeg && photo.width == 9 && photo.height == 5)
  }

  @Test func othersAndBombsAreRefused() {
    #expect(Image(Array("GIF89a".utf8)) == nil)
    #expect(Image([]) == nil)
    var bomb = grayPNG(width: 1, height: 1)
    bomb.replaceSubrange(16..<24, with: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30])
    #expect(Image(bomb) == nil)
    #expect(Image([0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == nil)
  }

  /// However the bytes are cut, the same comes out, and nothing is held of what does not matter.
  @Test func headsAreFoundInPieces() {
    let head: [UInt8] = [0xFF, 0xC2, 0, 11, 8, 0, 5, 0, 9, 3, 1, 0x11, 0, 0xFF, 0xD9]
    // Segments of a camera, one of them with what looks like a frame, and fill bytes before a marker.
    let photo =
      [0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF] + [UInt8](repeating: 0xC0, count: 65_533) + [0xFF, 0xFF, 0xFF, 0xE2, 0, 16] + head.prefix(14)
      + head
    let drawing = grayPNG(width: 70, height: 30)
    for (bytes, wanted) in [
      (photo, ImageHead(format: .jpeg, width: 9, height: 5)), (drawing, ImageHead(format: .png, width: 70, height: 30)),
    ] {
      for size in [1, 2, 7, 63, 64, 65, 1000, 65_540, 100_000] {
        var scan = ImageScan()
        for start in stride(from: 0, to: bytes.count, by: size) { scan.take(Array(bytes[start..<min(start + size, bytes.count)])) }
        #expect(scan.head == wanted, "\(size)")
      }
    }
  }

  @Test func whatIsNoImageIsSaidAsSoonAsItIsSeen() {
    for (bytes, state) in [
      ([], ImageScan.State.unknown), ([0x89], .unknown), ([0x89, 0x50, 0x4F], .other), ([0xFF, 0xD8], .unknown), ([0xFF, 0xD9], .other),
      (Array("GIF".utf8), .other), (Array(grayPNG(width: 1, height: 1).prefix(32)), .unknown),
      ([0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0, 0, 0, 0, 0, 0], .other), ([0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0, 0, 0, 0, 0, 0], .other),
      ([0xFF, 0xD8, 0xFF, 0xE0, 0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], .other),
    ] {
      var scan = ImageScan()
      scan.take(bytes)
      #expect(scan.state == state, "\(bytes)")
      scan.take([0xFF, 0xC0, 0, 11, 8, 0, 5, 0, 9, 1, 1, 0x11, 0])
      if state == .other { #expect(scan.state == .other) }
    }
    for (width, height, isWithin) in [
      (6000, 4000, true), (4001, 6000, false), (30_000, 800, true), (30_001, 1, false), (0, 1, false), (1, 0, false),
      (Int(UInt32.max), Int(UInt32.max), false),
    ] {
      #expect(ImageHead(format: .png, width: width, height: height).isWithinLimits == isWithin)
    }
  }

  @Test func dataAddressesAreDecoded() throws {
    let bytes = grayPNG(width: 2, height: 2)
    let address = "data:image/png;base64," + Data(bytes).base64EncodedString()
    let image = try #require(ImageSource.none.image(address))
    #expect(image.bytes == bytes)
    #expect(DataAddress.address(of: image) == address)
    #expect(ImageSource.none.image("data:text/html;base64,PGI+") == nil)
    #expect(ImageSource.none.image("data:image/png;base64,!!!") == nil)
  }

  @Test func sourceIsAskedOnceAndNeverForDataAddresses() {
    final class Log: @unchecked Sendable {  // used by one thread
      var names: [String] = []
    }
    let log = Log()
    var cache = ImageCache(
      ImageSource {
        log.names.append($0)
        return nil
      })
    _ = cache.image("a.png")
    _ = cache.image("a.png")
    _ = cache.image("file:///etc/passwd")
    _ = cache.image("data:image/png;base64,AA==")
    #expect(log.names == ["a.png", "file:///etc/passwd"])
  }
}
