import LinuxSystem

/// Where a store can be asked.
public enum XenStorePlace: Hashable, Sendable {
  /// The Unix socket that xenstored listens at.
  case socket(String)
  /// The kernel's own connection, which it shares (`/dev/xen/xenbus`).
  ///
  /// Without watches: a request for one keeps the kernel waiting in write(2) until the store answers,
  /// with no end and no signal to end it; all others are only queued.
  case device(String)

  /// Where Xen's tools and kernel put it.
  public static let standard: [XenStorePlace] = [
    .socket("/run/xenstored/socket"), .socket("/var/run/xenstored/socket"),
    .device("/dev/xen/xenbus"),
  ]

  var hasWatches: Bool {
    if case .socket = self { true } else { false }
  }
}

/// The open connection, which reads and writes without ever waiting.
enum StoreLine: ~Copyable {
  case socket(UnixSocket)
  case device(Descriptor)

  init(_ place: XenStorePlace) throws(SystemError) {
    switch place {
    case .socket(let path): self = .socket(try UnixSocket.connect(to: path, .stream))
    case .device(let path): self = .device(try Descriptor.openDevice(path))
    }
  }

  var rawValue: CInt {
    switch self {
    case .socket(let socket): socket.rawValue
    case .device(let device): device.rawValue
    }
  }

  /// Sends a message: false where there is no room for all of it.
  borrowing func send(_ bytes: [UInt8]) throws(SystemError) -> Bool {
    switch self {
    case .socket(let socket): return try socket.send(bytes) == bytes.count
    case .device(let device):
      try device.write(bytes)
      return true
    }
  }

  /// What has arrived, up to `limit` bytes; none at the end.
  borrowing func receive(limit: Int) throws(SystemError) -> [UInt8] {
    switch self {
    case .socket(let socket):
      let message = try socket.receive(limit: limit)
      // The store has none to send; whoever sends some does not fill our table with them.
      for number in message.descriptors { _ = Descriptor(owning: number) }
      return message.bytes
    case .device(let device):
      var bytes = [UInt8](repeating: 0, count: limit)
      let count = try device.read(into: &bytes)
      return Array(bytes[..<count])
    }
  }
}
