public import LinuxSystem

/// The server's channel for notifications and backing files; usable from any thread while mounted.
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
  /// Do not send `name`, `expiry`, `removal` or `node` while handling a request: the kernel can
  /// hold the lock of the directory until that request is answered. `wake` is always permitted.
  ///
  /// - Returns: `false` if the kernel does not have the node, name or handle.
  @discardableResult
  public func notify(_ notification: FuseNotification) -> Bool {
    var message = FuseReplyBuffer()
    notification.encode(into: &message)
    return device.write(message.message) >= 0
  }

  /// Registers an open file that the kernel reads, writes and maps instead of a node's own bytes.
  ///
  /// All open handles of a node must share one backing: the kernel fails an open with another one
  /// with EIO. The kernel keeps the file open until the backing and all these handles are closed.
  ///
  /// - Throws: The reason why `read` must serve the bytes.
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

/// A registered backing file; the kernel forgets the registration when this object is destroyed.
public final class FuseBacking: Sendable {
  private let device: FuseDevice
  let id: Int32

  init(_ device: FuseDevice, id: Int32) {
    self.device = device
    self.id = id
  }

  deinit { device.closeBacking(id) }
}
