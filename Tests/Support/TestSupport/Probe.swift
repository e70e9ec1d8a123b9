import LinuxSystem
public import Statistics
public import StatsTree

/// A tree with one group for each of a backing's tokens, sampled.
public struct Probe {
  public let tree = Tree()
  public let sampler: Sampler

  public init(_ backing: any Backing, _ groups: [(token: Int, schema: Schema)]) {
    for group in groups {
      // Each has a source of its own, which takes any group.
      _ = try? tree.attach(
        "probe", schema: group.schema, backing: backing, token: group.token,
        provenance: .simulated, to: tree.source("\(group.token)"))
    }
    sampler = Sampler(tree)
    sampler.pass()
  }

  /// The entry of a token, which must be one of the groups.
  public func entry(_ token: Int) -> Plan.Entry {
    guard let entry = sampler.plan.entries.first(where: { $0.group.token == token }) else {
      preconditionFailure("no group \(token)")
    }
    return entry
  }

  public func status(_ token: Int) -> Status { sampler.status(of: entry(token)) }

  public func window(_ token: Int) -> Window { sampler.window(of: entry(token)) }

  /// A value; nil where it is inactive or the group has no numbers.
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
