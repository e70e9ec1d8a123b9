import FUSE
internal import LinuxSystem
internal import StatsTree

/// An open file.
struct OpenFile {
  let node: TreeNode
  let viewer: Viewer
  /// The content, from one sample.
  private(set) var content: [UInt8] = []
  /// The offset at which a read continues with the same sample; nil before the first read.
  private var nextOffset: UInt64?
  /// The content that the reader has read at least partly, for comparison in poll(2).
  private(set) var readContent: [UInt8]?
  /// The pending poll(2), to wake when the content changes.
  var wake: UInt64?
  /// The constant part of a file in KVM's format, once it is encoded.
  var metadata: [UInt8]?
  /// The file whose bytes are copied, for a table without passthrough.
  var file: DuplicatedFile?

  init(_ node: TreeNode, _ viewer: Viewer) {
    self.node = node
    self.viewer = viewer
  }

  /// Returns `true` if a read continues where the last one ended.
  func continues(_ range: FuseRange) -> Bool { range.offset > 0 && range.offset == nextOffset }

  /// Replaces the content by that of another sample.
  mutating func restart(with content: [UInt8]) {
    self.content = content
    if case .schema = node.kind { readContent = content }
  }

  /// Records the end of a read.
  mutating func recordRead(_ range: FuseRange, count: Int) {
    nextOffset = range.offset &+ UInt64(count)
  }
}

/// A duplicated descriptor of a publisher's file.
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

  /// Appends the bytes at an offset to a reply.
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
