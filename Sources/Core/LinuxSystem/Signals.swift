import CLinux
import Glibc

/// Receives signals through a descriptor (signalfd(2)).
///
/// The initializer blocks the signals in the calling thread. Threads that the calling thread starts
/// later inherit the blocked signals.
public struct Signals: ~Copyable, Sendable {
  private let descriptor: Descriptor

  public init(_ numbers: [CInt]) throws(SystemError) {
    let number = unsafe clinux_open_signal_set(numbers, numbers.count)
    guard number >= 0 else { throw SystemError(call: "signalfd", on: "\(numbers)") }
    descriptor = Descriptor(owning: number)
  }

  /// The number of the descriptor.
  ///
  /// poll(2) reports the descriptor as readable while a signal is pending.
  public var rawValue: CInt { descriptor.rawValue }

  /// Returns the next pending signal, or `nil` if there is none.
  public func next() -> CInt? {
    let number = clinux_read_signal(descriptor.rawValue)
    return number > 0 ? number : nil
  }
}
