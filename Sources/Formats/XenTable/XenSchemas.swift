public import Statistics

/// The schemas of a table's entries.
public enum XenSchemas {
  /// The schema of a vCPU's record, in the order of `XenVCPUEntry`'s fields.
  public static let vcpu = Schema(packing: [
    timeSpent("running_ns"), timeSpent("runnable_ns"), timeSpent("blocked_ns"),
    timeSpent("offline_ns"), time("state_entry_ns"), time("sample_ns"),
    Statistic("state", .state, states: XenRunState.allCases.map(\.name)),
    time("start_ns"), generation,
  ])

  /// The schema of a domain's record, in the order of `XenDomainEntry`'s fields.
  public static let domain = Schema(packing: [
    timeSpent("running_ns"), timeSpent("runnable_ns"), timeSpent("blocked_ns"),
    timeSpent("offline_ns"), Statistic("vcpus_running", .instant), time("sample_ns"),
    Statistic("vcpus", .instant), time("start_ns"), generation,
  ])

  private static func timeSpent(_ name: String) -> Statistic {
    Statistic(name, .cumulative, unit: .seconds, scale: .nano)
  }

  /// A point in time on the table's clock.
  private static func time(_ name: String) -> Statistic {
    Statistic(name, .instant, unit: .seconds, scale: .nano, stability: .internal)
  }

  private static var generation: Statistic {
    Statistic("generation", .instant, stability: .internal)
  }
}

extension XenTableEntry {
  /// Stores the fields into the words of a record.
  ///
  /// A field without a value becomes the inactive marker.
  ///
  /// - Precondition: `record` has as many words as the schema of the entry.
  public func store(into record: inout MutableSpan<UInt64>) {
    let fields = fields
    for index in 0..<XenEntryFields.count {
      record[index] = fields[index].value ?? Inactive.unsigned
    }
  }
}

extension XenTableReader {
  /// Reads a slot into the words of a record.
  ///
  /// The words change only if the slot has an entry.
  ///
  /// - Returns: The result of `read`, from which the caller derives the status of the group.
  public func read(
    _ index: Int, attempts: Int = defaultAttempts, into record: inout MutableSpan<UInt64>
  ) -> XenReading<Entry> {
    let reading = read(index, attempts: attempts)
    if case .entry(let entry, _) = reading { entry.store(into: &record) }
    return reading
  }
}

extension XenTableKind {
  public var schema: Schema {
    switch self {
    case .vcpus: XenSchemas.vcpu
    case .domain: XenSchemas.domain
    }
  }
}
