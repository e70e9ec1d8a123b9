import LinuxSystem
public import Statistics
public import StatsTree

/// A sampled tree with one group for each token of a backing.
public struct Probe {
  public let tree = Tree()
  public let sampler: Sampler

  public init(_ backing: any Backing, _ groups: [(token: Int, schema: Schema)]) {
    for group in groups {
      // Cannot fail: each group has a source of its own.
      _ = try? tree.attach(
        "probe", schema: group.schema, backing: backing, token: group.token,
        provenance: .simulated, to: tree.source("\(group.token)"))
    }
    sampler = Sampler(tree)
    sampler.pass()
  }

  /// Returns the entry of a group.
  ///
  /// - Precondition: A group has this token.
  public func entry(_ token: Int) -> Plan.Entry {
    guard let entry = sampler.plan.entries.first(where: { $0.group.token == token }) else {
      preconditionFailure("no group \(token)")
    }
    return entry
  }

  public func status(_ token: Int) -> Status { sampler.status(of: entry(token)) }

  public func window(_ token: Int) -> Window { sampler.window(of: entry(token)) }

  /// Returns a value, or `nil` if it is inactive or the group has no values.
  public func value(_ name: String, _ token: Int) -> UInt64? {
    let entry = entry(token)
    guard let statistic = entry.group.schema[name] else {
      preconditionFailure("no statistic \(name)")
    }
    return sampler.value(statistic, of: entry)
  }
}

extension Status {
  public var isStale: Bool { word == "stale" }
}
