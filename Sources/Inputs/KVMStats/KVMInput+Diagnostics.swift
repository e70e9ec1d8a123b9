import StatsTree

extension Diagnostic.Topic {
  static let announcements: Self = "announcements"
  static let processes: Self = "processes"
  static let descriptors: Self = "descriptors"
  static let vmCount: Self = "vm_count"
  static let handover: Self = "handover"
  static let pidfd: Self = "pidfd_getfd"
  static let bpf: Self = "bpf"
  static let qmp: Self = "qmp"
  static let debugfs: Self = "debugfs"
  static let events: Self = "events"
  static let aggregates: Self = "aggregates"
  static let files: Self = "files"
}
