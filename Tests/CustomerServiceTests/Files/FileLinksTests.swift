import ApplicationSupport
import Blobs
import Identity
import Platform
import Testing

@testable import CustomerService

struct FileLinksTests {
  private let time = ManualTime()
  private let links: FileLinks

  init() throws {
    links = FileLinks(
      secret: try HashSecret(bytes: Array(repeating: 1, count: 32)), blobs: MemoryBlobs(), publicURL: PublicURL("https://example.com"),
      time: time)
  }

  private func parts(of id: String) throws -> (expires: String, signature: String) {
    let (url, seconds) = try links.url(for: .sample(id))
    #expect(seconds == 3600)
    let start = "https://example.com/api/files/\(id)/content?expires="
    #expect(url.hasPrefix(start))
    let rest = url.dropFirst(start.count).split(separator: "&signature=")
    return (String(rest[0]), String(rest[1]))
  }

  private func isRefused(_ id: String, _ expires: String, _ signature: String) -> Bool {
    do throws(CustomerServiceError) {
      _ = try links.secondsLeft(fileID: id, expires: expires, signature: signature)
      return false
    } catch {
      return error == .invalidDownloadLink
    }
  }

  @Test func aLinkHoldsForAnHour() throws {
    let (expires, signature) = try parts(of: "f1")
    #expect(try links.secondsLeft(fileID: "f1", expires: expires, signature: signature) == 3600)
    time.advance(by: .seconds(3599))
    #expect(try links.secondsLeft(fileID: "f1", expires: expires, signature: signature) == 1)
    time.advance(by: .seconds(1))
    #expect(isRefused("f1", expires, signature))
  }

  @Test func aLinkIsForOneFile() throws {
    let (expires, signature) = try parts(of: "f1")
    #expect(isRefused("f2", expires, signature))
    #expect(isRefused("f", "1\(expires)", signature))
    #expect(isRefused("f1\n", expires, signature))
  }

  @Test func noChangedLinkHolds() throws {
    let (expires, signature) = try parts(of: "f1")
    for changed in [
      "\(try #require(Int(expires)) + 1)", "+\(expires)", "0\(expires)", " \(expires)", "", "-1", "x", "9\(expires)9999999999",
    ] {
      #expect(isRefused("f1", changed, signature))
    }
    for changed in ["", "00", String(signature.dropLast()), String(signature.dropLast(2)), signature + "00", "g" + signature.dropFirst()] {
      #expect(isRefused("f1", expires, changed))
    }
    var digits = Array(signature.utf8)
    for index in digits.indices {
      let old = digits[index]
      digits[index] = old == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
      #expect(isRefused("f1", expires, String(decoding: digits, as: UTF8.self)))
      digits[index] = old
    }
  }

  @Test func anotherSecretMakesOtherLinks() throws {
    let (expires, signature) = try parts(of: "f1")
    let others = FileLinks(
      secret: try HashSecret(bytes: Array(repeating: 2, count: 32)), blobs: MemoryBlobs(), publicURL: PublicURL("https://example.com"),
      time: time)
    #expect(throws: CustomerServiceError.invalidDownloadLink) {
      try others.secondsLeft(fileID: "f1", expires: expires, signature: signature)
    }
  }

  @Test func theStoresOwnLinkGoesFirst() throws {
    let blobs = MemoryBlobs(downloadBase: "https://s3.example.com/")
    let links = FileLinks(
      secret: try HashSecret(bytes: Array(repeating: 1, count: 32)), blobs: blobs, publicURL: PublicURL("https://example.com"), time: time)
    let (url, seconds) = try links.url(for: .sample("f1", filename: "文档.pdf"))
    #expect(url == "https://s3.example.com/uploads/f1.pdf|application/pdf|\(ContentDisposition.attachment("文档.pdf"))|3600")
    #expect(seconds == 3600)
  }
}
