import KVMGuests
import LinuxSystem
import Statistics
import StatsInput
import StatsTree
import TestSupport

@testable import KVMStats

/// Real guests in their own processes, and an input that sees no other processes.
final class Guests {
  static let areUsable = GuestSupport.check() == .usable

  /// The VMM program of the tests.
  static func holder() throws -> Launcher {
    let tests = try readLink("/proc/self/exe")
    let folder = tests.prefix(through: tests.lastIndex(of: "/") ?? tests.startIndex)
    return Launcher(executable: folder + "guest-holder")
  }

  let system: FakeSystem
  let tree = Tree()
  let input: KVMInput
  let sampler: Sampler
  private(set) var fleets: [GuestFleet] = []

  init(
    methods: Set<KVMInput.Method> = [.handover, .pidfd, .debugfs], rescanSeconds: UInt64 = 1000,
    events: [KVMInput.EventPattern] = []
  ) throws {
    system = try FakeSystem()
    var roots = system.roots
    roots.sys = "/sys"
    var options = KVMInput.Options()
    options.methods = methods
    options.rescanSeconds = rescanSeconds
    options.events = events
    input = try KVMInput(tree, roots: roots, options: options)
    sampler = Sampler(tree)
  }

  deinit {
    for fleet in fleets { fleet.stop() }
  }

  /// Starts VMs and makes their processes visible to the input.
  @discardableResult
  func start(_ configurations: GuestProcessConfiguration...) throws -> GuestFleet {
    let fleet = try GuestFleet(configurations, launcher: Self.holder())
    fleets.append(fleet)
    for pid in fleet.pids { try system.link("proc/\(pid)", to: "/proc/\(pid)") }
    return fleet
  }

  /// Scans all processes in a refresh.
  @discardableResult
  func rescan() -> [InputEvent] {
    input.nextScan = 0
    return input.refresh()
  }

  func source(_ path: String) -> Source? {
    path.split(separator: "/").reduce(Optional(tree.root)) { $0?.child(String($1)) }
  }

  func group(_ name: String, of path: String) -> Group? {
    source(path)?.groups.first { $0.name == name }
  }

  /// A value of the last sample.
  func value(_ name: String, of path: String, group: String = "kvm") -> UInt64? {
    let entries = sampler.plan.entries
    guard let entry = entries.first(where: { $0.source.path == path && $0.group.name == group }),
      let statistic = entry.group.schema[name]
    else { return nil }
    return sampler.value(statistic, of: entry)
  }

  /// The names of the VMs.
  var vms: [String] { source("kvm")?.children.map(\.name) ?? [] }
}
