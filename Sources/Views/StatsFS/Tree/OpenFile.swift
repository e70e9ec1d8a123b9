import FUSE
internal import LinuxSystem
internal import StatsTree

/// The state of one open handle of a file.
struct OpenFile {
  let node: TreeNode
  let viewer: Viewer
  /// The content of the file, computed from one sample.
  private(set) var content: [UInt8] = []
  /// The offset at which the previous read ended; nil before the first read.
  ///
  /// A read that begins at this offset continues with the same sample.
  private var nextOffset: UInt64?
  /// The content of a `.schema` that the reader has read, completely or in part.
  ///
  /// poll(2) compares this content with the current content.
  private(set) var readContent: [UInt8]?
  /// The kernel's ID of the pending poll(2), which is woken when the content changes.
  var wake: UInt64?
  /// The constant bytes before the data of a `.binary` file; nil until the first read encodes them.
  var metadata: [UInt8]?
  /// The file of a shared table without passthrough; the server copies bytes from this file.
  var file: DuplicatedFile?

  init(_ node: TreeNode, _ viewer: Viewer) {
    self.node = node
    self.viewer = viewer
  }

  /// Returns `true` if a read begins where the previous read ended.
  func continues(_ range: FuseRange) -> Bool { range.offset > 0 && range.offset == nextOffset }

  /// Replaces the content with the content from a new sample.
  mutating func restart(with content: [UInt8]) {
    self.content = content
    if case .schema = node.kind { readContent = content }
  }

  /// Records the offset at which a read ends.
  mutating func recordRead(_ range: FuseRange, count: Int) {
    nextOffset = range.offset &+ UInt64(count)
  }
}

/// Owns a duplicate of the descriptor of a publisher's file.
final class DuplicatedFile: Sendable {
  let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Duplicates the descriptor of a shared file.
  convenience init(_ file: any SharedFile) throws(FuseError) {
    let copy = file.withDescriptor { number -> Result<DuplicatedFile, SystemError> in
      do throws(SystemError) {
        return .success(DuplicatedFile(try Descriptor(duplicating: number)))
      } catch {
        return .failure(error)
      }
    }
    do throws(SystemError) {
      self.init(try copy.get().descriptor.duplicate())
    } catch {
      throw FuseError(error.code)
    }
  }

  /// Appends the requested bytes of the file to a reply.
  func append(_ range: FuseRange, to reply: inout FuseReplyBuffer) throws(FuseError) {
    var bytes = [UInt8](repeating: 0, count: min(Int(range.size), reply.remainingCount))
    guard let offset = Int(exactly: range.offset), !bytes.isEmpty else { return }
    do throws(SystemError) {
      let count = try descriptor.read(into: &bytes, at: offset)
      reply.append(bytes.span.extracting(0..<count))
    } catch {
      throw FuseError(error.code)
    }
  }
}
