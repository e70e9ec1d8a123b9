import HostStats
import KVMStats
import RRDStats
import StatsInput
import StatsTree
import TableInput
import XenStats

/// The inputs that this program can read; a new input adds one line here and one in `Observer`.
enum KnownInputs {
  static var types: [any Input.Type] {
    [KVMInput.self, XenInput.self, TableInput.self, RRDInput.self, HostInput.self]
  }

  static let roots = types.map { $0.root }

  /// The roots of the inputs whose sources are guests.
  static let guestRoots = roots.filter { $0.memberRole.isGuest }

  /// The sources that are shown when the user selects none.
  static let defaultPattern = Pattern(
    anyOf: roots.filter(\.isDefault).map { Pattern(below: $0.path) })
}
