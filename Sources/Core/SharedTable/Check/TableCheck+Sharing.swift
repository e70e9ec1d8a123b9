import LinuxSystem
import Statistics
import StatsChecks

extension FindingList<TableRule> {
  /// Checks the relation of the publisher to its readers: rules T23 to T26.
  mutating func checkSharing(_ reader: Reader, _ path: String) {
    switch reader.health(bootID: Self.bootID()) {
    case .live: check(.heartbeat, true, "")
    case .stopped(let since): check(.heartbeat, false, "the last heartbeat was \(Self.ago(since))")
    case .dead(let since):
      skip(
        .heartbeat,
        "process \(reader.identity.pid) ended after its last heartbeat, which was \(Self.ago(since))"
      )
    case .closed: skip(.heartbeat, "the publisher closed the table")
    case .previousBoot: skip(.heartbeat, "the table is from a previous boot")
    }
    let isSealed = MemoryFile.isSizeSealed(reader.descriptor)
    if isSealed {
      check(.fixedSize, true, "")
    } else {
      skip(.fixedSize, "it is a named file; readers guard against truncation")
    }
    if isSealed {
      check(.readOnly, !Self.canWrite(reader), "this reader can map the table for writing")
    } else {
      skip(.readOnly, "it is a named file; its permissions control access")
    }
    checkPresence(reader, path)
  }

  /// Checks that the publisher counts a second reader: rule T26.
  private mutating func checkPresence(_ reader: Reader, _ path: String) {
    guard reader.hasBroker else {
      skip(.readerCount, "the table was not acquired through a socket")
      return
    }
    func count() -> UInt64 {
      reader.view.table.mapping.loadAcquiring(UInt64.self, at: Layout.Header.readers)
    }
    guard let second = try? Reader.connect(to: path) else {
      check(.readerCount, false, "a second reader cannot connect")
      return
    }
    check(.readerCount, count() >= 2, "it counts \(count()) readers instead of at least 2")
    withExtendedLifetime(second) {}
  }

  private static func canWrite(_ reader: Reader) -> Bool {
    let number = reader.descriptor.rawValue
    if (try? Mapping(of: reader.descriptor, byteCount: 4_096, for: .readWrite)) != nil {
      return true
    }
    guard let reopened = try? Descriptor.open("/proc/self/fd/\(number)", for: .readWrite) else {
      return false
    }
    return (try? Mapping(of: reopened, byteCount: 4_096, for: .readWrite)) != nil
  }

  private static func bootID() -> [UInt8]? {
    (try? readText("/proc/sys/kernel/random/boot_id", limit: 64)).map(TableMemory.bytes(ofUUID:))
  }

  private static func ago(_ time: UInt64) -> String {
    let now = monotonicNanoseconds()
    return time <= now ? "\((now - time) / 1_000_000) ms ago" : "in the future"
  }
}
