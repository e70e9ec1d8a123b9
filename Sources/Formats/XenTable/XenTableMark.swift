import CVitals
import LinuxSystem

/// The clock of a table's times.
public struct XenTableClock: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  public static let unknown = XenTableClock(rawValue: UInt32(VITALS_XEN_CLOCK_UNKNOWN))
  /// Xen's system time.
  public static let system = XenTableClock(rawValue: UInt32(VITALS_XEN_CLOCK_SYSTEM))
  /// Linux's CLOCK_MONOTONIC.
  public static let monotonic = XenTableClock(rawValue: UInt32(VITALS_XEN_CLOCK_MONOTONIC))
}

/// Reads and writes the Vitals extension of a table's header.
///
/// The mark identifies the table. It also shows that entries contain the additional fields of
/// Vitals.
public struct XenTableMark: Hashable, Sendable {
  /// The id of the domain; `nil` if the writer does not know the domain.
  public var domain: UInt32?
  /// A number that differs from the generation of every earlier table of the domain.
  public var generation: UInt64
  /// The time of the table's creation, on `clock`.
  public var created: UInt64
  public var clock: XenTableClock

  public init(
    domain: UInt32? = nil, generation: UInt64, created: UInt64, clock: XenTableClock = .monotonic
  ) {
    self.domain = domain == VITALS_XEN_NO_DOMAIN ? nil : domain
    self.generation = generation
    self.created = created
    self.clock = clock
  }

  /// The length of a header with a mark, in bytes.
  static let headerLength = Int(VITALS_XEN_MARKED_HEADER_SIZE)

  init(from mapping: borrowing Mapping) {
    self.init(
      domain: mapping.loadRelaxed(UInt32.self, at: Int(VITALS_XEN_AT_DOMAIN)),
      generation: mapping.loadRelaxed(UInt64.self, at: Int(VITALS_XEN_AT_TABLE_GENERATION)),
      created: mapping.loadRelaxed(UInt64.self, at: Int(VITALS_XEN_AT_CREATED)),
      clock: XenTableClock(
        rawValue: mapping.loadRelaxed(UInt32.self, at: Int(VITALS_XEN_AT_CLOCK))))
  }

  func store(to mapping: borrowing Mapping, count: UInt32) {
    mapping.storeRelaxed(VITALS_XEN_MARK_MAGIC, at: Int(VITALS_XEN_AT_MARK))
    mapping.storeRelaxed(UInt32(Self.headerLength), at: Int(VITALS_XEN_AT_LENGTH))
    mapping.storeRelaxed(count, at: Int(VITALS_XEN_AT_COUNT))
    mapping.storeRelaxed(clock.rawValue, at: Int(VITALS_XEN_AT_CLOCK))
    mapping.storeRelaxed(generation, at: Int(VITALS_XEN_AT_TABLE_GENERATION))
    mapping.storeRelaxed(created, at: Int(VITALS_XEN_AT_CREATED))
    mapping.storeRelaxed(domain ?? VITALS_XEN_NO_DOMAIN, at: Int(VITALS_XEN_AT_DOMAIN))
    for offset in stride(from: Int(VITALS_XEN_AT_RESERVED), to: Self.headerLength, by: 4) {
      mapping.storeRelaxed(UInt32(0), at: offset)
    }
  }
}
