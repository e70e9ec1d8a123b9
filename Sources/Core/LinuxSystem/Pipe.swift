import CLinux

/// The two ends of a pipe (pipe2(2)).
public struct Pipe: ~Copyable, Sendable {
  public let reader: Descriptor
  public let writer: Descriptor

  public init() throws(SystemError) {
    var ends: (reader: CInt, writer: CInt) = (-1, -1)
    guard unsafe clinux_pipe(&ends.reader, &ends.writer) == 0 else {
      throw SystemError(call: "pipe2", on: "pipe")
    }
    reader = Descriptor(owning: ends.reader)
    writer = Descriptor(owning: ends.writer)
  }

  /// Closes the read end and returns the write end.
  ///
  /// Call this after a child has inherited the read end.
  public consuming func closeReader() -> Descriptor {
    writer
  }

  /// Closes the write end and returns the read end.
  ///
  /// The reader finds the end of the file after the last process has closed the write end.
  public consuming func closeWriter() -> Descriptor {
    reader
  }
}
