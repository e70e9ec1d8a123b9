import StatsTree

extension Diagnostic.Topic {
  static let libxenctrl: Self = "libxenctrl"
  static let host: Self = "host"
  static let list: Self = "domain_list"
  static let names: Self = "domain_names"
  static let domains: Self = "domains"
  static let vcpus: Self = "vcpus"
  static let table: Self = "stats_table"
}
