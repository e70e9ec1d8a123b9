public import LinuxSystem
import RRDFormat
import Statistics
public import StatsChecks

/// A check of the rules for a file of xcp-rrdd's protocol V2.
public struct RRDFileCheck {
  /// The maximum size of a file.
  private static let maximumByteCount = 64 << 20
  /// The beginning of 2001; no plugin is older.
  private static let firstTime: UInt64 = 978_307_200_000_000_000
  /// The maximum time by which the writer's clock may be ahead.
  private static let maximumAheadNanoseconds: UInt64 = 60_000_000_000

  private let path: String
  private let now: UInt64

  /// - Parameters:
  ///   - path: The path of the file.
  ///   - now: The time on CLOCK_REALTIME in nanoseconds.
  public init(_ path: String, now: UInt64 = realtimeNanoseconds()) {
    self.path = path
    self.now = now
  }

  /// Checks the file.
  ///
  /// - Returns: One finding per rule.
  /// - Throws: `SystemError` if the file cannot be read.
  public func run() throws(SystemError) -> [Finding] {
    let status = try FileStatus(path)
    var bytes = try readFile(path, limit: Self.maximumByteCount)
    // Repeat the read, because an update may be in progress.
    for _ in 0..<RRDOpenFile.maximumAttempts {
      do throws(RRDFormatError) {
        _ = try RRDFile(bytes)
        break
      } catch {
        guard RRDAccessError.format(error).mayBeTorn else { break }
        bytes = try readFile(path, limit: Self.maximumByteCount)
      }
    }
    return findings(in: bytes, isWritableByOthers: status.isWritableByOthers)
  }

  /// Checks the bytes of a file.
  func findings(in bytes: [UInt8], isWritableByOthers: Bool = false) -> [Finding] {
    var list = FindingList<RRDFileRule>(object: path)
    let header: RRDHeader
    let range: Range<Int>
    do throws(RRDFormatError) {
      header = try RRDHeader(bytes)
      list.check(.magic, [])
    } catch {
      list.check(.magic, ["\(error)"])
      return list.findings
    }
    do throws(RRDFormatError) {
      range = try RRDFile.metadataRange(of: header, bytes)
      list.check(.contentsWithinFile, [])
    } catch {
      list.check(.contentsWithinFile, ["\(error)"])
      return list.findings
    }
    list.check(
      .dataChecksum, header.matchesData(bytes),
      "the file states 0x\(header.dataChecksum.hexadecimal(width: 8))")
    list.check(
      .metadataChecksum, Checksum.of(bytes, in: range) == header.metadataChecksum,
      "the file states 0x\(header.metadataChecksum.hexadecimal(width: 8))")
    check(header.timestamp, &list)
    list.check(.permissions, !isWritableByOthers, "the group or others can write it")
    do throws(RRDFormatError) {
      let metadata = try RRDMetadata(bytes, in: range)
      list.check(.metadata, [])
      check(metadata, header, bytes, &list)
    } catch {
      list.check(.metadata, ["\(error)"])
    }
    return list.findings
  }

  private func check(_ timestamp: UInt64, _ list: inout FindingList<RRDFileRule>) {
    guard let span = RRDTimestamp(timestamp)?.realtime else {
      list.check(.timestamp, ["\(RRDFormatError.timestamp(timestamp))"])
      return
    }
    var problems: [String] = []
    if span.end < Self.firstTime {
      problems.append("it is \(span.begin / 1_000_000_000) s after the start of 1970")
    }
    if span.begin > now, span.begin - now > Self.maximumAheadNanoseconds {
      problems.append("it is \((span.begin - now) / 1_000_000_000) s in the future")
    }
    list.check(.timestamp, problems)
  }

  private func check(
    _ metadata: RRDMetadata, _ header: RRDHeader, _ bytes: [UInt8],
    _ list: inout FindingList<RRDFileRule>
  ) {
    let sources = metadata.sources
    list.check(.sourceCount, sources.count == header.count, "\(header.count) and \(sources.count)")
    var names: Set<String> = []
    list.check(
      .uniqueNames,
      sources.filter { !names.insert($0.name).inserted }.map(\.name))
    list.check(.constantMetadata, !metadata.hasValues, "a data source has the member 'value'")
    list.check(
      .bounds,
      sources.filter { $0.minimum > $0.maximum }.map(\.name))
    let values = zip(sources, 0..<header.count).map { source, index in
      (source, bytes.bigEndian64(at: RRDLayout.valueOffset(index)))
    }
    list.check(
      .numbers,
      values.filter { $0.valueType == .float && Double(bitPattern: $1).isInfinite }.map(\.0.name))
    list.check(
      .gauges,
      values.filter { source, raw in
        guard source.behaviour == .gauge, !source.isInverse else { return false }
        let value =
          source.valueType == .float
          ? Double(bitPattern: raw) : Double(Int64(bitPattern: raw))
        return value < source.minimum || value > source.maximum
      }.map(\.0.name))
  }
}
