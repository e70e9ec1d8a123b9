import Glibc
import LinuxSystem
import SharedTable
import Statistics
import StatsTree

@testable import TableInput

/// A directory of publishers and an input that reads it.
final class Stage {
  let directory = "/dev/shm/vitals-test-\(UInt64.random(in: 0 ... .max))"
  let tree = Tree()

  deinit {
    for name in (try? directoryEntries(directory)) ?? [] { removeFile("\(directory)/\(name)") }
    unsafe rmdir(directory)
  }

  init(isThere: Bool = true) throws {
    if isThere { try makeDirectory(directory) }
  }

  func input(_ change: (inout TableInput.Options) -> Void = { _ in }) throws -> TableInput {
    var options = TableInput.Options()
    options.socketDirectory = directory
    options.tableDirectory = directory
    change(&options)
    return try TableInput(tree, options: options)
  }

  func publisher(_ name: String, isPersistent: Bool = false) throws -> Publisher {
    try Publisher(
      isPersistent
        ? Publication(persistent: name, directory: directory, tableDirectory: directory)
        : Publication(name: name, directory: directory))
  }

  /// A publisher with one counter.
  func publisher(_ name: String, served: UInt64, isPersistent: Bool = false) throws -> Publisher {
    let publisher = try publisher(name, isPersistent: isPersistent)
    let source = try publisher.addSource("worker")
    try publisher.addRecord("requests", schema: Self.schema, to: source).counter("served")?.add(
      served)
    return publisher
  }

  static let schema = Schema(packing: [
    Statistic("served", .cumulative, meaning: "Requests that were answered."),
    Statistic("queue", .instant),
  ])

  static let heavy = Schema(packing: [Statistic("spins", .cumulative, cost: .heavy)])

  func source(_ path: String) -> Source? {
    tree.sources().first { $0.path == path }
  }

  /// A value by path and name; `nil` if there is none.
  func value(_ name: String, of path: String, in sampler: Sampler) -> UInt64? {
    for entry in sampler.plan.entries where entry.source.path == path {
      if let statistic = entry.group.schema[name] { return sampler.value(statistic, of: entry) }
    }
    return nil
  }

  /// The value in a new sample.
  func value(_ name: String, of path: String) -> UInt64? {
    let sampler = Sampler(tree)
    sampler.pass()
    return value(name, of: path, in: sampler)
  }

  /// The status of a source's first group in a new sample.
  func status(of path: String) -> Status? {
    let sampler = Sampler(tree)
    sampler.pass()
    return sampler.plan.entries.first { $0.source.path == path }.map { sampler.status(of: $0) }
  }
}
