import ArgumentParser
import StatsInput
import StatsText
import StatsTree

/// `vitals list`: lists the sources of this host and their status.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the sources of this host with their status and access methods.",
    discussion: """
      Prints one line per source: path, status, groups with the access method of each, and labels. \
      Status is up, stale (the values are old), denied (the system refuses access; the reason \
      follows), gone or pending (never read). vcpus.kvm:aggregate(6) is an aggregate of six sources; \
      aggregate(5/6) means that only five of them have current values.

      Examples:
        vitals list
        vitals list 'kvm/*'                only VMs, without their vCPUs
        vitals list app                    published statistics of programs
        vitals list /dev/shm/vitals/app/shop.table
        vitals list --method debugfs,qmp   only these access methods
      """)

  @OptionGroup var observation: ObservationOptions

  @Option(name: .long, help: "The output format.")
  var format: ListFormat = .table

  @Flag(name: .long, help: "Explain for each source why better access methods are unavailable.")
  var why = false

  func run() throws {
    let observer = try Observer(observation, fallback: .everything)
    let sources = try observer.requireSources(observation)
    // The status of a group is known only after a sample.
    observer.sampler.pass()
    let list = SourceList(
      sources: sources, sampler: observer.sampler,
      roots: KnownInputs.guestRoots.compactMap { observer.tree.root.child($0.path) })
    switch format {
    case .json: try Console.write(list.json())
    case .csv: try Console.write(list.csv())
    case .table:
      try Console.write(list.table(width: Console.width, explainsAll: why))
      if why { try Console.write(Self.accessMethods(for: observer)) }
    }
    let denied = sources.contains { source in
      if case .denied = source.status { return true }
      return false
    }
    let hasValues = sources.contains { source in
      source.status == .up && source.parent !== observer.tree.root
        && !source.role.isPublished && source.role != .cpu && source.role != .cgroup
    }
    if denied, !hasValues {
      throw ExitCode(CommandError.Status.notPermitted.rawValue)
    }
  }

  /// Lists what each access method of the selected inputs needs.
  private static func accessMethods(for observer: Observer) -> String {
    var text = ""
    for type in KnownInputs.types where type.root.isSelected(by: observer.selection.sources) {
      for method in type.accessMethods {
        guard let name = method.name else { continue }
        text += "  \(name) (\(method.provenance)): \(method.requirement)\n"
      }
    }
    return text.isEmpty
      ? "" : "Access methods, in order of preference, and what each needs:\n" + text
  }
}
