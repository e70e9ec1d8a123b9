import LinuxSystem
import Statistics

// Checks of `.schema`, and functions that read the descriptions of the statistics.
extension MountWalk {
  /// Checks `.schema`, and returns the group's statistics by name.
  ///
  /// Returns nil if no `.schema` describes the statistics.
  mutating func checkSchema(
    _ listing: MountListing
  ) throws(SystemError) -> [String: Statistic]? {
    guard listing.has(".schema") else {
      for rule in [MountRule.schema, .schemaHash, .schemaPoll] {
        log.skip(rule, "no .schema")
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
      log.check(.schema, "\(name(path)) is not valid JSON")
      return nil
    }
    log.check(.schema, nil)
    if described.hash == nil, described.statistics != nil {
      log.check(.schemaHash, "\(name(path)) has no hash")
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
    // A mount without text files (`ascii=off`) has no files whose names can be compared.
    guard !files.isEmpty else { return }
    let names = Set(statistics.map(\.name))
    let path = name(listing.path)
    for file in files.subtracting(names).sorted() {
      log.check(.schema, "\(path)/\(file) is not listed")
    }
    for name in names.subtracting(files).sorted() where Self.canBeFile(name) {
      log.check(.schema, "\(path) has no file \(name)")
    }
  }

  /// Returns `true` if a statistic with this name can have a file.
  static func canBeFile(_ name: String) -> Bool {
    !name.contains("/") && !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= 255
  }

  /// Reads a `.schema` to the end, and checks that poll(2) then does not report the file.
  private mutating func checkPoll(_ path: String, isGroup: Bool) throws(SystemError) {
    guard polled.insert(isGroup).inserted else { return }
    let quiet = quietMilliseconds
    for _ in 0..<Self.maximumAttempts {
      let outcome = try attempt(.schemaPoll, path) { () throws(SystemError) in
        let file = try MountFile.open(path)
        let before = try file.whole()
        guard file.descriptor.waitForInput(milliseconds: quiet) else { return (false, false) }
        return (true, try file.whole() == before)
      }
      guard let (isReadable, isSame) = outcome else { return }
      guard isReadable && !isSame else {
        return log.check(.schemaPoll, !isReadable, "\(name(path)) is readable but unchanged")
      }
    }
    log.skip(.schemaPoll, "\(name(path)) changes constantly")
  }

  /// Returns the statistics that `.binary` describes, by name.
  ///
  /// Use this if a group has no `.schema`.
  mutating func describedByBinary(
    _ listing: MountListing
  ) throws(SystemError) -> [String: Statistic] {
    guard listing.has(".binary"), let bytes = try read(listing.path(".binary"), .binaryFormat),
      let binary = MountBinary(bytes)
    else { return [:] }
    let statistics = binary.schema.statistics.map { statistic in
      var statistic = statistic
      // KVM's descriptors do not distinguish states from other instant values.
      if statistic.kind == .instant { statistic.kind = .state }
      return (statistic.name, statistic)
    }
    return Dictionary(statistics) { first, _ in first }
  }
}
