import CLinux

/// The two ends of a new pipe (pipe2(2)).
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

  /// Closes the reading end, which a child has by now.
  public consuming func closeReader() -> Descriptor {
    writer
  }

  /// Closes the writing end: the reader is at the end of the file once no process has it open.
  public consuming func closeWriter() -> Descriptor {
    reader
  }
}
