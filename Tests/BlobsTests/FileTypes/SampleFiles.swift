import Foundation

/// Small files of each kind, by hand.
enum SampleFiles {
  static let png: [UInt8] =
    [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]
  static let jpeg: [UInt8] = [0xff, 0xd8, 0xff, 0xe0, 0, 16] + Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]
  static let gif: [UInt8] = Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0]
  static let webp: [UInt8] = Array("RIFF".utf8) + [36, 0, 0, 0] + Array("WEBPVP8 ".utf8) + [24, 0, 0, 0]
  static let pdf = Array("%PDF-1.4 documented".utf8)
  static let rar: [UInt8] = Array("Rar!".utf8) + [0x1a, 7, 1, 0, 0x33, 0x92, 0xb5, 0xe5, 10, 1, 5, 6, 0, 5, 1, 1, 0x80, 0x80, 0]
  static let sevenZip: [UInt8] = [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4, 0x5b, 0x38] + [UInt8](repeating: 0, count: 22)
  static let elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0x3e, 0, 1, 0, 0, 0]
  static let exe: [UInt8] = Array("MZ".utf8) + [0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xff, 0xff, 0, 0]
  /// 姓名,电话 and 张三 in GB18030.
  static let gbk: [UInt8] = [0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0xb5, 0xe7, 0xbb, 0xb0, 10, 0xd5, 0xc5, 0xc8, 0xfd, 0x2c, 0x31, 10]

  /// An archive of stored entries, without the central directory: nobody looks that far.
  static func zip(_ names: [String], content: [UInt8] = Array("<xml/>".utf8)) -> [UInt8] {
    names.flatMap { name -> [UInt8] in
      let count = [UInt8(content.count & 255), UInt8(content.count >> 8), 0, 0]
      return [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x28, 0, 0, 0, 0] + count + count + [UInt8(name.utf8.count), 0, 0, 0]
        + Array(name.utf8) + content
    }
  }

  /// A compound document ([MS-CFB]) of version 3 with one stream: header, FAT, directory.
  static func compound(stream: String) -> [UInt8] {
    func entry(_ name: String, type: UInt8, child: UInt32, start: UInt32, size: UInt32) -> [UInt8] {
      let text = name.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
      let padded = text + [UInt8](repeating: 0, count: 64 - text.count)
      return padded + [UInt8(name.isEmpty ? 0 : text.count + 2), 0, type, 1] + word(.max) + word(.max) + word(child)
        + [UInt8](repeating: 0, count: 36) + word(start) + word(size) + word(0)
    }
    var header: [UInt8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] + [UInt8](repeating: 0, count: 16)
    header += [0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0, 0, 0, 0, 0, 0, 0] + word(0) + word(1) + word(1) + word(0) + word(4096)
    header += word(0xffff_fffe) + word(0) + word(0xffff_fffe) + word(0) + word(0)
    header += [UInt8](repeating: 0xff, count: 512 - header.count)
    let fat = word(0xffff_fffd) + word(0xffff_fffe) + word(0xffff_fffe) + [UInt8](repeating: 0xff, count: 500)
    let directory =
      entry("Root Entry", type: 5, child: 1, start: 0xffff_fffe, size: 0)
      + entry(stream, type: 2, child: .max, start: 2, size: 4096)
      + entry("", type: 0, child: .max, start: 0, size: 0) + entry("", type: 0, child: .max, start: 0, size: 0)
    return header + fat + directory + [UInt8](repeating: 0, count: 4096)
  }

  private static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
}
