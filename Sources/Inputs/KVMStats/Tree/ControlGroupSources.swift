import StatsInput
import StatsTree

/// Manages the sources of control groups that contain VMs (`cgroup/<path>`) and their aggregates
/// over the VMs.
///
/// A source exists while at least one VM is in its control group or in a descendant of that group.
final class ControlGroupSources {
  private struct Entry {
    let aggregated: AggregatedSource
    var vmCount: Int
  }

  private let tree: Tree
  /// The sources and VM counts, by the path of the control group.
  private var entries: [String: Entry] = [:]

  init(_ tree: Tree) {
    self.tree = tree
  }

  /// Adds a VM to its control group and to all ancestors of that group.
  func add(_ vm: VirtualMachine) {
    let paths = Self.paths(of: vm)
    guard let own = paths.last else { return }
    _ = tree.source(KVMInput.controlGroupRoot, role: .cgroups)
    for path in paths {
      if entries[path] == nil {
        let source = tree.source("\(KVMInput.controlGroupRoot)/\(path)", role: .cgroup)
        entries[path] = Entry(aggregated: AggregatedSource(source, in: tree), vmCount: 0)
      }
      entries[path]?.vmCount += 1
    }
    guard let source = entries[own]?.aggregated.source else { return }
    do {
      try tree.count(vm.source, in: source)
    } catch {
      vm.source.diagnose(.aggregates, "\(error)")
    }
  }

  /// Removes a VM.
  ///
  /// Also removes the sources of control groups that contain no other VM.
  func remove(_ vm: VirtualMachine) {
    for path in Self.paths(of: vm).reversed() {
      entries[path]?.vmCount -= 1
      guard let entry = entries[path], entry.vmCount == 0 else { continue }
      entries[path] = nil
      tree.remove(entry.aggregated.source)
    }
    if let root = tree.root.child(KVMInput.controlGroupRoot), root.children.isEmpty {
      tree.remove(root)
    }
  }

  /// Attaches the aggregate of a family (groups with the same name and schema) to the control
  /// groups of a VM that do not have it yet.
  func aggregate(_ family: Family, as name: String, of vm: VirtualMachine) throws(TreeError) {
    for path in Self.paths(of: vm) { try entries[path]?.aggregated.aggregate(family, as: name) }
  }

  /// Returns the paths of the control group of a VM and of its ancestors except the root, the
  /// highest first.
  private static func paths(of vm: VirtualMachine) -> [String] {
    let parts = (vm.controlGroup ?? "").split(separator: "/")
    return parts.indices.map { parts[...$0].joined(separator: "/") }
  }
}
