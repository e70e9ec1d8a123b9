import FUSE
internal import LinuxSystem
internal import StatsTree

/// A file that somebody has open.
struct OpenFile {
  let node: TreeNode
  let viewer: Viewer
  /// What it has of one sample.
  private(set) var content: [UInt8] = []
  /// Where a read goes on with the same sample; nil before the first.
  private var next: UInt64?
  /// What its reader has seen of it, whole or in part: what poll(2) compares with.
  private(set) var seen: [UInt8]?
  /// The one who waits for something that was not seen.
  var wake: UInt64?
  /// The part of a group in KVM's format that is the same in all samples, once it was made.
  var head: [UInt8]?
  /// A file whose bytes are copied out.
  var file: HeldFile?

  init(_ node: TreeNode, _ viewer: Viewer) {
    self.node = node
    self.viewer = viewer
  }

  /// Whether a read goes on where the last one ended.
  func goesOn(_ range: FuseRange) -> Bool { range.offset > 0 && range.offset == next }

  /// Has the file begin again with another sample.
  mutating func begin(_ content: [UInt8]) {
    self.content = content
    if case .schema = node.kind { seen = content }
  }

  /// Notes how much was read.
  mutating func read(_ range: FuseRange, count: Int) { next = range.offset &+ UInt64(count) }
}

/// A file of somebody else that is kept open.
final class HeldFile: Sendable {
  let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// A second descriptor of a shared file.
  convenience init(_ file: any SharedFile) throws(FuseError) {
    let copy = file.withDescriptor { number -> Result<HeldFile, SystemError> in
      do throws(SystemError) {
        return .success(HeldFile(try Descriptor(duplicating: number)))
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

  /// Adds what lies at an offset to a reply.
  func append(_ range: FuseRange, to reply: inout FuseReplyBuffer) throws(FuseError) {
    var bytes = [UInt8](repeating: 0, count: min(Int(range.size), reply.room))
    guard let offset = Int(exactly: range.offset), !bytes.isEmpty else { return }
    do throws(SystemError) {
      let count = try descriptor.read(into: &bytes, at: offset)
      reply.append(bytes.span.extracting(0..<count))
    } catch {
      throw FuseError(error.code)
    }
  }
}
