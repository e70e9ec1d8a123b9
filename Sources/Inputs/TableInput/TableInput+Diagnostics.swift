import SharedTable
import StatsInput
import StatsTree

extension Diagnostic.Topic {
  static let table: Self = "table"
}

extension TableIdentity {
  /// The publisher's process, for the events of this input.
  var ownerProcess: InputEvent.Owner { .process(Int32(truncatingIfNeeded: pid)) }
}
