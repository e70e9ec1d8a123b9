import LinuxSystem
import Statistics

// `.schema`, and what else says what statistics mean.
extension MountWalk {
  /// The group's statistics by name; nil where no `.schema` says them.
  mutating func checkSchema(
    _ listing: MountListing
  ) throws(SystemError) -> [String: Statistic]? {
    guard listing.has(".schema") else {
      for rule in [MountRule.schema, .schemaHash, .schemaPoll] {
        log.skip(rule, "there is no .schema")
      }
      return nil
    }
    let path = listing.path(".schema")
    var texts: [[UInt8]] = []
    for _ in 0..<2 {
      guard let bytes = try read(path, .schema) else { return nil }
      texts.append(bytes)
    }
    guard let described = formats.schema(texts[0]), let again = formats.schema(texts[1]) else {
      log.check(.schema, "\(name(path)) is no such JSON")
      return nil
    }
    log.check(.schema, nil)
    if described.hash == nil, described.statistics != nil {
      log.check(.schemaHash, "\(name(path)) has none")
    } else if let hash = described.hash {
      log.check(.schemaHash, again.hash == hash, "\(name(path)): \(hash), then \(again.hash ?? "")")
    }
    try checkPoll(path, isGroup: described.statistics != nil)
    guard let statistics = described.statistics else { return nil }
    checkNames(statistics, listing)
    return Dictionary(statistics.map { ($0.name, $0) }) { first, _ in first }
  }

  private mutating func checkNames(_ statistics: [Statistic], _ listing: MountListing) {
    let files = Set(listing.statistics)
    // Without texts there are no files to compare with.
    guard !files.isEmpty else { return }
    let names = Set(statistics.map(\.name))
    let path = name(listing.path)
    for file in files.subtracting(names).sorted() {
      log.check(.schema, "\(path)/\(file) is not in it")
    }
    for name in names.subtracting(files).sorted() where Self.canBeFile(name) {
      log.check(.schema, "\(path) has no file \(name)")
    }
  }

  /// Whether a statistic's name can be that of a file.
  static func canBeFile(_ name: String) -> Bool {
    !name.contains("/") && !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= 255
  }

  /// Reads a `.schema` to its end, and polls it.
  private mutating func checkPoll(_ path: String, isGroup: Bool) throws(SystemError) {
    guard polled.insert(isGroup).inserted else { return }
    let quiet = quietMilliseconds
    for _ in 0..<Self.tries {
      let look = try attempt(.schemaPoll, path) { () throws(SystemError) in
        let file = try MountFile.open(path)
        let before = try file.whole()
        guard file.descriptor.waitForInput(milliseconds: quiet) else { return (false, false) }
        return (true, try file.whole() == before)
      }
      guard let (isReadable, isSame) = look else { return }
      guard isReadable && !isSame else {
        return log.check(.schemaPoll, !isReadable, "\(name(path)) is readable, and the same")
      }
    }
    log.skip(.schemaPoll, "\(name(path)) changes all the time")
  }

  /// What `.binary` says of the statistics, where no `.schema` does.
  mutating func describedByBinary(
    _ listing: MountListing
  ) throws(SystemError) -> [String: Statistic] {
    guard listing.has(".binary"), let bytes = try read(listing.path(".binary"), .binaryFormat),
      let binary = MountBinary(bytes)
    else { return [:] }
    let statistics = binary.schema.statistics.map { statistic in
      var statistic = statistic
      // What of them is a state, the descriptors of KVM do not say.
      if statistic.kind == .instant { statistic.kind = .state }
      return (statistic.name, statistic)
    }
    return Dictionary(statistics) { first, _ in first }
  }
}
