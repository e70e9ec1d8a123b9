import HostStats
import KVMStats
import RRDStats
import StatsInput
import StatsTree
import TableInput
import XenStats

/// Lists the inputs that this program can read.
///
/// To add an input, add it here and in the initializer of `Observer`.
enum KnownInputs {
  static var types: [any Input.Type] {
    [KVMInput.self, XenInput.self, TableInput.self, RRDInput.self, HostInput.self]
  }

  static let roots = types.map { $0.root }

  /// The roots of the inputs whose sources are guests.
  static let guestRoots = roots.filter { $0.memberRole.isGuest }

  /// The sources that are shown when the user selects no sources.
  static let defaultPattern = Pattern(
    anyOf: roots.filter(\.isDefault).map { Pattern(below: $0.path) })
}
