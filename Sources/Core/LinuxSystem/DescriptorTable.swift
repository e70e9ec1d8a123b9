public import Glibc

/// Owns many open descriptors, without an object or a reference count for each descriptor.
///
/// The table identifies each descriptor by a slot, an index of an array. A slot is valid until
/// `remove(_:)` closes the descriptor. A later `insert(_:)` can reuse the slot.
public final class DescriptorTable {
  @usableFromInline
  var numbers: [CInt] = []
  private var free: [Int] = []

  public init() {}

  deinit {
    for number in numbers where number >= 0 { close(number) }
  }

  /// The number of open descriptors in the table.
  public var count: Int { numbers.count - free.count }

  /// Takes ownership of a descriptor and returns its slot.
  public func insert(_ descriptor: consuming Descriptor) -> Int {
    let number = descriptor.release()
    guard let slot = free.popLast() else {
      numbers.append(number)
      return numbers.count - 1
    }
    numbers[slot] = number
    return slot
  }

  /// Closes the descriptor in `slot`.
  public func remove(_ slot: Int) {
    precondition(numbers[slot] >= 0, "slot \(slot) is empty")
    close(numbers[slot])
    numbers[slot] = -1
    free.append(slot)
  }

  /// Returns the descriptor in `slot`, or -1 if the slot is empty.
  ///
  /// The table still owns the descriptor: do not close it.
  @inlinable
  public func rawValue(of slot: Int) -> CInt { numbers[slot] }

  /// Reads 64-bit words from a byte offset of the file (pread(2)).
  ///
  /// This function is called for every sample. It neither allocates memory nor throws.
  ///
  /// - Returns: The number of bytes read, or the negative `errno` value.
  @inlinable
  @inline(__always)
  public func read(_ slot: Int, into words: inout MutableSpan<UInt64>, at offset: Int) -> Int {
    let number = numbers[slot]
    return unsafe words.withUnsafeMutableBytes { buffer in
      let count = unsafe pread(number, buffer.baseAddress, buffer.count, off_t(offset))
      return count >= 0 ? count : -Int(errno)
    }
  }

  /// Reads bytes from the start of the file (pread(2)).
  ///
  /// - Returns: The number of bytes read, or the negative `errno` value.
  @inline(__always)
  public func read(_ slot: Int, into bytes: inout [UInt8]) -> Int {
    let number = numbers[slot]
    return unsafe bytes.withUnsafeMutableBytes { buffer in
      let count = unsafe pread(number, buffer.baseAddress, buffer.count, 0)
      return count >= 0 ? count : -Int(errno)
    }
  }
}
