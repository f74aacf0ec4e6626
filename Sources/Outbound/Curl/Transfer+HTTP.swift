internal import CCurl

/// HTTP: what curl is told, and what comes back.
extension Transfer {
  func configure(_ handle: EasyHandle, _ request: OutboundRequest, _ url: OutboundURL) {
    handle.set(CURLOPT_URL, url.text)
    handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
    handle.set(CURLOPT_REDIR_PROTOCOLS_STR, url.scheme == "https" ? "https" : "http,https")
    handle.set(CURLOPT_FOLLOWLOCATION, request.redirectsMax > 0 ? 1 : 0)
    handle.set(CURLOPT_MAXREDIRS, request.redirectsMax)
    handle.set(CURLOPT_USERAGENT, "weft")
    if request.addresses != .operatorConfigured {
      // A connection that another request opened is no reason to skip the check of the address.
      weft_curl_set_prereq(handle.raw) { context, address, _, _, _ in Transfer.from(context).mayUse(address) }
      handle.setPointer(CURLOPT_PREREQDATA, Unmanaged.passUnretained(self).toOpaque())
    }
    if request.method == .head { handle.set(CURLOPT_NOBODY, 1) }
    if request.method != .get || request.body != nil { handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
    if let body = request.body {
      handle.setBody(body)
    } else if request.method == .post || request.method == .put || request.method == .patch {
      handle.setBody([])
    }
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    // Curl would add both of its own accord: the first costs a round trip, the second would be wrong.
    for name in ["Expect", "Content-Type"] where !request.headers.contains(where: { $0.name.lowercased() == name.lowercased() }) {
      lines.append("\(name):")
    }
    handle.setList(CURLOPT_HTTPHEADER, lines)
  }

  func httpResult(_ handle: EasyHandle, _ code: CURLcode) -> Answer {
    if code == CURLE_OK { return .success(OutboundResponse(status: handle.responseCode, headers: headers, body: body)) }
    return .failure(commonFailure(handle, code) ?? .interrupted(handle.explanation(code)))
  }

  func receiveHTTPHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    headerBytes += bytes.count
    guard headerBytes <= headerBytesMax else {
      objection = .responseTooLarge
      return 0
    }
    // Each head begins anew: there may be a 100 or a redirect before the one that counts.
    if bytes.starts(with: "HTTP/".utf8) {
      headers.removeAll()
    } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      let name = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
      let value = bytes[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      let end = value.lastIndex { $0 > 0x20 } ?? value.startIndex - 1
      headers.append((name, String(decoding: value[value.startIndex..<end + 1], as: UTF8.self)))
    }
    return bytes.count
  }

  private func mayUse(_ address: UnsafeMutablePointer<CChar>?) -> Int32 {
    guard case .http(let request, _) = work else { return CURL_PREREQFUNC_OK }
    guard let address, let numeric = IPAddress(String(cString: address)), request.addresses.allows(numeric) else {
      objection = .addressRefused(request.url)
      return CURL_PREREQFUNC_ABORT
    }
    return CURL_PREREQFUNC_OK
  }
}
