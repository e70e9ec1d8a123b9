/// What the backing knows a group by: a monitor, and its machine or one of its vCPUs.
struct QMPToken: Hashable, Sendable {
  /// The vCPU numbers that there is room for.
  static let indices = 0..<(1 << 20) - 1

  let monitor: Int
  /// Nil for the machine itself.
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
