import CVitals
public import LinuxSystem
import Statistics
public import StatsChecks

/// Checks the rules of a shared table, even if the table is in use or contains arbitrary bytes.
///
/// Of the rules in `TableRule`, T1 to T9 check the layout, T10 to T14 the protocol of updates, T15
/// to T22 the values, T23 to T26 the relation of the publisher to its readers. Two observations,
/// separated by a pause, show changes.
public struct TableCheck {
  private let path: String
  private let pause: () -> Void

  /// - Parameters:
  ///   - path: The path of a table's file or of a publisher's socket.
  ///   - pause: Called between the two observations.
  public init(_ path: String, pause: @escaping () -> Void = { sleepNanoseconds(200_000_000) }) {
    self.path = path
    self.pause = pause
  }

  /// Runs all checks that the state of the table permits.
  public func run() -> [Finding] {
    var list = FindingList<TableRule>(object: path)
    let reader: Reader
    do throws(TableError) {
      reader = try Self.attach(path)
      list.check(.accepted, true, "")
    } catch {
      list.check(.accepted, false, error.description)
      return list.findings
    }
    let first = TableObservation(reader)
    pause()
    reader.refresh()
    let second = TableObservation(reader)
    list.checkLayout(reader, second)
    list.checkProtocol(reader, first, second)
    list.checkValues(first, second)
    list.checkSharing(reader, path)
    return list.findings
  }

  private static func attach(_ path: String) throws(TableError) -> Reader {
    let status = try systemCall { () throws(SystemError) in try FileStatus(path) }
    return status.isSocket ? try Reader.connect(to: path) : try Reader.open(path)
  }
}

/// The contents of a table at one time, for comparison with another time.
struct TableObservation {
  /// A group with its words.
  struct Group {
    let group: TableGroup
    let sample: TableSample
    let words: [UInt64]
    /// The words between the end of the values and the next copy, for all copies.
    let padding: [UInt64]
    let index: UInt64
  }

  let time: UInt64
  let generation: UInt64
  let header: [UInt8]
  let heartbeat: UInt64
  var groups: [UInt64: Group] = [:]
  /// The offset, id and size of each block in use.
  let blocks: [(offset: Int, id: UInt64, size: Int)]

  init(_ reader: Reader) {
    let mapping = reader.view.table
    generation = mapping.mapping.loadAcquiring(UInt64.self, at: Layout.Header.generation)
    heartbeat = mapping.mapping.loadRelaxed(UInt64.self, at: Layout.Header.heartbeat)
    header = mapping.mapping.copyBytes(at: 0, count: Int(reader.header.header_size))
    blocks = Self.blocks(of: reader)
    for group in reader.groups {
      var words = [UInt64](repeating: 0, count: group.schema.wordCount)
      var span = words.mutableSpan
      let sample = reader.view.sample(group.slot, into: &span)
      groups[group.id] = Group(
        group: group, sample: sample, words: words,
        padding: group.isOnDemand ? [] : Self.padding(of: group.slot, in: mapping.mapping),
        index: mapping.mapping.loadRelaxed(
          UInt64.self, at: group.slot.block + Layout.Group.index))
    }
    time = monotonicNanoseconds()
  }

  private static func blocks(of reader: Reader) -> [(offset: Int, id: UInt64, size: Int)] {
    let mapping = reader.view.table
    var blocks: [(offset: Int, id: UInt64, size: Int)] = []
    var offset = Int(reader.header.first_block)
    let used = min(reader.usedByteCount, mapping.mapping.byteCount)
    while used - offset >= Layout.alignment {
      let id = mapping.mapping.loadAcquiring(UInt64.self, at: offset + Layout.Block.id)
      let size = Int(
        clamping: mapping.mapping.loadRelaxed(UInt64.self, at: offset + Layout.Block.size))
      guard size >= Layout.alignment, size.isMultiple(of: Layout.alignment), size <= used - offset
      else { break }
      if id != 0 { blocks.append((offset, id, size)) }
      offset += size
    }
    return blocks
  }

  private static func padding(of slot: TableGroup.Slot, in mapping: borrowing Mapping) -> [UInt64] {
    let used = slot.copySize + slot.wordCount * 8
    guard slot.mask > 0 else { return [] }
    // It is possible that another block follows the last copy.
    return (0..<slot.mask).flatMap { copy in
      stride(
        from: slot.values + copy * slot.stride + used, to: slot.values + (copy + 1) * slot.stride,
        by: 8
      )
      .map { mapping.loadRelaxed(UInt64.self, at: $0) }
    }
  }
}
