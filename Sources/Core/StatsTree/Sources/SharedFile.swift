/// A file in memory in which the numbers of a source, and of all below it, lie as they are made.
///
/// Who maps it samples without a further call; its layout is that of the one who publishes it.
public protocol SharedFile: AnyObject, Sendable {
  /// Tells it from another file that takes its place at the same source.
  var identifier: UInt64 { get }

  /// Its length in bytes now.
  var byteCount: Int { get }

  /// Lends a descriptor that is open for reading only, for as long as `body` runs.
  func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result
}
