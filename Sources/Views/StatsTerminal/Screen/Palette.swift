/// The capabilities of a terminal: its colours, and whether it can show Unicode.
public struct Palette: Hashable, Sendable {
  public enum Depth: Hashable, Sendable {
    case none
    case sixteen
    case many
  }

  public let depth: Depth
  public let isUnicode: Bool

  public init(_ depth: Depth, isUnicode: Bool = true) {
    self.depth = depth
    self.isUnicode = isUnicode
  }

  /// Detects the palette from the environment variables TERM, COLORTERM, NO_COLOR, LC_ALL, LC_CTYPE
  /// and LANG.
  ///
  /// The result is nil if the terminal cannot move its cursor.
  public init?(environment: (String) -> String?) {
    func value(_ name: String) -> String { environment(name) ?? "" }
    let term = value("TERM")
    if term.isEmpty || term == "dumb" || term == "unknown" { return nil }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(value).first { !$0.isEmpty } ?? ""
    let charset = locale.uppercased()
    isUnicode = charset.contains("UTF-8") || charset.contains("UTF8")
    let isMonochrome = term.hasSuffix("-mono") || term.hasSuffix("-m") || term.hasPrefix("vt")
    if !value("NO_COLOR").isEmpty || isMonochrome {
      depth = .none
    } else if term.contains("256color") || !value("COLORTERM").isEmpty {
      depth = .many
    } else {
      depth = .sixteen
    }
  }

  /// Returns the parameters of the control sequence SGR for a style (ECMA-48, 8.3.117).
  func parameters(of style: Style) -> String {
    switch depth {
    case .none: Self.plain[Int(style.rawValue)]
    case .sixteen: Self.sixteen[Int(style.rawValue)]
    case .many: Self.many[Int(style.rawValue)]
    }
  }

  // The parameters in the order of the styles.
  private static let plain = ["0", "0;1", "0", "0;1;4", "0;7", "0", "0;1", "0;1", "0;1"]
  private static let sixteen = [
    "0", "0;1", "0;2", "0;30;46", "0;30;47", "0;32", "0;33", "0;1;31", "0;36",
  ]
  private static let many = [
    "0", "0;1", "0;38;5;245", "0;38;5;255;48;5;24", "0;38;5;16;48;5;153", "0;38;5;71",
    "0;38;5;214", "0;1;38;5;203", "0;38;5;110",
  ]

  /// Returns a character, or a replacement if the terminal cannot show it.
  func shown(_ scalar: UInt32) -> UInt32 {
    if isUnicode || scalar < 0x7f { return scalar }
    if scalar >= 0x2581, scalar <= 0x2588 { return Self.heights[Int(scalar - 0x2581)] }
    return switch scalar {
    case 0x2026: 0x2e
    case 0x2191: 0x5e
    case 0x2193: 0x76
    default: 0x3f
    }
  }

  private static let heights = Array("._-=+*#@".unicodeScalars.map(\.value))
}
