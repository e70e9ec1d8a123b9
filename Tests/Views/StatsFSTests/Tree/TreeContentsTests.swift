import Glibc
import Statistics
import StatsKnowledge
import StatsTesting
import StatsTree
import Testing

@testable import FUSE
@testable import StatsFS

/// The contents of files, and reading them.
@Suite("File contents of a tree")
struct TreeContentsTests {
  @Test(
    "A statistic is read as text",
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
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    #expect(try explorer.read("farm/north/animals/\(name)") == text)
  }

  @Test("State counts have a line for each state, and cannot be cleared")
  func tallyLine() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.add("south")["mood"] = 0
    try sample.add("west")["mood"] = 9
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    let path = "farm/all.animals/mood"
    #expect(try explorer.read(path) == "calm 1\nvery wild 1\n(unknown) 1\n")
    #expect(try explorer.attributes(path).permissions == 0o444)
  }

  @Test("A histogram has a line for each nonempty bucket")
  func histogramLine() throws {
    let tree = Tree()
    let farm = try tree.add("farm")
    let schema = Schema(packing: [
      Statistic("wait_hist", .logHistogram, unit: .seconds, size: 4)
    ])
    let backing = InMemoryBacking()
    try tree.attach(
      "waits", schema: schema, backing: backing, token: backing.add(.words([2, 0, 7, 1])),
      provenance: .memory, to: farm)
    let explorer = Explorer(TreeFileSystem(tree, meanings: .builtIn))
    #expect(try explorer.read("farm/waits/wait_hist") == "0 2\n2 7\n4 1\n")
    let file = try explorer.open("farm/waits/wait_hist", O_WRONLY)
    try file.write("0\n")
    #expect(try explorer.read("farm/waits/wait_hist") == "")
  }

  @Test("A read that continues gets the same sample, any other read a new one")
  func readGoes() throws {
    var sample = try FarmTree()
    let thing = try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    let file = try explorer.open("farm/north/animals/born")
    thing["born"] = 1234
    #expect(try file.read(at: 0, 2) == Array("12".utf8))
    thing["born"] = 9999
    #expect(try file.read(at: 2, 2) == Array("34".utf8))
    #expect(try file.read(at: 4, 2) == Array("\n".utf8))
    #expect(try file.read(at: 5, 2) == [])
    #expect(try file.read(at: 0, 8) == Array("9999\n".utf8))
    thing["born"] = 5678
    // As readers of KVM's files do: the same range again.
    #expect(try file.read(at: 2, 2) == Array("78".utf8))
    thing["born"] = 5690
    #expect(try file.read(at: 2, 2) == Array("90".utf8))
  }

  @Test("A group in KVM's format can be decoded")
  func groupKVM() throws {
    var sample = try FarmTree()
    let thing = try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
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

  @Test("In KVM's format state counts are instant statistics, as a histogram never decreases")
  func kvmS() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    let bytes = try explorer.open("farm/all.animals/.binary").read()
    let header = try KVMHeader(parsing: bytes.span)
    let block = bytes.span.extracting(header.descriptorOffset..<header.dataOffset)
    let mood = try #require(Schema(kvmDescriptors: block, header: header)["mood"])
    #expect(mood.kind == .instant && mood.size == 3 && mood.bucketSize == 0)
    let start = header.dataOffset + mood.offset
    #expect((0..<3).map { bytes.span.uint64(at: start + 8 * $0) } == [0, 1, 0])
    #expect(try explorer.attributes("farm/all.animals/.binary").size == UInt64(bytes.count))
  }

  @Test("A denied group fails with the reason, and has no values")
  func deniedSays() throws {
    let tree = Tree()
    let farm = try tree.add("farm")
    let schema = Schema(packing: [Statistic("born", .cumulative)])
    let backing = InMemoryBacking()
    try tree.attach(
      "animals", schema: schema, backing: backing,
      token: backing.add(.fails(.denied(code: EACCES))), provenance: .memory, to: farm)
    let explorer = Explorer(TreeFileSystem(tree, meanings: .builtIn))
    #expect(throws: FuseError.accessDenied) { try explorer.read("farm/animals/born") }
    #expect(throws: FuseError.accessDenied) { try explorer.read("farm/animals/.binary") }
    #expect(try explorer.read("farm/animals/.values") == "animals born -\n")
    #expect(try explorer.read("farm/.status") == "up\nanimals denied memory\n")
    #expect(try explorer.attributes("farm/animals/born").size == 0)
  }

  // MARK: - Clearing

  @Test("Writing 0 clears a count for this mount only")
  func writing0() throws {
    var sample = try FarmTree()
    let thing = try sample.add("north")
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    let born = try explorer.open("farm/north/animals/born", O_RDWR)
    try born.write("0\n")
    #expect(try born.text() == "0\n")
    thing["born"] = 14
    #expect(try born.text() == "4\n")
    #expect(thing["born"] == 14)
    #expect(try explorer.read("farm/all.animals/born") == "14\n")
    #expect(try explorer.read("farm/north/animals/.values").hasPrefix("animals born 4\n"))
    #expect(
      try Explorer(TreeFileSystem(sample.tree, meanings: .builtIn)).read("farm/north/animals/born")
        == "14\n")
    // The source has reset the count.
    thing["born"] = 2
    #expect(try born.text() == "2\n")
    thing["born"] = 12
    #expect(try born.text() == "12\n")
  }

  @Test("A peak is cleared at its source; a level cannot be cleared")
  func peakBegins() throws {
    var sample = try FarmTree()
    let thing = try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
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
    "Any text but 0 is rejected and changes nothing",
    arguments: ["", "1", "00", "0\n\n", "-0", "zero", "0 "])
  func anythingBut(text: String) throws {
    var sample = try FarmTree()
    try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    let file = try explorer.open("farm/north/animals/born", O_RDWR)
    #expect(throws: FuseError.invalid) { try file.write(text) }
    #expect(try file.text() == "10\n")
  }
}
