/// The sheet and how text stands on it; the same for PDF, Word and a printed HTML page.
package struct PageSetup: Sendable, Equatable {
  package enum Size: String, Sendable, CaseIterable {
    case a3 = "A3"
    case a4 = "A4"
    case a5 = "A5"
    case b5 = "B5"
    case letter = "Letter"
    case legal = "Legal"

    /// Width and height in millimetres, upright (ISO 216; B5 is the Chinese and ISO one; ANSI/ASME Y14.1).
    package var millimetres: (width: Double, height: Double) {
      switch self {
      case .a3: (297, 420)
      case .a4: (210, 297)
      case .a5: (148, 210)
      case .b5: (176, 250)
      case .letter: (215.9, 279.4)
      case .legal: (215.9, 355.6)
      }
    }
  }

  package enum Orientation: String, Sendable, CaseIterable { case portrait, landscape }

  /// In centimetres.
  package struct Margins: Sendable, Equatable {
    package var top, bottom, left, right: Double
    package init(top: Double, bottom: Double, left: Double, right: Double) {
      self.top = top
      self.bottom = bottom
      self.left = left
      self.right = right
    }
    package static let normal = Margins(top: 2.54, bottom: 2.54, left: 1.91, right: 1.91)
    package static let narrow = Margins(top: 1.27, bottom: 1.27, left: 1.27, right: 1.27)
    package static let wide = Margins(top: 2.54, bottom: 2.54, left: 5.08, right: 5.08)
  }

  package var size = Size.a4
  package var orientation = Orientation.portrait
  package var margins = Margins.normal
  /// Of running text, in points.
  package var fontSize = 12.0
  /// Distance of lines as a multiple of the font size.
  package var lineHeight = 1.5

  package init(
    size: Size = .a4, orientation: Orientation = .portrait, margins: Margins = .normal, fontSize: Double = 12, lineHeight: Double = 1.5
  ) {
    self.size = size
    self.orientation = orientation
    self.margins = margins
    self.fontSize = fontSize
    self.lineHeight = lineHeight
  }

  /// Points in a centimetre.
  static let pointsPerCentimetre = 72 / 2.54

  /// Width and height of the sheet as it is turned, in points.
  package var pointSize: (width: Double, height: Double) {
    let (width, height) = size.millimetres
    let upright = (width: width / 10 * Self.pointsPerCentimetre, height: height / 10 * Self.pointsPerCentimetre)
    return orientation == .portrait ? upright : (upright.height, upright.width)
  }

  /// The same with every value that no page can have brought to the nearest that it can: text keeps at least a third of
  /// the sheet each way.
  package var bounded: PageSetup {
    var setup = self
    setup.fontSize = Self.bound(fontSize, 5, 48, else: 12)
    setup.lineHeight = Self.bound(lineHeight, 1, 4, else: 1.5)
    let (width, height) = pointSize
    (setup.margins.left, setup.margins.right) = Self.bound(margins.left, margins.right, sheet: width)
    (setup.margins.top, setup.margins.bottom) = Self.bound(margins.top, margins.bottom, sheet: height)
    return setup
  }

  private static func bound(_ value: Double, _ low: Double, _ high: Double, else fallback: Double) -> Double {
    value.isFinite ? min(max(value, low), high) : fallback
  }

  private static func bound(_ first: Double, _ second: Double, sheet: Double) -> (Double, Double) {
    let room = sheet / pointsPerCentimetre * 2 / 3
    let first = bound(first, 0, room, else: 2)
    let second = bound(second, 0, room, else: 2)
    let scale = min(1, room / max(first + second, 0.01))
    return (first * scale, second * scale)
  }
}
