import StatsTree

extension Diagnostic.Topic {
  static let pressure: Self = "pressure"
  static let cpuTimes: Self = "cpu_times"
}
