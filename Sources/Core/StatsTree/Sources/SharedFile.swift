/// A file in memory that contains the live values of a source and of all sources below it.
///
/// A process that maps this file into its memory can read the values without system calls. The
/// publisher of the values defines the layout of the file.
public protocol SharedFile: AnyObject, Sendable {
  /// An ID that differs for each file of a source, so that a reader notices a new file.
  var identifier: UInt64 { get }

  /// The current length of the file in bytes.
  var byteCount: Int { get }

  /// Calls `body` with a read-only descriptor of the file, which is valid only during this call.
  func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result
}
