import CVitals

/// The kind of a Xen statistics table.
///
/// Each kind has its own magic and, in Xen, its own resource id.
public enum XenTableKind: Hashable, Sendable {
  /// The table has one entry for each vCPU, as in the RFC (proposed for Xen in October 2023).
  case vcpus
  /// The table has one entry with the sums over a domain's vCPUs. Vitals adds this kind to the RFC.
  case domain

  public var magic: UInt32 {
    switch self {
    case .vcpus: VITALS_XEN_VCPU_MAGIC
    case .domain: VITALS_XEN_DOMAIN_MAGIC
    }
  }
}

/// Gives names to the fields of the entries of one kind of table.
public protocol XenTableEntry: Hashable, Sendable {
  static var kind: XenTableKind { get }
  init(_ fields: XenEntryFields)
  var fields: XenEntryFields { get }
}

/// The statistics of one vCPU, from a single update.
public struct XenVCPUEntry: XenTableEntry {
  public static var kind: XenTableKind { .vcpus }

  /// The time in each state, from `startTime` to `sampleTime`; the RFC has only `running`.
  public var times: XenRunTimes
  /// The time at which the vCPU entered `state`, on the table's clock.
  public var stateEntryTime: XenField
  /// The point in time up to which `times` were counted.
  ///
  /// If this time is missing, `times` were counted up to `stateEntryTime`, as in Xen.
  public var sampleTime: XenField
  /// The raw value of a `XenRunState`, or of a state that a later version defines.
  public var state: XenField
  public var startTime: XenField
  /// A number that changes when the counting of `times` starts again.
  public var generation: XenField

  public init(
    times: XenRunTimes, stateEntryTime: XenField = .inactive, sampleTime: XenField = .inactive,
    state: XenRunState? = nil, startTime: XenField = .inactive, generation: XenField = .inactive
  ) {
    self.times = times
    self.stateEntryTime = stateEntryTime
    self.sampleTime = sampleTime
    self.state = state.map { .value($0.rawValue) } ?? .inactive
    self.startTime = startTime
    self.generation = generation
  }

  public init(_ fields: XenEntryFields) {
    times = fields.times
    stateEntryTime = fields.fifth
    sampleTime = fields.sampleTime
    state = fields.seventh
    startTime = fields.startTime
    generation = fields.generation
  }

  public var fields: XenEntryFields {
    XenEntryFields(
      times: times, fifth: stateEntryTime, sampleTime: sampleTime, seventh: state,
      startTime: startTime, generation: generation)
  }

  /// The run state, if it is present and known to this version.
  public var runState: XenRunState? { state.value.flatMap(XenRunState.init(rawValue:)) }
}

/// The sums over the vCPUs of a domain, all for the same point in time.
public struct XenDomainEntry: XenTableEntry {
  public static var kind: XenTableKind { .domain }

  /// The sums of the times of all vCPUs, including removed vCPUs.
  public var times: XenRunTimes
  /// The number of vCPUs that were running at `sampleTime`.
  public var runningCount: XenField
  public var sampleTime: XenField
  /// The number of vCPUs.
  public var vcpuCount: XenField
  /// The earliest start time of the vCPUs.
  public var startTime: XenField
  public var generation: XenField

  public init(_ fields: XenEntryFields) {
    times = fields.times
    runningCount = fields.fifth
    sampleTime = fields.sampleTime
    vcpuCount = fields.seventh
    startTime = fields.startTime
    generation = fields.generation
  }

  public var fields: XenEntryFields {
    XenEntryFields(
      times: times, fifth: runningCount, sampleTime: sampleTime, seventh: vcpuCount,
      startTime: startTime, generation: generation)
  }
}
