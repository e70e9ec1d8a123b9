import LinuxSystem
import RRDFormat
import Statistics
import StatsTree

/// Reads the groups of one plugin's file.
///
/// A pass (a sampling of all groups) reads the values with one pread(2) and checks them.
final class RRDBacking: Backing {
  /// A value of the file that belongs to a group.
  struct Column {
    /// The index of the value in the file.
    let index: Int
    let word: RRDWord
  }

  /// The age at which values become stale: three periods of xcp-rrdd.
  ///
  /// A period is always 5 s.
  static let maximumAgeNanoseconds: UInt64 = 15_000_000_000

  private var file: RRDOpenFile
  private let clocks: @Sendable () -> Timestamp
  private var columns: [[Column]] = []
  /// The bytes that were read last: the header and the values.
  private var bytes: [UInt8]
  /// The header whose metadata describes the columns.
  private var header: RRDHeader
  /// The timestamp of the last values, and the window (the time to which they refer) that it gave.
  ///
  /// The window is kept, because the difference of the clocks varies between readings.
  private var last: (timestamp: UInt64, window: Window)?
  /// The number of passes that read the file.
  private(set) var readCount = 0
  /// The number of passes that failed because an update was in progress.
  private(set) var tornCount = 0
  /// Whether the metadata in the file differs from that of the columns.
  private(set) var isOutdated = false
  /// Whether the last timestamp was later than the clock of this host.
  private(set) var isAhead = false

  init(
    _ file: consuming RRDOpenFile, _ header: RRDHeader, clocks: @escaping @Sendable () -> Timestamp
  ) {
    self.file = file
    self.clocks = clocks
    self.header = header
    bytes = Array(repeating: 0, count: max(header.valuesEnd + 4, RRDLayout.minimumByteCount))
  }

  /// Adds a group and returns its token (the id in this backing).
  func open(_ columns: [Column]) -> Int {
    self.columns.append(columns)
    return self.columns.count - 1
  }

  /// Accepts a new header.
  ///
  /// Its metadata has a new checksum, but describes the same data sources.
  func adopt(_ header: RRDHeader) {
    self.header = header
    isOutdated = false
  }

  /// Switches to a new file with the same data sources.
  func adopt(_ file: consuming RRDOpenFile, _ header: RRDHeader) {
    self.file = file
    adopt(header)
  }

  /// Reads the start of the file.
  ///
  /// - Returns: `true` if the header still refers to the metadata of the columns.
  func isCurrent() -> Bool {
    guard file.read(into: &bytes) >= RRDLayout.minimumByteCount else { return false }
    return hasSameMetadata()
  }

  /// Reads the whole file.
  func reread() throws(RRDAccessError) -> RRDFile { try file.read() }

  // MARK: - Sampling

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    guard readValues() else { return }
    let now = clocks()
    guard let window = window(now) else { return }
    let age = now.monotonic > window.end ? now.monotonic - window.end : 0
    // Loop over indices, because an iterator allocates memory for each element in debug builds.
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
      if age > Self.maximumAgeNanoseconds {
        snapshot.finish(placement, window, staleSince: window.end)
      } else {
        snapshot.finish(placement, window)
      }
    }
  }

  /// Reads the header and the values into `bytes`.
  ///
  /// - Returns: `true` if the header and the values belong to one update and to the metadata of the
  ///   columns.
  private func readValues() -> Bool {
    readCount += 1
    for _ in 0..<RRDOpenFile.maximumAttempts {
      guard file.read(into: &bytes) == bytes.count, hasSameMetadata() else {
        isOutdated = true
        return false
      }
      let checksum = Checksum.of(bytes, in: RRDLayout.timestampOffset..<header.valuesEnd)
      if checksum == bytes.bigEndian32(at: RRDLayout.dataChecksumOffset) { return true }
    }
    tornCount += 1
    return false
  }

  private func hasSameMetadata() -> Bool {
    RRDLayout.hasMagic(bytes)
      && bytes.bigEndian32(at: RRDLayout.metadataChecksumOffset) == header.metadataChecksum
      && bytes.bigEndian32(at: RRDLayout.countOffset) == UInt32(header.count)
  }

  /// Returns the window of the values, or `nil` if the timestamp is invalid.
  private func window(_ now: Timestamp) -> Window? {
    let timestamp = bytes.bigEndian64(at: RRDLayout.timestampOffset)
    if let last, last.timestamp == timestamp { return last.window }
    guard let span = RRDTimestamp(timestamp)?.realtime else { return nil }
    isAhead = span.begin > now.realtime
    let window = Window(
      begin: now.monotonic(ofRealtime: span.begin), end: now.monotonic(ofRealtime: span.end))
    last = (timestamp, window)
    return window
  }
}
