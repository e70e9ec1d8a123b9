import StatsTree

extension Diagnostic.Topic {
  static let files: Self = "files"
}
