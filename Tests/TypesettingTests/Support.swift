import Foundation
import TestSupport
import Testing

@testable import Typesetting

/// Options with nothing around the text.
func bareOptions(_ change: (inout RenderOptions) -> Void = { _ in }) -> RenderOptions {
  var options = RenderOptions()
  options.hasPageNumbers = false
  change(&options)
  return options
}

/// What a program of poppler-utils says about a PDF: `pdftotext`, `pdfinfo`, `pdffonts`.
func poppler(_ program: String, _ pdf: [UInt8], _ arguments: [String] = [], after: [String] = []) async throws -> String {
  String(decoding: try await TestProgram.run(program, arguments + ["-"] + after, input: pdf), as: UTF8.self)
}

/// The text of a PDF without any white space.
func textWithoutSpace(_ pdf: [UInt8]) async throws -> String {
  try await poppler("pdftotext", pdf, after: ["-"]).filter { !$0.isWhitespace }
}

func pageCount(_ pdf: [UInt8]) async throws -> Int {
  let line = try #require(try await poppler("pdfinfo", pdf).split(separator: "\n").first { $0.hasPrefix("Pages:") })
  return try #require(Int(line.dropFirst(6).trimmingCharacters(in: .whitespaces)))
}

extension [UInt8] {
  func contains(_ text: String) -> Bool { Data(self).range(of: Data(text.utf8)) != nil }
}

/// A PNG of one colour, by hand: 8-bit grey, stored without compression.
func grayPNG(width: Int, height: Int) -> [UInt8] {
  func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(crc(body))
  }
  func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }
  func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }
  let raw = [UInt8](repeating: 0, count: (width + 1) * height)
  // Adler-32 of zeros: the first sum stays one.
  let (a, b) = (UInt32(1), UInt32(raw.count % 65_521))
  let length = UInt16(raw.count)
  let stored: [UInt8] = [0x78, 0x01, 0x01, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
  return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    + chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 0, 0, 0, 0])
    + chunk("IDAT", stored + raw + bigEndian(b << 16 | a)) + chunk("IEND", [])
}
