public import LinuxSystem

/// What a filesystem can tell and ask the kernel, from any thread, for as long as it is mounted.
public final class FuseConnection: Sendable {
  let device: FuseDevice
  /// What was agreed upon when the filesystem was mounted.
  public let agreement: FuseAgreement

  init(_ device: FuseDevice, _ agreement: FuseAgreement) {
    self.device = device
    self.agreement = agreement
  }

  /// Tells the kernel something: false where it knows nothing of what it is told.
  ///
  /// Of `name`, `expiry`, `removal` and `node` never from within a request: the kernel may hold the
  /// lock of a directory until that is answered. `wake` can be sent from anywhere.
  @discardableResult
  public func notify(_ notification: FuseNotification) -> Bool {
    var message = FuseReplyBuffer()
    notification.encode(into: &message)
    return device.write(message.message) >= 0
  }

  /// Makes an open file what the kernel reads, writes and maps in the place of a node's own bytes.
  ///
  /// The node keeps one backing for all who have it open at once: the kernel refuses another one
  /// with EIO. The file stays open in the kernel until the backing and all of these are closed.
  ///
  /// - Throws: Why the bytes must be served by `read`.
  public func openBacking(
    of file: borrowing Descriptor
  ) throws(FuseBackingError) -> FuseBacking {
    guard agreement.features.contains(.passthrough) else { throw .notKnown }
    do throws(SystemError) {
      return FuseBacking(device, number: try device.openBacking(file))
    } catch {
      throw FuseBackingError(error)
    }
  }
}

/// A file that backs a node, until the value ends.
public final class FuseBacking: Sendable {
  private let device: FuseDevice
  let number: Int32

  init(_ device: FuseDevice, number: Int32) {
    self.device = device
    self.number = number
  }

  deinit { device.closeBacking(number) }
}
