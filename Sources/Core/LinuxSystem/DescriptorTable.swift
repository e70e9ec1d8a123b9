public import Glibc

/// Many open descriptors with one owner, read without an object or a reference count for each.
///
/// A slot is a small number that stays the same until its descriptor is removed; then it is
/// used again.
public final class DescriptorTable {
  @usableFromInline
  var numbers: [CInt] = []
  private var free: [Int] = []

  public init() {}

  deinit {
    for number in numbers where number >= 0 { close(number) }
  }

  /// The number of descriptors held.
  public var count: Int { numbers.count - free.count }

  /// Takes the descriptor: the slot that it is in from now on.
  public func insert(_ descriptor: consuming Descriptor) -> Int {
    let number = descriptor.release()
    guard let slot = free.popLast() else {
      numbers.append(number)
      return numbers.count - 1
    }
    numbers[slot] = number
    return slot
  }

  /// Closes the descriptor of `slot` at once.
  public func remove(_ slot: Int) {
    precondition(numbers[slot] >= 0, "slot \(slot) is empty")
    close(numbers[slot])
    numbers[slot] = -1
    free.append(slot)
  }

  /// The number of the descriptor in `slot`, which stays owned by the table; -1 where it is empty.
  @inlinable
  public func rawValue(of slot: Int) -> CInt { numbers[slot] }

  /// pread(2) of words: the number of bytes read, or minus the errno value.
  ///
  /// No allocation, no error object: this is the sampling path.
  @inlinable
  @inline(__always)
  public func read(_ slot: Int, into words: inout MutableSpan<UInt64>, at offset: Int) -> Int {
    let number = numbers[slot]
    return unsafe words.withUnsafeMutableBytes { buffer in
      let count = unsafe pread(number, buffer.baseAddress, buffer.count, off_t(offset))
      return count >= 0 ? count : -Int(errno)
    }
  }

  /// pread(2) of bytes from the start of the file: the number read, or minus the errno value.
  @inline(__always)
  public func read(_ slot: Int, into bytes: inout [UInt8]) -> Int {
    let number = numbers[slot]
    return unsafe bytes.withUnsafeMutableBytes { buffer in
      let count = unsafe pread(number, buffer.baseAddress, buffer.count, 0)
      return count >= 0 ? count : -Int(errno)
    }
  }
}
