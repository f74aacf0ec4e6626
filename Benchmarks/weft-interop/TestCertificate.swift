import Glibc

/// The certificate that `--tls` uses where no other is named: for localhost, 127.0.0.1, ::1 and *.test.google.fr, signed by itself, its key known to
/// everybody who can read this. It proves nothing and protects nothing; it lets the cases run over TLS.
enum TestCertificate {
  static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIB0TCCAXegAwIBAgIUWPClP+ui4tt/HLGoXwmqP+A8XZAwCgYIKoZIzj0EAwIw
    HDEaMBgGA1UEAwwRd2VmdC1pbnRlcm9wIHRlc3QwIBcNMjYxMTIxMDI1OTQxWhgP
    MjEyNjEwMjgwMjU5NDFaMBwxGjAYBgNVBAMMEXdlZnQtaW50ZXJvcCB0ZXN0MFkw
    EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEm8wo6+zxqvoRZShYPt7IgGzt1JnV1JYZ
    LIHYEzq8MsOAIYVH3MQ8FEu9Zc0xRsSJcNA2E/C6Vq4teFJQWyNSrKOBlDCBkTAd
    BgNVHQ4EFgQUJPyJkg12HPY0lKkaJj9PI63jeC0wHwYDVR0jBBgwFoAUJPyJkg12
    HPY0lKkaJj9PI63jeC0wDwYDVR0TAQH/BAUwAwEB/zA+BgNVHREENzA1gglsb2Nh
    bGhvc3SCECoudGVzdC5nb29nbGUuZnKHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEw
    CgYIKoZIzj0EAwIDSAAwRQIhANZh733aGPrtIhz45fdeKlivRm6YI9TUwWGi4Com
    qSG3AiBE2BLJ3K396sZ4sGfAX+vEngEClwQnDPjt5huLUogjcg==
    -----END CERTIFICATE-----

    """

  static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVcL74AeyrgVropbt
    FVOUGLDCILEYw7EMClwm2S4kN7+hRANCAASbzCjr7PGq+hFlKFg+3siAbO3UmdXU
    lhksgdgTOrwyw4AhhUfcxDwUS71lzTFGxIlw0DYT8LpWri14UlBbI1Ks
    -----END PRIVATE KEY-----

    """

  /// Writes `text` to a new file that only we may read, where OpenSSL can find it.
  ///
  /// - Throws: `InteropOptions.UsageError` if there is no room for it.
  static func file(_ text: String) throws -> String {
    var name = Array("/tmp/weft-interop-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw InteropOptions.UsageError(description: "no temporary file: error \(errno)") }
    defer { close(descriptor) }
    var text = text
    let written = text.withUTF8 { write(descriptor, $0.baseAddress, $0.count) }
    guard written == text.utf8.count else { throw InteropOptions.UsageError(description: "a temporary file was not written") }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
