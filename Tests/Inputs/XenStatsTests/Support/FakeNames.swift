import XenStats

/// Names of domains that a test sets.
final class FakeNames: DomainNames {
  var names: [UInt32: String] = [:]
  var uuids: [UInt32: String] = [:]

  func name(of domain: UInt32) -> String? { names[domain] }
  func uuid(of domain: UInt32) -> String? { uuids[domain] }
}
