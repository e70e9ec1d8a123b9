import CVitals

/// What a Xen statistics table is about: its own magic and, for Xen, its own resource id.
public enum XenTableKind: Hashable, Sendable {
  /// An entry for each vCPU, as the RFC proposed.
  case vcpus
  /// One entry with the sums over a domain's vCPUs; ours.
  case domain

  public var magic: UInt32 {
    switch self {
    case .vcpus: VITALS_XEN_VCPU_MAGIC
    case .domain: VITALS_XEN_DOMAIN_MAGIC
    }
  }
}

/// An entry of one kind of table.
public protocol XenTableEntry: Hashable, Sendable {
  static var kind: XenTableKind { get }
  init(_ fields: XenEntryFields)
  var fields: XenEntryFields { get }
}

/// The statistics of one vCPU, all from one update.
public struct XenVCPUEntry: XenTableEntry {
  public static var kind: XenTableKind { .vcpus }

  /// The time in each state, from `startTime` to `sampleTime`; only `running` is the RFC's.
  public var times: XenRunTimes
  /// Since when the vCPU has been in `state`; as `times`, on the table's clock.
  public var stateEntryTime: XenField
  /// What `times` run to; where it is missing they run to `stateEntryTime`, as in Xen itself.
  public var sampleTime: XenField
  /// An `XenRunState`, or a state of a later version.
  public var state: XenField
  public var startTime: XenField
  /// Changes where `times` begin anew.
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

  /// What the vCPU does, where it is known and of this version.
  public var runState: XenRunState? { state.value.flatMap(XenRunState.init(rawValue:)) }
}

/// The sums over the vCPUs of a domain, all at one moment.
public struct XenDomainEntry: XenTableEntry {
  public static var kind: XenTableKind { .domain }

  /// The sums of the vCPUs' times, those of vCPUs that are gone included.
  public var times: XenRunTimes
  /// How many vCPUs were running at `sampleTime`.
  public var runningCount: XenField
  public var sampleTime: XenField
  /// How many vCPUs there are.
  public var vcpuCount: XenField
  /// The earliest of the vCPUs' start times.
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
