/// Which addresses a request may connect to. It is checked on the address that is connected to, not on the name, so a name
/// that changes its mind between check and use does not help.
public enum AddressPolicy: Sendable, Equatable {
  /// Any: the URL comes from the operator's settings.
  case operatorConfigured
  /// Addresses of the public Internet only: the URL comes from somebody else.
  case publicOnly

  func allows(_ address: IPAddress) -> Bool { self == .operatorConfigured || address.isPublic }
}
