import Glibc
import Statistics
import StatsTree
import Testing

@testable import FUSE
@testable import StatsFS

/// What the files have, and how they are read.
@Suite("The contents of a tree's filesystem")
struct TreeContentsTests {
  @Test(
    "A statistic is text",
    arguments: [
      ("born", "10\n"), ("here", "3\n"), ("most", "7\n"), ("mood", "very wild\n"),
      ("drift", "-5\n"), ("none", "-\n"),
      (
        ".values",
        "animals born 10\nanimals here 3\nanimals most 7\nanimals mood very wild\n"
          + "animals drift -5\nanimals none -\n"
      ),
    ])
  func statisticText(name: String, text: String) throws {
    var sample = try FarmTree()
    try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree))
    #expect(try explorer.read("farm/north/animals/\(name)") == text)
  }

  @Test("A tally has a line for each name, and cannot begin again")
  func tallyLine() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.add("south")["mood"] = 0
    try sample.add("west")["mood"] = 9
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree))
    let path = "farm/all.animals/mood"
    #expect(try explorer.read(path) == "calm 1\nvery wild 1\n(unknown) 1\n")
    #expect(try explorer.attributes(path).permissions == 0o444)
  }

  @Test("A histogram has a line for each bucket with samples")
  func histogramLine() throws {
    let tree = Tree()
    let farm = try tree.add("farm")
    let schema = Schema(packing: [
      Statistic("wait_hist", .logHistogram, unit: .seconds, size: 4)
    ])
    try tree.attach(
      "waits", schema: schema, backing: FixedWords([2, 0, 7, 1]), token: 0, provenance: .memory,
      to: farm)
    let explorer = Explorer(TreeFileSystem(tree))
    #expect(try explorer.read("farm/waits/wait_hist") == "0 2\n2 7\n4 1\n")
    let file = try explorer.open("farm/waits/wait_hist", O_WRONLY)
    try file.write("0\n")
    #expect(try explorer.read("farm/waits/wait_hist") == "")
  }

  @Test("A read that goes on has the same sample, any other a new one")
  func readGoes() throws {
    var sample = try FarmTree()
    let thing = try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree))
    let file = try explorer.open("farm/north/animals/born")
    thing["born"] = 1234
    #expect(try file.read(at: 0, 2) == Array("12".utf8))
    thing["born"] = 9999
    #expect(try file.read(at: 2, 2) == Array("34".utf8))
    #expect(try file.read(at: 4, 2) == Array("\n".utf8))
    #expect(try file.read(at: 5, 2) == [])
    #expect(try file.read(at: 0, 8) == Array("9999\n".utf8))
    thing["born"] = 5678
    // As readers of KVM's files do: always the same part.
    #expect(try file.read(at: 2, 2) == Array("78".utf8))
    thing["born"] = 5690
    #expect(try file.read(at: 2, 2) == Array("90".utf8))
  }

  @Test("A group in KVM's format can be read by its reader")
  func groupKVM() throws {
    var sample = try FarmTree()
    let thing = try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree))
    let file = try explorer.open("farm/north/animals/.binary")
    let bytes = try file.read()
    let header = try KVMHeader(parsing: bytes.span)
    let block = bytes.span.extracting(header.descriptorOffset..<header.dataOffset)
    let schema = try Schema(kvmDescriptors: block, header: header)
    #expect(schema.statistics.map(\.name) == sample.backing.schema.statistics.map(\.name))
    #expect(
      bytes.span.extracting(header.idOffset..<header.descriptorOffset).textBeforeNUL
        == "farm/north/animals")
    #expect(bytes.count == header.dataOffset + 8 * schema.wordCount)
    let words = (0..<schema.wordCount).map { bytes.span.uint64(at: header.dataOffset + 8 * $0) }
    #expect(
      words == [10, 3, 7, 1, UInt64(bitPattern: -5), Inactive.unsigned])
    thing["born"] = 11
    let again = try file.read(at: UInt64(header.dataOffset), 8)
    #expect(again.span.uint64(at: 0) == 11)
  }

  @Test("In KVM's format a tally is levels, since a histogram never falls")
  func kvmS() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree))
    let bytes = try explorer.open("farm/all.animals/.binary").read()
    let header = try KVMHeader(parsing: bytes.span)
    let block = bytes.span.extracting(header.descriptorOffset..<header.dataOffset)
    let mood = try #require(Schema(kvmDescriptors: block, header: header)["mood"])
    #expect(mood.kind == .instant && mood.size == 3 && mood.bucketSize == 0)
    let start = header.dataOffset + mood.offset
    #expect((0..<3).map { bytes.span.uint64(at: start + 8 * $0) } == [0, 1, 0])
    #expect(try explorer.attributes("farm/all.animals/.binary").size == UInt64(bytes.count))
  }

  @Test("What is denied says why, and gives no number")
  func deniedSays() throws {
    let tree = Tree()
    let farm = try tree.add("farm")
    let schema = Schema(packing: [Statistic("born", .cumulative)])
    try tree.attach(
      "animals", schema: schema, backing: FixedWords([1], .denied(code: EACCES)), token: 0,
      provenance: .memory, to: farm)
    let explorer = Explorer(TreeFileSystem(tree))
    #expect(throws: FuseError.accessDenied) { try explorer.read("farm/animals/born") }
    #expect(throws: FuseError.accessDenied) { try explorer.read("farm/animals/.binary") }
    #expect(try explorer.read("farm/animals/.values") == "animals born -\n")
    #expect(try explorer.read("farm/.status") == "up\nanimals denied memory\n")
    #expect(try explorer.attributes("farm/animals/born").size == 0)
  }

  // MARK: - Clearing

  @Test("Writing 0 has a count begin again for the mount, and nobody else")
  func writing0() throws {
    var sample = try FarmTree()
    let thing = try sample.add("north")
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree))
    let born = try explorer.open("farm/north/animals/born", O_RDWR)
    try born.write("0\n")
    #expect(try born.text() == "0\n")
    thing["born"] = 14
    #expect(try born.text() == "4\n")
    #expect(thing["born"] == 14)
    #expect(try explorer.read("farm/all.animals/born") == "14\n")
    #expect(try explorer.read("farm/north/animals/.values").hasPrefix("animals born 4\n"))
    #expect(try Explorer(TreeFileSystem(sample.tree)).read("farm/north/animals/born") == "14\n")
    // It began again at its source.
    thing["born"] = 2
    #expect(try born.text() == "2\n")
    thing["born"] = 12
    #expect(try born.text() == "12\n")
  }

  @Test("A peak begins again at its source, a level not at all")
  func peakBegins() throws {
    var sample = try FarmTree()
    let thing = try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree))
    try explorer.open("farm/north/animals/most", O_WRONLY).write("0")
    #expect(thing["most"] == 0)
    for name in ["here", "mood", ".values", ".binary", ".schema"] {
      #expect(throws: FuseError.notPermitted, "\(name)") {
        try explorer.open("farm/north/animals/\(name)", O_WRONLY)
      }
    }
    #expect(thing["here"] == 3)
  }

  @Test(
    "Anything but 0 is invalid and changes nothing",
    arguments: ["", "1", "00", "0\n\n", "-0", "zero", "0 "])
  func anythingBut(text: String) throws {
    var sample = try FarmTree()
    try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree))
    let file = try explorer.open("farm/north/animals/born", O_RDWR)
    #expect(throws: FuseError.invalid) { try file.write(text) }
    #expect(try file.text() == "10\n")
  }
}

/// A backing of one record that never changes.
final class FixedWords: Backing {
  private let words: [UInt64]
  private let status: Status

  init(_ words: [UInt64], _ status: Status = .up) {
    self.words = words
    self.status = status
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    for placement in placements {
      guard status == .up else {
        snapshot.fail(placement, status)
        continue
      }
      snapshot.fill(placement) { record in
        for word in words.indices { record[word] = words[word] }
      }
      snapshot.finish(placement, Window(begin: 1, end: 2))
    }
  }
}
