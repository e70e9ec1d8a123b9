/// Shares a file descriptor between several owners, and closes the descriptor when the last owner
/// releases this object.
package final class SharedDescriptor: Sendable {
  package let descriptor: Descriptor

  package init(_ descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }
}
