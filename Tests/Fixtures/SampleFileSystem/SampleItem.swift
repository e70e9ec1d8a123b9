/// The objects in the sample filesystem.
public enum SampleItem: Hashable, Sendable {
  case root
  /// A directory of 1,000 numbered files.
  case many
  /// A short text, created when it is opened.
  case text
  /// A text of 20,000 lines, created in parts when it is read.
  case lines
  /// A count of opens; writing 0 clears it.
  case counter
  /// The words of a table, read by the kernel if possible.
  case table
  /// The same words, always served by the filesystem.
  case copy
  /// Readable after `setReady(true)`.
  case event
  /// Fails every read with ENODEV.
  case gone
  case numbered(Int)

  static let files: [(name: String, item: SampleItem)] = [
    ("many", .many), ("text", .text), ("lines", .lines), ("counter", .counter),
    ("table", .table), ("copy", .copy), ("event", .event), ("gone", .gone),
  ]

  public static let manyCount = 1_000
  public static let textContent = Array("the quick brown fox\n".utf8)
  public static let lineCount = 20_000
  public static let tableSize = 65_536

  /// The name in `many`; names sort by number.
  static func name(_ number: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// Looks up a name in a directory.
  init?(_ name: String, in directory: SampleItem) {
    switch directory {
    case .root:
      guard let found = Self.files.first(where: { $0.name == name }) else { return nil }
      self = found.item
    case .many:
      guard let number = Int(name), (0..<Self.manyCount).contains(number),
        Self.name(number) == name
      else { return nil }
      self = .numbered(number)
    default: return nil
    }
  }

  var isDirectory: Bool { self == .root || self == .many }

  /// The size in bytes, or 0 if it varies.
  var size: Int {
    switch self {
    case .root, .many, .event: 0
    case .text, .gone: Self.textContent.count
    case .lines: Self.lineCount * 8
    // Up to 9 opens; the tests open it less often.
    case .counter: 2
    case .table, .copy: Self.tableSize
    case .numbered(let number): "\(number)\n".utf8.count
    }
  }

  /// The inode number, independent of lookups.
  var inode: UInt64 {
    switch self {
    case .numbered(let number): 1_000 + UInt64(number)
    case .root: 1
    default: 2 + UInt64(Self.files.firstIndex { $0.item == self } ?? 0)
    }
  }
}
