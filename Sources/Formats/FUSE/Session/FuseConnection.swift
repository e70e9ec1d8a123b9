public import LinuxSystem

/// Sends notifications to the kernel and registers backing files.
///
/// Any thread can use the connection while the filesystem is mounted.
public final class FuseConnection: Sendable {
  let device: FuseDevice
  /// The features and limits negotiated at the mount.
  public let agreement: FuseAgreement

  init(_ device: FuseDevice, _ agreement: FuseAgreement) {
    self.device = device
    self.agreement = agreement
  }

  /// Sends a notification to the kernel.
  ///
  /// A method that answers a request must not send `name`, `expiry`, `removal` or `node`, because
  /// the kernel might hold the lock of the directory until the request is answered. `wake` is
  /// always permitted.
  ///
  /// - Returns: `false` if the kernel has no such node, name or handle.
  @discardableResult
  public func notify(_ notification: FuseNotification) -> Bool {
    var message = FuseReplyBuffer()
    notification.encode(into: &message)
    return device.write(message.message) >= 0
  }

  /// Registers an open file as a backing.
  ///
  /// If a node is opened with a backing, the kernel reads, writes and maps the backing file instead
  /// of sending requests to the server.
  ///
  /// All open handles of a node must share one backing. If an open uses another backing, the kernel
  /// fails the open with EIO. The kernel keeps the file open until the `FuseBacking` is destroyed
  /// and all handles that use it are closed.
  ///
  /// - Throws: The reason why the file cannot be a backing. `read` must then return the bytes.
  public func openBacking(
    of file: borrowing Descriptor
  ) throws(FuseBackingError) -> FuseBacking {
    guard agreement.features.contains(.passthrough) else { throw .unsupported }
    do throws(SystemError) {
      return FuseBacking(device, id: try device.openBacking(file))
    } catch {
      throw FuseBackingError(error)
    }
  }
}

/// A registered backing file.
///
/// The registration ends when this object is destroyed.
public final class FuseBacking: Sendable {
  private let device: FuseDevice
  let id: Int32

  init(_ device: FuseDevice, id: Int32) {
    self.device = device
    self.id = id
  }

  deinit { device.closeBacking(id) }
}
