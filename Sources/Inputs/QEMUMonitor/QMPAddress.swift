/// The address of a QEMU monitor, parsed from QEMU's command line.
public struct QMPAddress: Hashable, Sendable {
  /// The path of the Unix socket.
  ///
  /// A relative path starts at the working directory of QEMU.
  public let path: String

  public init(path: String) {
    self.path = path
  }

  /// Returns the QMP sockets of a command line, in the order of the options.
  ///
  /// Omits monitors for which QEMU is the client, monitors for humans, and sockets without a path.
  /// For example, libvirt passes a descriptor instead of a path.
  ///
  /// - Parameter arguments: The arguments, beginning with the program name, as in
  ///   `/proc/PID/cmdline`.
  /// - Returns: The addresses; empty if there are none.
  public static func addresses(in arguments: [String]) -> [QMPAddress] {
    var addresses: [QMPAddress] = []
    /// The socket paths by id, and the ids of monitors. Both are collected first, because the
    /// option of a monitor can precede the option of its socket.
    var sockets: [String: String] = [:]
    var monitors: [(position: Int, id: String)] = []
    var index = 1
    while index + 1 < arguments.count {
      let value = arguments[index + 1]
      switch option(arguments[index]) {
      case "qmp", "qmp-pretty":
        // The value is an address, or "chardev:ID" with the id of a -chardev option.
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
    // Insert from the last to the first, so that the earlier positions remain valid.
    for monitor in monitors.reversed() {
      guard let path = sockets[monitor.id] else { continue }
      addresses.insert(QMPAddress(path: path), at: monitor.position)
    }
    return addresses
  }

  /// Returns the name of an option without its dashes.
  ///
  /// QEMU accepts one dash or two.
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
