public import Statistics
public import StatsRules
import StatsTesting
public import StatsTree

/// Sources whose two samples are two seconds apart and differ by what a case says.
public final class CaseHost {
  public static let seconds: UInt64 = 2
  public let tree = Tree()
  private let backing = InMemoryBacking()
  private var records: [(token: Int, later: InMemoryBacking.Behaviour)] = []
  private var sampler: Sampler?

  public init() {}

  /// Adds a group whose words grow by these; those of a level are then these.
  ///
  /// A histogram gets the number of samples in the bucket of 1 ms. A word that is to grow by the
  /// marker of inactive ones is inactive in both samples.
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
    records.append((token, status == .up ? .words(second) : .fails(status)))
  }

  /// The subjects after both samples.
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
