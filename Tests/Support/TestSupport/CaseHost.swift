public import Statistics
public import StatsRules
import StatsTesting
public import StatsTree

/// Sources with two samples, two seconds apart, whose differences a test case defines.
public final class CaseHost {
  public static let seconds: UInt64 = 2
  public let tree = Tree()
  private let backing = InMemoryBacking()
  private var records: [(token: Int, later: InMemoryBacking.Behaviour)] = []
  private var sampler: Sampler?

  public init() {}

  /// Adds a group.
  ///
  /// - Parameters:
  ///   - path: The path of the source.
  ///   - schema: The schema of the group.
  ///   - name: The name of the group.
  ///   - growth: The increase of each statistic, or the second value of an instant one. A histogram
  ///     receives the number in the bucket of 1 ms. A statistic whose growth is the inactive marker
  ///     is inactive in both samples.
  ///   - status: The status of the group in the second sample.
  /// - Throws: `CaseError` if the schema has no statistic of a name, or an error of the tree.
  public func add(
    _ path: String, _ schema: Schema, named name: String = "kvm", growth: [String: UInt64],
    then status: Status = .up
  ) throws {
    var first = [UInt64](repeating: 0, count: schema.wordCount)
    for index in first.indices { first[index] = 1_000_000 }
    for statistic in schema.statistics where statistic.kind == .instant {
      first[statistic.words.lowerBound] = 0
    }
    var second = first
    for (name, amount) in growth {
      guard let statistic = schema[name] else { throw CaseError("no \(name) in \(path)") }
      let bucket = statistic.histogramShape?.index(of: 1_000_000) ?? 0
      let word = statistic.words.lowerBound + bucket
      if amount == Inactive.unsigned {
        first[word] = amount
        second[word] = amount
      } else {
        second[word] += amount
      }
    }
    let token = backing.add(.words(first))
    try tree.attach(
      name, schema: schema, backing: backing, token: token, provenance: .memory,
      to: tree.source(path))
    tree.assignRolesByPath()
    records.append((token, status == .up ? .words(second) : .fails(status)))
  }

  /// The subjects of the rules after both samples.
  public private(set) lazy var subjects: [Subject] = {
    let sampler = Sampler(tree)
    backing.window = Window(begin: 1_000_000_000, end: 1_000_000_000)
    sampler.pass()
    for record in records { backing.set(record.token, record.later) }
    let end = (1 + Self.seconds) * 1_000_000_000
    backing.window = Window(begin: end, end: end)
    sampler.pass()
    self.sampler = sampler
    return SubjectList(sampler).all
  }()

  public func subject(_ path: String) -> Subject? { subjects.first { $0.path == path } }
}

public struct CaseError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
