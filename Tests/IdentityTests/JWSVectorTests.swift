import Testing

@testable import Identity

/// RFC 7515, appendices A.2 and A.3, and RFC 7638, section 3.1; the private keys rewritten from JWK to PKCS #8.
@Suite struct JWSVectorTests {
  private static let payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

  private static let rsaKey =
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh-BYK4uPJtGXOjS1lYmM2K5J9vinh8CR3_BYlzJChNuOL2TSXxbbqY913Ee"
    + "Z8dCn5VrD7io8ImtxLaYk8wTM_U-3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNnjuygxmj3AbONv_s4yDQs4v5tJ_re"
    + "SlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkftoaHLFcW9Q"
    + "r4NY2ai50Xw0Byj3-H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHgVFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZ"
    + "D50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l"
    + "9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoF"
    + "aFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0KpL"
    + "ttoLhyt3SmqdEf_kgHePDdtzEafpAu-cS191R2JiuoF2yzWXnwFDcqGigp5BNr0AHQfD8_Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDn"
    + "Ed3BbVWG8qf6deqElMGAg-C2V0L4oNXnP7LZcPAZRwKBgQC5A8R-CZW2MvRTLLHzwZkUXV866cff7tx6kqa0finGG0KgeqlaZPxgCZnFp7AeAc"
    + "CMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAPrq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS_l1OW1EnXUEoEHKl54Xrrz2uNwkgMTP1FZ1wKB"
    + "gAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7_Ls5bkUp5u9SN0Ai3Ya6hNnvWJMb7sXQX6U_zyO2M_hTip7tUeh7CXgwo59dkpN75g"
    + "JLVds29-DAncu3KXU4f2Fa-7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf_evpitUf-4JYbLpvNXWcY052Mpz22aR84mY3nh3F2"
    + "LF2mjMJDpTg7FmuyPcVw6EcGyoAe9fa65iNqCq-jdw6PVNGo2hxfjSiZ8IIzHdsPXI89__pMjZcQK9r-CCoRjaZjOYiIDktVWZzmevJuv6WywU"
    + "qd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5"
    + "cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"

  private static let rsaSignature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr"
    + "7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--x"
    + "i12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_Ioy"
    + "pGlUPQGe77Rw"

  private static let ecKey =
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LKhRANCAAR_zc4ncPbEXU"
    + "GDy-5v20t7WAczNXvp7xO6z248e9FURcfxRM0bvZt-hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt"

  private static let ecSignature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

  private static func pair(_ text: String, _ algorithm: SigningAlgorithm) throws -> KeyPair {
    let bytes = try #require(Base64URL.decode(text))
    return try #require(KeyPair(pkcs8: bytes, algorithm))
  }

  @Test func rfc7515AppendixA2() throws {
    let pair = try Self.pair(Self.rsaKey, .rs256)
    let message = Array("eyJhbGciOiJSUzI1NiJ9.\(Self.payload)".utf8)
    // PKCS #1 version 1.5 has no randomness: there is one signature.
    #expect(Base64URL.encode(pair.sign(message)) == Self.rsaSignature)
    let published = try #require(Base64URL.decode(Self.rsaSignature))
    #expect(pair.verify(published, of: message))
    #expect(!pair.verify(pair.sign(message), of: message + [0]))
  }

  @Test func rfc7515AppendixA3() throws {
    let pair = try Self.pair(Self.ecKey, .es256)
    let message = Array("eyJhbGciOiJFUzI1NiJ9.\(Self.payload)".utf8)
    #expect(
      pair.publicKey.members.map(\.value) == [
        "P-256", "EC", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      ])
    let published = try #require(Base64URL.decode(Self.ecSignature))
    #expect(pair.verify(published, of: message))
    for index in [0, 31, 32, 63] {
      var broken = published
      broken[index] ^= 1
      #expect(!pair.verify(broken, of: message))
    }
    #expect(!pair.verify(Array(published.dropLast()), of: message))
    // Its own signatures differ each time, and are 64 bytes whatever leading zeros r and s have.
    for _ in 0..<600 {
      let own = pair.sign(message)
      #expect(own.count == 64)
      #expect(pair.verify(own, of: message))
    }
  }

  @Test func rfc7638Section31() throws {
    let modulus = try #require(
      Base64URL.decode(
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
          + "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvR"
          + "L5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"))
    #expect(JSONWebKey(.rsa(modulus: modulus, exponent: [1, 0, 1])).thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
  }

  @Test(arguments: SigningAlgorithm.allCases)
  func newKeysAreReadBackAsTheyWere(_ algorithm: SigningAlgorithm) throws {
    let pair = KeyPair.make(algorithm)
    let again = try #require(KeyPair(pkcs8: pair.pkcs8, algorithm))
    #expect(again.publicKey == pair.publicKey)
    #expect(again.verify(pair.sign([1, 2, 3]), of: [1, 2, 3]))
    #expect(KeyPair.make(algorithm).publicKey != pair.publicKey)
  }

  @Test func keysOfAnotherKindAreRefused() throws {
    let rsa = try #require(Base64URL.decode(Self.rsaKey))
    let ec = try #require(Base64URL.decode(Self.ecKey))
    #expect(KeyPair(pkcs8: rsa, .es256) == nil)
    #expect(KeyPair(pkcs8: ec, .rs256) == nil)
    #expect(KeyPair(pkcs8: [], .rs256) == nil)
    #expect(KeyPair(pkcs8: Array(rsa.dropLast(20)), .rs256) == nil)
  }
}
