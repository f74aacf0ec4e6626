internal import Synchronization

/// The base of the links that answers carry: `WEFT_PUBLIC_URL`, or where the HTTP listener is, which is known only once it is bound.
public final class PublicURL: Sendable {
  private let text: Mutex<String>

  /// - Parameter value: Scheme, host and port, without a slash at the end.
  public init(_ value: String) { text = Mutex(value) }

  public var value: String {
    get { text.withLock { $0 } }
    set { text.withLock { $0 = newValue } }
  }
}
