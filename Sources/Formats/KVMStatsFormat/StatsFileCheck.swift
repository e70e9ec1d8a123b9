public import LinuxSystem
import Statistics
public import StatsChecks

/// Checks the rules of the KVM binary statistics format on one open file.
///
/// Of the rules in `StatsFileRule`, I2 to I18 are those that the kernel's selftest checks; V1 to V5
/// are additional rules. A reader must be more tolerant: it accepts the kinds and units of later
/// kernels, which violate I10 and I11.
public struct StatsFileCheck: ~Copyable {
  private let descriptor: Descriptor
  private var list: FindingList<StatsFileRule>

  /// Prepares the check of a file; `object` is its name in the findings.
  public init(_ descriptor: consuming Descriptor, object: String) {
    self.descriptor = descriptor
    list = FindingList(object: object)
  }

  /// Runs all checks that the contents of the file permit.
  public consuming func run() -> [Finding] {
    guard let header = checkHeader() else { return list.findings }
    checkID(header)
    guard header.descriptorCount > 0 else {
      list.skip(.descriptorsExist, "the file has none, which is legal")
      return list.findings
    }
    checkBlocks(header)
    guard let block = bytes(header.descriptorByteCount, at: header.descriptorOffset) else {
      list.check(.descriptorBlock, false, "it is truncated")
      return list.findings
    }
    list.check(.descriptorBlock, true, "")
    do {
      let schema = try Schema(kvmDescriptors: block.span, header: header)
      checkNames(schema, block, header)
      checkDescriptors(schema)
      checkLayout(schema, header)
      checkData(schema, header)
    } catch {
      list.check(.alignment, false, error.description)
    }
    return list.findings
  }

  // MARK: - Blocks

  private mutating func checkHeader() -> KVMHeader? {
    guard let head = bytes(KVMHeader.byteCount, at: 0) else {
      list.check(.header, false, "it is truncated")
      return nil
    }
    do {
      let header = try KVMHeader(parsing: head.span)
      list.check(.header, true, "")
      return header
    } catch {
      list.check(.header, false, error.description)
      return nil
    }
  }

  private mutating func checkID(_ header: KVMHeader) {
    guard let id = bytes(header.nameSize, at: header.idOffset) else {
      list.check(.id, false, "it is truncated")
      return
    }
    list.check(.id, true, "")
    let text = id.span.textBeforeNUL
    list.check(.idText, text.hasPrefix("kvm") && id.contains(0), "it is '\(text)'")
  }

  private mutating func checkBlocks(_ header: KVMHeader) {
    list.check(
      .blocksFollowHeader,
      header.descriptorOffset >= KVMHeader.byteCount && header.dataOffset >= KVMHeader.byteCount,
      "their offsets are \(header.descriptorOffset) and \(header.dataOffset)")
    list.check(
      .descriptorsBeforeData,
      header.descriptorOffset > header.dataOffset
        || header.descriptorOffset + header.descriptorByteCount <= header.dataOffset,
      "descriptors end at \(header.descriptorOffset + header.descriptorByteCount), data begin at"
        + " \(header.dataOffset)")
  }

  // MARK: - Descriptors

  private mutating func checkNames(_ schema: Schema, _ block: [UInt8], _ header: KVMHeader) {
    let unterminated = schema.statistics.indices.filter { index in
      let start = index * header.descriptorStride + 16
      return !block[start..<start + header.nameSize].contains(0)
    }
    list.check(.nameNUL, unterminated.map { schema.statistics[$0].name })
    var seen: Set<String> = []
    list.check(
      .uniqueNames,
      schema.statistics.map(\.name).filter { !seen.insert($0).inserted })
  }

  private mutating func checkDescriptors(_ schema: Schema) {
    list.check(
      .knownCodes,
      schema.statistics.compactMap { statistic in
        if case .unknown = statistic.kind { return "\(statistic.name): \(statistic.kind)" }
        if case .unknown = statistic.unit { return "\(statistic.name): \(statistic.unit)" }
        if case .unknown = statistic.scale.base { return "\(statistic.name): \(statistic.scale)" }
        return nil
      })
    list.check(
      .exponents,
      schema.statistics.compactMap { statistic in
        let exponent = statistic.scale.exponent
        let isValid =
          switch statistic.unit {
          case .none, .bytes, .cycles: exponent >= 0
          case .seconds: exponent <= 0
          case .boolean: exponent == 0
          case .unknown: true
          }
        return isValid ? nil : "\(statistic.name): \(statistic.unit) with \(exponent)"
      })
    list.check(.valuesExist, schema.statistics.filter { $0.size == 0 }.map(\.name))
    list.check(
      .bucketSizes,
      schema.statistics.filter { ($0.bucketSize != 0) != ($0.kind == .linearHistogram) }
        .map { "\($0.name): \($0.bucketSize)" })
  }

  // MARK: - Data

  private mutating func checkLayout(_ schema: Schema, _ header: KVMHeader) {
    list.check(.alignment, true, "")
    let size = schema.wordCount * 8
    list.check(
      .dataBeforeDescriptors,
      header.dataOffset >= header.descriptorOffset
        || header.dataOffset + size <= header.descriptorOffset,
      "data end at \(header.dataOffset + size), descriptors begin at \(header.descriptorOffset)")
    list.check(
      .dataSize, size >= header.descriptorCount * 8,
      "\(size) bytes for \(header.descriptorCount) statistics")
    let ordered = schema.statistics.sorted { $0.offset < $1.offset }
    list.check(
      .disjointValues,
      zip(ordered, ordered.dropFirst()).compactMap { first, next in
        first.words.upperBound <= next.words.lowerBound ? nil : "\(first.name) and \(next.name)"
      })
  }

  private mutating func checkData(_ schema: Schema, _ header: KVMHeader) {
    guard let first = words(schema.wordCount, at: header.dataOffset) else {
      list.check(.dataBlock, false, "it is truncated")
      return
    }
    list.check(.dataBlock, true, "")
    list.check(
      .singleValues,
      schema.statistics.compactMap { statistic in
        let offset = header.dataOffset + statistic.offset
        return words(statistic.size, at: offset) == nil ? statistic.name : nil
      })
    list.check(
      .booleans,
      schema.statistics.compactMap { statistic in
        guard statistic.unit == .boolean, !statistic.kind.isHistogram, statistic.size > 0 else {
          return nil
        }
        let value = first[statistic.words.lowerBound]
        return value <= 1 ? nil : "\(statistic.name) is \(value)"
      })
    guard let second = words(schema.wordCount, at: header.dataOffset) else { return }
    list.check(
      .monotonicValues,
      schema.statistics.compactMap { statistic in
        statistic.words.contains { word in
          if case .reset = Delta(of: statistic, from: first[word], to: second[word]) {
            return true
          }
          return false
        } ? statistic.name : nil
      })
  }

  private func bytes(_ count: Int, at offset: Int) -> [UInt8]? {
    try? descriptor.bytes(count: count, at: offset)
  }

  private func words(_ count: Int, at offset: Int) -> [UInt64]? {
    guard let bytes = bytes(count * 8, at: offset) else { return nil }
    return (0..<count).map { index in
      bytes[index * 8..<index * 8 + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }.map { UInt64(littleEndian: $0) }
  }
}
