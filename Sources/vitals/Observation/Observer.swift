import HostStats
import KVMStats
import LinuxSystem
import StatsTree

/// This host, assembled: the inputs on one tree, and a sampler over what was asked for.
final class Observer {
  let tree = Tree()
  let roots: SystemRoots
  let kvm: KVMInput
  let sampler: Sampler
  private let pattern: Pattern

  /// Finds what there is now; `fallback` are the sources where the person names none.
  init(_ options: ObservationOptions, fallback: Pattern) throws {
    raiseDescriptorLimit()
    roots = SystemRoots(handover: options.handover)
    kvm = try KVMInput(tree, roots: roots, options: options.input)
    try HostInput(roots: roots).attach(to: tree)
    pattern = options.pattern?.pattern ?? fallback
    sampler = Sampler(
      tree, matching: pattern,
      statistics: options.match?.pattern ?? .everything)
    _ = kvm.refresh()
  }

  /// Whether an event is of a machine that was asked for, or that has a vCPU that was.
  func isWatched(_ event: KVMInput.Event) -> Bool {
    let path =
      switch event {
      case .appeared(let path, _), .gone(let path, _): path
      }
    return pattern.matches(path) || pattern.matches("\(path)/vcpu0")
  }

  /// The sources that the pattern names, or a failure that says what to do.
  func requireSources(_ options: ObservationOptions, fallback: Pattern) throws -> [Source] {
    let sources = tree.sources(matching: options.pattern?.pattern ?? fallback)
    if !sources.isEmpty { return sources }
    // What could not be read may be what was asked for.
    for remark in tree.source("kvm").remarks { Console.warn(remark) }
    if let pattern = options.pattern {
      throw Failure(
        status: .nothingThere,
        text: "nothing matches '\(pattern.text)'; 'vitals list' shows what is there")
    }
    throw Failure(
      status: .nothingThere,
      text: "no virtual machine runs on this host; 'vitals demo' makes some to look at")
  }
}
