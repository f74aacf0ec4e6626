internal import CCurl

extension OutboundClient {
  /// libcurl is initialised once in a process, before its first use.
  static let isLibraryReady = weft_curl_global_init() == CURLE_OK
}
