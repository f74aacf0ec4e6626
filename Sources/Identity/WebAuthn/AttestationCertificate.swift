internal import COpenSSL

/// The certificate of a model of authenticators, the first of `x5c`.
final class AttestationCertificate {
  /// id-fido-gen-ce-aaguid.
  private static let modelExtension = "1.3.6.1.4.1.45724.1.1.4"

  private let handle: OpaquePointer

  /// - Parameter der: One certificate and nothing after it.
  init?(der: [UInt8]) {
    let (handle, isWhole) = der.withUnsafeBufferPointer { buffer -> (OpaquePointer?, Bool) in
      var position = buffer.baseAddress
      let handle = d2i_X509(nil, &position, buffer.count)
      return (handle, position == buffer.baseAddress.map { $0 + buffer.count })
    }
    guard let handle else {
      ERR_clear_error()
      return nil
    }
    guard isWhole else {
      X509_free(handle)
      return nil
    }
    self.handle = handle
  }

  deinit { X509_free(handle) }

  /// What section 8.2.1 asks of such a certificate and this one has not; nil if it has all.
  ///
  /// - Parameter modelID: The AAGUID of the authenticator data.
  func problem(modelID: [UInt8]) -> String? {
    guard X509_get_version(handle) == 2 else { return "certificate version" }
    guard name(NID_countryName)?.utf8.count == 2, name(NID_organizationName) != nil, name(NID_commonName) != nil,
      name(NID_organizationalUnitName) == "Authenticator Attestation"
    else { return "certificate subject" }
    guard X509_get_ext_by_NID(handle, NID_basic_constraints, -1) >= 0, X509_check_ca(handle) == 0 else { return "certificate authority" }
    switch modelInCertificate {
    case .none: return nil
    case .some(let bytes): return bytes == [0x04, 0x10] + modelID ? nil : "certificate of another model"
    }
  }

  func verifies(_ signature: [UInt8], of message: [UInt8], _ algorithm: COSEAlgorithm) -> Bool {
    guard let key = X509_get0_pubkey(handle) else { return false }
    return SignatureCheck.verifies(signature, of: message, key: key, algorithm)
  }

  /// The AAGUID as the extension's octet string; nil without the extension, empty for one that is marked critical, which it must not be.
  private var modelInCertificate: [UInt8]? {
    guard let object = OBJ_txt2obj(Self.modelExtension, 1) else { return nil }
    defer { ASN1_OBJECT_free(object) }
    let index = X509_get_ext_by_OBJ(handle, object, -1)
    guard index >= 0, let found = X509_get_ext(handle, index) else { return nil }
    guard X509_EXTENSION_get_critical(found) == 0, let data = X509_EXTENSION_get_data(found) else { return [] }
    return Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(data), count: Int(ASN1_STRING_length(data))))
  }

  /// A member of the subject's name, as its bytes read as UTF-8.
  private func name(_ identifier: Int32) -> String? {
    let subject = X509_get_subject_name(handle)
    let index = X509_NAME_get_index_by_NID(subject, identifier, -1)
    guard index >= 0, let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)) else { return nil }
    return String(
      validating: UnsafeBufferPointer(start: ASN1_STRING_get0_data(value), count: Int(ASN1_STRING_length(value))), as: UTF8.self)
  }
}
