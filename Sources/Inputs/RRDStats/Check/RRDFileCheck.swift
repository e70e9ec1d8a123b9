public import LinuxSystem
import RRDFormat
import Statistics
public import StatsChecks

/// Checks the rules of a file of xcp-rrdd's protocol V2.
public struct RRDFileCheck {
  /// The longest file that is looked at.
  private static let largestByteCount = 64 << 20
  /// The start of the century, before which no plugin wrote.
  private static let firstTime: UInt64 = 978_307_200_000_000_000
  /// How much a clock may be ahead.
  private static let aheadNanoseconds: UInt64 = 60_000_000_000

  private let path: String
  private let now: UInt64

  /// - Parameters:
  ///   - path: the file.
  ///   - now: nanoseconds of CLOCK_REALTIME.
  public init(_ path: String, now: UInt64 = wallNanoseconds()) {
    self.path = path
    self.now = now
  }

  /// The findings.
  ///
  /// - Throws: `SystemError` where the file cannot be read.
  public func run() throws(SystemError) -> [Finding] {
    let status = try FileStatus(path)
    var bytes = try readFile(path, limit: Self.largestByteCount)
    // A file in use may be read while it is written.
    for _ in 0..<RRDOpenFile.attempts {
      do throws(RRDFormatError) {
        _ = try RRDFile(bytes)
        break
      } catch {
        guard RRDAccessError.flaw(error).mayBeTorn else { break }
        bytes = try readFile(path, limit: Self.largestByteCount)
      }
    }
    return findings(in: bytes, isWritableByOthers: status.isWritableByOthers)
  }

  /// The findings in the bytes of a file.
  func findings(in bytes: [UInt8], isWritableByOthers: Bool = false) -> [Finding] {
    var list = FindingList(object: path)
    let magic = "the file begins as one of protocol V2, with no more data sources than are credible"
    let header: RRDHeader
    let range: Range<Int>
    do throws(RRDFormatError) {
      header = try RRDHeader(bytes)
      list.check("R1", magic, [])
    } catch {
      list.check("R1", magic, ["\(error)"])
      return list.findings
    }
    let length = "all values and the metadata are within the file"
    do throws(RRDFormatError) {
      range = try RRDFile.metadataRange(of: header, bytes)
      list.check("R2", length, [])
    } catch {
      list.check("R2", length, ["\(error)"])
      return list.findings
    }
    list.check(
      "R3", "the checksum of timestamp and values is right", header.matchesData(bytes),
      "it is \(Self.hexadecimal(header.dataChecksum)) in the file")
    list.check(
      "R4", "the checksum of the metadata is right",
      Checksum.of(bytes, in: range) == header.metadataChecksum,
      "it is \(Self.hexadecimal(header.metadataChecksum)) in the file")
    check(header.timestamp, &list)
    list.check(
      "R6", "only its owner can write the file", !isWritableByOthers, "others can write it")
    let words = "the metadata is in the words of the protocol"
    do throws(RRDFormatError) {
      let metadata = try RRDMetadata(bytes, in: range)
      list.check("R7", words, [])
      check(metadata, header, bytes, &list)
    } catch {
      list.check("R7", words, ["\(error)"])
    }
    return list.findings
  }

  private func check(_ timestamp: UInt64, _ list: inout FindingList) {
    let rule = "the timestamp is a time of this century, and not to come"
    guard let span = RRDTimestamp(timestamp)?.realtime else {
      list.check("R5", rule, ["\(RRDFormatError.timestamp(timestamp))"])
      return
    }
    var problems: [String] = []
    if span.end < Self.firstTime {
      problems.append("it is \(span.begin / 1_000_000_000) s after 1970")
    }
    if span.begin > now, span.begin - now > Self.aheadNanoseconds {
      problems.append("it is \((span.begin - now) / 1_000_000_000) s to come")
    }
    list.check("R5", rule, problems)
  }

  private func check(
    _ metadata: RRDMetadata, _ header: RRDHeader, _ bytes: [UInt8], _ list: inout FindingList
  ) {
    let sources = metadata.sources
    list.check(
      "R8", "as many data sources are described as are stated", sources.count == header.count,
      "\(header.count) are stated and \(sources.count) described")
    var names: Set<String> = []
    list.check(
      "R9", "each name is there once",
      sources.filter { !names.insert($0.name).inserted }.map(\.name))
    list.check(
      "R10", "the metadata has no values, with which its checksum would change",
      !metadata.hasValues, "a data source has the member value")
    list.check(
      "R11", "no least value is above the greatest",
      sources.filter { $0.least > $0.greatest }.map(\.name))
    let values = zip(sources, 0..<header.count).map { source, index in
      (source, bytes.bigEndian64(at: RRDLayout.valueOffset(index)))
    }
    list.check(
      "R12", "a value is a number, or NaN where there is none",
      values.filter { $0.valueType == .float && Double(bitPattern: $1).isInfinite }.map(\.0.name))
    list.check(
      "R13", "a level is within its bounds",
      values.filter { source, raw in
        guard source.behaviour == .gauge, !source.isInverse else { return false }
        let value =
          source.valueType == .float
          ? Double(bitPattern: raw) : Double(Int64(bitPattern: raw))
        return value < source.least || value > source.greatest
      }.map(\.0.name))
  }

  private static func hexadecimal(_ number: UInt32) -> String { "0x" + String(number, radix: 16) }
}
