import LinuxSystem
import Statistics

/// Groups the counters that the user selected and that this kernel supports.
final class SelectedEvents {
  /// Counters that are opened together for each thread and form one group of its source.
  struct Group {
    let name: String
    let events: [PerfEvent]
    let schema: Schema
  }

  let backing: ThreadEventBacking
  /// The group of tracepoints and of the kernel's counters, then the group of the CPU's counters.
  let groups: [Group]

  init(_ backing: ThreadEventBacking, _ groups: [Group]) {
    self.backing = backing
    self.groups = groups
  }
}
