import LinuxSystem
import Statistics
import StatsChecks

extension FindingList {
  /// T23 to T26: what holds between a publisher and its readers.
  mutating func checkSharing(_ reader: Reader, _ path: String) {
    let rule = "the publisher runs and says so"
    switch reader.health(bootID: Self.bootID()) {
    case .live: check("T23", rule, true, "")
    case .stopped(let since): check("T23", rule, false, "it has not since \(Self.ago(since)) ago")
    case .dead(let since):
      skip("T23", rule, "process \(reader.identity.pid) has ended, \(Self.ago(since)) ago or later")
    case .closed: skip("T23", rule, "it ended the publication")
    case .ofFormerBoot: skip("T23", rule, "the table is of a boot before this one")
    }
    let isSealed = MemoryFile.isSizeSealed(reader.descriptor)
    let memoryRule = "the memory cannot vanish under a reader"
    if isSealed {
      check("T24", memoryRule, true, "")
    } else {
      skip("T24", memoryRule, "it is a file with a name; readers guard against that")
    }
    let writeRule = "a reader cannot write"
    if isSealed {
      check("T25", writeRule, !Self.canWrite(reader), "it could map the memory for writing")
    } else {
      skip("T25", writeRule, "it is a file with a name, and has that file's permissions")
    }
    checkPresence(reader, path)
  }

  /// T26: the publisher sees a second reader come and go.
  private mutating func checkPresence(_ reader: Reader, _ path: String) {
    let rule = "the publisher knows its readers"
    guard reader.hasBroker else {
      skip("T26", rule, "the table was not acquired through a socket")
      return
    }
    func count() -> UInt64 {
      reader.view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.readers)
    }
    guard let second = try? Reader.connect(to: path) else {
      check("T26", rule, false, "a second reader could not attach")
      return
    }
    check("T26", rule, count() >= 2, "with two readers it counts \(count())")
    withExtendedLifetime(second) {}
  }

  private static func canWrite(_ reader: Reader) -> Bool {
    let number = reader.descriptor.rawValue
    if (try? Mapping(of: reader.descriptor, byteCount: 4_096, for: .readWrite)) != nil {
      return true
    }
    guard let again = try? Descriptor.open("/proc/self/fd/\(number)", for: .readWrite) else {
      return false
    }
    return (try? Mapping(of: again, byteCount: 4_096, for: .readWrite)) != nil
  }

  private static func bootID() -> [UInt8]? {
    (try? readText("/proc/sys/kernel/random/boot_id", limit: 64)).map(TableMemory.bytes(ofUUID:))
  }

  private static func ago(_ time: UInt64) -> String {
    let now = monotonicNanoseconds()
    return time <= now ? "\((now - time) / 1_000_000) ms" : "a time to come"
  }
}
