import LinuxSystem

/// An endpoint at which xenstored accepts requests.
public enum XenStoreEndpoint: Hashable, Sendable {
  /// The Unix socket of xenstored.
  case socket(String)
  /// The kernel's connection to xenstored, shared with user space (`/dev/xen/xenbus`).
  ///
  /// The client sets no watches on this device. In write(2) of a watch request, the kernel waits
  /// for the reply without a timeout and ignores signals. All other requests are only queued.
  case device(String)

  /// The standard endpoints of Xen's tools and of the kernel.
  public static let standard: [XenStoreEndpoint] = [
    .socket("/run/xenstored/socket"), .socket("/var/run/xenstored/socket"),
    .device("/dev/xen/xenbus"),
  ]

  var supportsWatches: Bool {
    if case .socket = self { true } else { false }
  }
}

/// An open non-blocking channel to xenstored.
enum StoreChannel: ~Copyable {
  case socket(UnixSocket)
  case device(Descriptor)

  init(_ endpoint: XenStoreEndpoint) throws(SystemError) {
    switch endpoint {
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

  /// Sends a message.
  ///
  /// - Returns: `false` if the buffer has no room for the whole message.
  borrowing func send(_ bytes: [UInt8]) throws(SystemError) -> Bool {
    switch self {
    case .socket(let socket): return try socket.send(bytes) == bytes.count
    case .device(let device):
      try device.write(bytes)
      return true
    }
  }

  /// Receives up to `limit` bytes.
  ///
  /// Returns no bytes at the end of the stream.
  borrowing func receive(limit: Int) throws(SystemError) -> [UInt8] {
    switch self {
    case .socket(let socket):
      let message = try socket.receive(limit: limit)
      // xenstored sends no descriptors. Close the descriptors that a hostile peer might send.
      for number in message.descriptors { _ = Descriptor(owning: number) }
      return message.bytes
    case .device(let device):
      var bytes = [UInt8](repeating: 0, count: limit)
      let count = try device.read(into: &bytes)
      return Array(bytes[..<count])
    }
  }
}
