import LinuxSystem
import RRDFormat
import Statistics
import StatsTree

/// The groups of one plugin's file: a pass reads its values by one pread(2), and checks them.
final class RRDBacking: Backing {
  /// The values of a group, in schema order.
  struct Column {
    let index: Int
    let word: RRDWord
  }

  /// How long a file may stay the same: three of xcp-rrdd's periods, of which there is but one length.
  static let patience: UInt64 = 15_000_000_000

  private var file: RRDOpenFile
  private let clocks: @Sendable () -> RRDClocks
  private var columns: [[Column]] = []
  /// Header and values.
  private var bytes: [UInt8]
  /// The header that the columns were made of, or one with the same metadata.
  private var known: RRDHeader
  /// The timestamp of the last values, and its window: the clocks differ a little at each reading.
  private var last: (timestamp: UInt64, window: Window)?
  /// How often it was read, and how often it was half written then.
  private(set) var readCount = 0
  private(set) var tornCount = 0
  /// Whether the metadata is another one than that of the columns.
  private(set) var isOutdated = false
  /// Whether the last time was in the future, by the clock of this host.
  private(set) var isAhead = false

  init(
    _ file: consuming RRDOpenFile, _ header: RRDHeader, clocks: @escaping @Sendable () -> RRDClocks
  ) {
    self.file = file
    self.clocks = clocks
    known = header
    bytes = Array(repeating: 0, count: max(header.valuesEnd + 4, RRDLayout.smallestByteCount))
  }

  /// Takes a group: its token.
  func open(_ columns: [Column]) -> Int {
    self.columns.append(columns)
    return self.columns.count - 1
  }

  /// The metadata has another checksum now and says the same.
  func adopt(_ header: RRDHeader) {
    known = header
    isOutdated = false
  }

  /// Another file with the same data sources is in the place of this one.
  func adopt(_ file: consuming RRDOpenFile, _ header: RRDHeader) {
    self.file = file
    adopt(header)
  }

  /// Whether the file's metadata is that of the columns, as far as a look at its start tells.
  func isCurrent() -> Bool {
    guard file.read(into: &bytes) >= RRDLayout.smallestByteCount else { return false }
    return isKnown()
  }

  /// The file as it is now.
  func reread() throws(RRDAccessError) -> RRDFile { try file.read() }

  // MARK: - Sampling

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    guard readValues() else { return }
    let now = clocks()
    guard let window = window(now) else { return }
    let age = now.monotonic > window.end ? now.monotonic - window.end : 0
    // By index: unoptimized, an iterator allocates for each element.
    for position in placements.indices {
      let placement = placements[position]
      snapshot.fill(placement) { record in
        let columns = columns[placement.token]
        for index in columns.indices {
          let column = columns[index]
          let raw = bytes.bigEndian64(at: RRDLayout.valueOffset(column.index))
          record[index] = column.word.word(raw)
        }
      }
      if age > Self.patience {
        snapshot.finish(placement, window, staleSince: window.end)
      } else {
        snapshot.finish(placement, window)
      }
    }
  }

  /// Brings `bytes` up to date: whether they are of one update, and of the metadata that is known.
  private func readValues() -> Bool {
    readCount += 1
    for _ in 0..<RRDOpenFile.attempts {
      guard file.read(into: &bytes) == bytes.count, isKnown() else {
        isOutdated = true
        return false
      }
      let checksum = Checksum.of(bytes, in: RRDLayout.timestampOffset..<known.valuesEnd)
      if checksum == bytes.bigEndian32(at: RRDLayout.dataChecksumOffset) { return true }
    }
    tornCount += 1
    return false
  }

  private func isKnown() -> Bool {
    RRDLayout.isBegin(of: bytes)
      && bytes.bigEndian32(at: RRDLayout.metadataChecksumOffset) == known.metadataChecksum
      && bytes.bigEndian32(at: RRDLayout.countOffset) == UInt32(known.count)
  }

  /// When the values were taken; nil of a timestamp that is none.
  private func window(_ now: RRDClocks) -> Window? {
    let timestamp = bytes.bigEndian64(at: RRDLayout.timestampOffset)
    if let last, last.timestamp == timestamp { return last.window }
    guard let span = RRDTimestamp(timestamp)?.realtime else { return nil }
    isAhead = span.begin > now.realtime
    let window = Window(
      begin: now.monotonic(of: span.begin), end: now.monotonic(of: span.end))
    last = (timestamp, window)
    return window
  }
}
