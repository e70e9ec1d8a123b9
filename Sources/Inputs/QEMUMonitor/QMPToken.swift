/// The token (the id in `QMPBacking`) of a group.
///
/// A token names a monitor, and its VM or one of its vCPUs.
struct QMPToken: Hashable, Sendable {
  /// The vCPU indices that a token can contain.
  static let indices = 0..<(1 << 20) - 1

  let monitor: Int
  /// The index of the vCPU; nil for the VM.
  let vcpu: Int?

  init(monitor: Int, vcpu: Int? = nil) {
    self.monitor = monitor
    self.vcpu = vcpu
  }

  init(rawValue: Int) {
    monitor = rawValue >> 20
    let low = rawValue & (1 << 20 - 1)
    vcpu = low == 0 ? nil : low - 1
  }

  var rawValue: Int { monitor << 20 | (vcpu.map { $0 + 1 } ?? 0) }
}
