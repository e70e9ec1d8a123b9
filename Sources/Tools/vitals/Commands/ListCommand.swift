import ArgumentParser
import StatsInput
import StatsText
import StatsTree

/// `vitals list`: what there is.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "The sources of this host: their state, and which way their numbers come.",
    discussion: """
      A line for each source: its path, its state, the groups of statistics it has with where each \
      comes from, and what is known of it. States: up; stale: the numbers are old; denied: the \
      system refuses them, and the reason follows; gone. vcpus.kvm:aggregate(6) folds the numbers \
      of six sources; aggregate(5/6) says that those of only five are of now.

      Examples:
        vitals list
        vitals list 'kvm/*'                only whole VMs
        vitals list app                    what programs publish
        vitals list /dev/shm/vitals/app/shop.table
        vitals list --method debugfs,qmp   as if no descriptor could be copied
      """)

  @OptionGroup var observation: ObservationOptions

  @Option(name: .long, help: "table, json or csv.")
  var format: OutputFormat = .table

  @Flag(name: .long, help: "Say of each source which ways to its numbers are closed, and why.")
  var why = false

  func validate() throws {
    if format.isForMonitoring {
      throw ValidationError("--format \(format.rawValue) is for numbers: use it with show")
    }
  }

  func run() throws {
    let observer = try Observer(observation, fallback: .everything)
    let sources = try observer.requireSources(observation)
    // A sample tells whether the groups have numbers.
    observer.sampler.pass()
    let list = SourceList(
      sources: sources, sampler: observer.sampler,
      roots: KnownInputs.guestRoots.compactMap { observer.tree.root.child($0.path) })
    switch format {
    case .json: try Console.write(list.json())
    case .csv: try Console.write(list.csv())
    case .table, .openmetrics, .prometheus, .rrd:
      try Console.write(list.table(width: Console.width, explainsAll: why))
    }
    let denied = sources.contains { source in
      if case .denied = source.status { return true }
      return false
    }
    let hasNumbers = sources.contains { source in
      source.status == .up && source.parent !== observer.tree.root
        && !source.role.isPublished && source.role != .cpu && source.role != .cgroup
    }
    if denied, !hasNumbers {
      throw ExitCode(CommandError.Status.notPermitted.rawValue)
    }
  }
}
