internal import CCurl
internal import Platform

/// A curl handle and what its options point to. Freed with this object; used by one thread alone.
final class EasyHandle {
  let raw: UnsafeMutableRawPointer
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  /// Where curl writes what went wrong, in words.
  private let errorBuffer: UnsafeMutablePointer<CChar>

  init?() {
    guard let raw = curl_easy_init() else { return nil }
    self.raw = raw
    errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    setPointer(CURLOPT_ERRORBUFFER, errorBuffer)
  }

  deinit {
    curl_easy_cleanup(raw)
    for list in lists { curl_slist_free_all(list) }
    errorBuffer.deallocate()
  }

  /// Forgets all options and keeps the connections, for the next transfer.
  func reset() {
    curl_easy_reset(raw)
    for list in lists { curl_slist_free_all(list) }
    lists = []
    errorBuffer.update(repeating: 0, count: Int(CURL_ERROR_SIZE))
    setPointer(CURLOPT_ERRORBUFFER, errorBuffer)
  }

  /// What every transfer has in common.
  func configure(_ options: OutboundOptions, deadline: MonotonicInstant) {
    // Signals belong to the event loop; a look-up that hangs must not hold up the thread when its transfer ends.
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_TIMEOUT_MS, max(1, Int((deadline - .now()).wholeNanoseconds / 1_000_000)))
    set(CURLOPT_CONNECTTIMEOUT_MS, Int(options.connectTimeout.wholeNanoseconds / 1_000_000))
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    // The file takes the place of the system's bundle; the system's directory of the same certificates stays.
    if let file = options.authorityFile { set(CURLOPT_CAINFO, file) }
    // The environment's proxies are not ours: an address is checked where we connect to it.
    set(CURLOPT_PROXY, "")
  }

  /// Ends a transfer in which nothing moves for `time`. The time that it is paused by us does not count.
  func limitSilence(_ time: Duration) {
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    set(CURLOPT_LOW_SPEED_TIME, max(1, Int(time.secondsRoundedUp)))
  }

  /// Has curl sign the request with AWS Signature Version 4.
  func sign(_ signature: OutboundRequest.Signature) {
    set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
    set(CURLOPT_USERNAME, signature.accessKey)
    set(CURLOPT_PASSWORD, signature.secretKey)
    // Over HTTP/2 curl 7.88 takes megabytes ahead of a paused reader; the servers that want these signatures speak 1.1.
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
  }

  /// The body is read by the callback. Curl asks for leave before it sends a long one, and we do not wait for that.
  func setUpload(_ count: Int) {
    set(CURLOPT_UPLOAD, 1)
    setOffset(CURLOPT_INFILESIZE_LARGE, count)
    set(CURLOPT_EXPECT_100_TIMEOUT_MS, 1)
    set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
  }

  /// The failures that HTTP and SMTP have in common; nil for any other.
  func commonFailure(_ code: CURLcode) -> OutboundError? {
    switch code {
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: .unreachable(explanation(code))
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
      .insecure(explanation(code))
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .unusable(explanation(code))
    default: nil
    }
  }

  /// The status of an HTTP answer, or the code of the mail server's last reply; 0 if there was none.
  var responseCode: Int { weft_curl_response_code(raw) }

  /// What went wrong, in curl's words.
  func explanation(_ code: CURLcode) -> String {
    let text = String(cString: errorBuffer)
    return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
  }

  func set(_ option: CURLoption, _ value: Int) { check(weft_curl_set_long(raw, option, value)) }
  func set(_ option: CURLoption, _ value: String) { check(weft_curl_set_text(raw, option, value)) }
  func setOffset(_ option: CURLoption, _ value: Int) { check(weft_curl_set_offset(raw, option, curl_off_t(value))) }
  func setPointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer) { check(weft_curl_set_pointer(raw, option, value)) }

  /// Sets a list of lines, which lives as long as the handle.
  func setList(_ option: CURLoption, _ lines: [String]) {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = curl_slist_append(list, line) else { preconditionFailure("no memory for a request") }
      list = longer
    }
    guard let list else { return }
    lists.append(list)
    check(weft_curl_set_list(raw, option, list))
  }

  /// Copies bytes as the body to send; curl keeps its own copy.
  func setBody(_ body: [UInt8]) {
    setOffset(CURLOPT_POSTFIELDSIZE_LARGE, body.count)
    body.withUnsafeBytes { bytes in
      // The length was set before, so curl copies that many bytes; an empty body is a pointer to an empty text.
      let start = bytes.bindMemory(to: CChar.self).baseAddress
      check(start.map { weft_curl_set_text(raw, CURLOPT_COPYPOSTFIELDS, $0) } ?? weft_curl_set_text(raw, CURLOPT_COPYPOSTFIELDS, ""))
    }
  }

  /// Options are refused for want of memory, or because this libcurl was built without what they ask for.
  private func check(_ code: CURLcode) {
    precondition(code == CURLE_OK, "libcurl refuses an option: \(String(cString: curl_easy_strerror(code)))")
  }
}
