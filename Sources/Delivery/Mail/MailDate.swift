internal import Glibc

/// Dates as mail writes them (RFC 5322, section 3.3), in UTC.
enum MailDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Text such as `Mon, 01 Jan 2024 00:00:00 +0000`.
  static func text(wallMicroseconds: Int64) -> String {
    var seconds = time_t(wallMicroseconds / 1_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(Int(parts.tm_year) + 1900)"
    return "\(date) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) +0000"
  }

  private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
