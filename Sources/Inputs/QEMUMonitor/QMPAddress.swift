/// Where a QEMU listens for monitor clients, as its command line says.
public struct QMPAddress: Hashable, Sendable {
  /// The path of the Unix socket, as QEMU sees it: it may be relative to QEMU's directory.
  public let path: String

  public init(path: String) {
    self.path = path
  }

  /// The monitor sockets of a command line, in its order.
  ///
  /// Monitors that QEMU connects to itself, that speak to people, or that have no path are left
  /// out; libvirt's, for one, listens on a descriptor.
  ///
  /// - Parameter arguments: with the program's name, as in `/proc/PID/cmdline`.
  /// - Returns: the addresses; where a monitor has none, nothing.
  public static func addresses(in arguments: [String]) -> [QMPAddress] {
    var addresses: [QMPAddress] = []
    /// The paths of the sockets with an id, and the ids of the monitors, which may come first.
    var sockets: [String: String] = [:]
    var monitors: [(position: Int, id: String)] = []
    var index = 1
    while index + 1 < arguments.count {
      let value = arguments[index + 1]
      switch option(arguments[index]) {
      case "qmp", "qmp-pretty":
        // The other form names a -chardev's id as "chardev:ID".
        if value.hasPrefix("chardev:") {
          monitors.append((addresses.count, String(value.dropFirst(8))))
        } else if let path = socket(value.dropPrefix("unix:"), first: "path") {
          addresses.append(QMPAddress(path: path))
        }
      case "chardev":
        let parameters = QEMUParameters(value, first: "backend")
        if parameters["backend"] == "socket", let id = parameters["id"],
          let path = parameters.serverPath
        {
          sockets[id] = path
        }
      case "mon":
        let parameters = QEMUParameters(value, first: "chardev")
        if parameters["mode"] == "control", let id = parameters["chardev"] {
          monitors.append((addresses.count, id))
        }
      default:
        index += 1
        continue
      }
      index += 2
    }
    // From the last, so that the positions of those before stay right.
    for monitor in monitors.reversed() {
      guard let path = sockets[monitor.id] else { continue }
      addresses.insert(QMPAddress(path: path), at: monitor.position)
    }
    return addresses
  }

  /// The name of an option: QEMU takes one dash or two.
  private static func option(_ argument: String) -> Substring? {
    guard argument.hasPrefix("-") else { return nil }
    return argument.dropFirst(argument.hasPrefix("--") ? 2 : 1)
  }

  private static func socket(_ value: String?, first: String) -> String? {
    value.flatMap { QEMUParameters($0, first: first).serverPath }
  }
}

extension String {
  fileprivate func dropPrefix(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
