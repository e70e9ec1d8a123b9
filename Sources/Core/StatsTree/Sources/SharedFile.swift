/// A file in memory that contains the live values of a source and of all sources below it.
///
/// A process that maps the file samples without further calls. The publisher defines the layout.
public protocol SharedFile: AnyObject, Sendable {
  /// Distinguishes the file from a later one of the same source.
  var identifier: UInt64 { get }

  /// The current length in bytes.
  var byteCount: Int { get }

  /// Calls `body` with a read-only descriptor, which is valid during the call.
  func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result
}
