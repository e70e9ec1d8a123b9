import CLinux
import Glibc

/// Signals as something to wait for and to read (signalfd(2)).
///
/// They are blocked from then on in the thread that makes the value and in those it starts.
public struct Signals: ~Copyable, Sendable {
  private let descriptor: Descriptor

  public init(_ numbers: [CInt]) throws(SystemError) {
    let number = unsafe clinux_open_signal_set(numbers, numbers.count)
    guard number >= 0 else { throw SystemError(call: "signalfd", on: "\(numbers)") }
    descriptor = Descriptor(owning: number)
  }

  /// The descriptor's number, readable once a signal came.
  public var rawValue: CInt { descriptor.rawValue }

  /// The next signal that came; nil where none did.
  public func next() -> CInt? {
    let number = clinux_read_signal(descriptor.rawValue)
    return number > 0 ? number : nil
  }
}
