import ArgumentParser
import KVMStats
import StatsInput
import XenStats

/// Parses the access methods that the user permits, separated by commas.
struct AccessMethodList {
  private(set) var kvm: Set<KVMInput.Method> = []
  private(set) var xen: Set<XenInput.Method> = []

  /// The names of all access methods, in order of preference.
  private static var names: [String] {
    KnownInputs.types.flatMap { $0.accessMethods.compactMap(\.name) }
  }

  init(_ text: String) throws {
    for word in text.split(separator: ",").map(String.init) {
      if let method = KVMInput.Method(rawValue: word) {
        kvm.insert(method)
      } else if let method = XenInput.Method(rawValue: word) {
        xen.insert(method)
      } else {
        throw ValidationError(
          "unknown access method '\(word)'; expected one of "
            + Self.names.joined(separator: ", "))
      }
    }
    if kvm.isEmpty, xen.isEmpty {
      throw ValidationError(
        "no access method; expected one of " + Self.names.joined(separator: ", "))
    }
  }
}
