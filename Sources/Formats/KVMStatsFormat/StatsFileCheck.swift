public import LinuxSystem
import Statistics
public import StatsChecks

/// Checks the rules of the KVM binary statistics format on one open file.
///
/// The rules I2 to I18 are those that the kernel's own test holds its files to, in our words; V1
/// to V5 are ours. A reader must be more lenient than this: it accepts kinds and units of later
/// kernels, which I10 and I11 do not.
public struct StatsFileCheck: ~Copyable {
  private let descriptor: Descriptor
  private var list: FindingList

  /// Will check a file; `object` names it in the findings.
  public init(_ descriptor: consuming Descriptor, object: String) {
    self.descriptor = descriptor
    list = FindingList(object: object)
  }

  /// Runs all checks that the file lets be run.
  public consuming func run() -> [Finding] {
    guard let header = checkHeader() else { return list.findings }
    checkID(header)
    guard header.descriptorCount > 0 else {
      list.skip("I5", "descriptors are there", "the file has none, which is legal")
      return list.findings
    }
    checkBlocks(header)
    guard let block = bytes(header.descriptorByteCount, at: header.descriptorOffset) else {
      list.check("I8", "the descriptor block reads completely", false, "it is cut short")
      return list.findings
    }
    list.check("I8", "the descriptor block reads completely", true, "")
    do {
      let schema = try Schema(kvmDescriptors: block.span, header: header)
      checkNames(schema, block, header)
      checkDescriptors(schema)
      checkLayout(schema, header)
      checkData(schema, header)
    } catch {
      list.check("V1", "every value lies at a multiple of 8 bytes", false, error.description)
    }
    return list.findings
  }

  // MARK: - Blocks

  private mutating func checkHeader() -> KVMHeader? {
    guard let head = bytes(KVMHeader.byteCount, at: 0) else {
      list.check("I2", "the header reads completely", false, "it is cut short")
      return nil
    }
    do {
      let header = try KVMHeader(parsing: head.span)
      list.check("I2", "the header reads completely", true, "")
      return header
    } catch {
      list.check("I2", "the header reads completely", false, error.description)
      return nil
    }
  }

  private mutating func checkID(_ header: KVMHeader) {
    guard let id = bytes(header.nameSize, at: header.idOffset) else {
      list.check("I3", "the id reads completely", false, "it is cut short")
      return
    }
    list.check("I3", "the id reads completely", true, "")
    let text = id.span.textBeforeNUL
    list.check(
      "I4", "the id begins with kvm and has its NUL", text.hasPrefix("kvm") && id.contains(0),
      "it is '\(text)'")
  }

  private mutating func checkBlocks(_ header: KVMHeader) {
    list.check(
      "I6", "descriptors and data lie behind the header",
      header.descriptorOffset >= KVMHeader.byteCount && header.dataOffset >= KVMHeader.byteCount,
      "they lie at \(header.descriptorOffset) and \(header.dataOffset)")
    list.check(
      "I7", "descriptors and data do not overlap",
      header.descriptorOffset > header.dataOffset
        || header.descriptorOffset + header.descriptorByteCount <= header.dataOffset,
      "descriptors end at \(header.descriptorOffset + header.descriptorByteCount), data begin at"
        + " \(header.dataOffset)")
  }

  // MARK: - Descriptors

  private mutating func checkNames(_ schema: Schema, _ block: [UInt8], _ header: KVMHeader) {
    let cut = schema.statistics.indices.filter { index in
      let start = index * header.descriptorStride + 16
      return !block[start..<start + header.nameSize].contains(0)
    }
    list.check(
      "I9", "every name has its NUL", cut.map { schema.statistics[$0].name })
    var seen: Set<String> = []
    list.check(
      "V3", "no name stands twice",
      schema.statistics.map(\.name).filter { !seen.insert($0).inserted })
  }

  private mutating func checkDescriptors(_ schema: Schema) {
    list.check(
      "I10", "kinds, units and bases are those of Linux 7.2",
      schema.statistics.compactMap { statistic in
        if case .unknown = statistic.kind { return "\(statistic.name): \(statistic.kind)" }
        if case .unknown = statistic.unit { return "\(statistic.name): \(statistic.unit)" }
        if case .unknown = statistic.scale.base { return "\(statistic.name): \(statistic.scale)" }
        return nil
      })
    list.check(
      "I11", "exponents fit their units",
      schema.statistics.compactMap { statistic in
        let exponent = statistic.scale.exponent
        let fits =
          switch statistic.unit {
          case .none, .bytes, .cycles: exponent >= 0
          case .seconds: exponent <= 0
          case .boolean: exponent == 0
          case .unknown: true
          }
        return fits ? nil : "\(statistic.name): \(statistic.unit) with \(exponent)"
      })
    list.check(
      "I12", "every statistic has a value",
      schema.statistics.filter { $0.size == 0 }.map(\.name))
    list.check(
      "I13", "linear histograms, and no others, have a bucket size",
      schema.statistics.filter { ($0.bucketSize != 0) != ($0.kind == .linearHistogram) }
        .map { "\($0.name): \($0.bucketSize)" })
  }

  // MARK: - Data

  private mutating func checkLayout(_ schema: Schema, _ header: KVMHeader) {
    list.check("V1", "every value lies at a multiple of 8 bytes", true, "")
    let size = schema.wordCount * 8
    list.check(
      "I15", "data do not run into the descriptors",
      header.dataOffset >= header.descriptorOffset
        || header.dataOffset + size <= header.descriptorOffset,
      "data end at \(header.dataOffset + size), descriptors begin at \(header.descriptorOffset)")
    list.check(
      "I16", "there are 8 bytes for each statistic", size >= header.descriptorCount * 8,
      "\(size) bytes for \(header.descriptorCount) statistics")
    let ordered = schema.statistics.sorted { $0.offset < $1.offset }
    list.check(
      "V2", "no two values share bytes",
      zip(ordered, ordered.dropFirst()).compactMap { one, next in
        one.words.upperBound <= next.words.lowerBound ? nil : "\(one.name) and \(next.name)"
      })
  }

  private mutating func checkData(_ schema: Schema, _ header: KVMHeader) {
    guard let first = words(schema.wordCount, at: header.dataOffset) else {
      list.check("I17", "the data block reads completely", false, "it is cut short")
      return
    }
    list.check("I17", "the data block reads completely", true, "")
    list.check(
      "I18", "every statistic reads completely by itself",
      schema.statistics.compactMap { statistic in
        let at = header.dataOffset + statistic.offset
        return words(statistic.size, at: at) == nil ? statistic.name : nil
      })
    list.check(
      "V4", "a boolean is 0 or 1",
      schema.statistics.compactMap { statistic in
        guard statistic.unit == .boolean, !statistic.kind.isHistogram, statistic.size > 0 else {
          return nil
        }
        let value = first[statistic.words.lowerBound]
        return value <= 1 ? nil : "\(statistic.name) is \(value)"
      })
    guard let second = words(schema.wordCount, at: header.dataOffset) else { return }
    list.check(
      "V5", "what can only grow does not fall between two reads",
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
