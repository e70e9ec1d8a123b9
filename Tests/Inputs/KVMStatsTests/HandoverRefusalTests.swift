import Glibc
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

/// Offers and descriptors that are refused, and the delay that VMMs can cause.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct HandoverRefusalTests {
  private let stage: HandoverStage

  init() throws {
    stage = try HandoverStage()
  }

  @Test(
    "A message that is no offer is refused and its descriptors are closed",
    arguments: ["name=web\n", "hello", "vitals-kvm=2\nname=web\n", "\n", "vitals-kvm\n"])
  func wrongFirstLine(text: String) throws {
    let file = try stage.statisticsFile()
    let before = try stage.openFileCount()
    for number in 0..<10 { try stage.offer([(text, [file.rawValue])], name: "\(number)") }
    #expect(stage.base.children.isEmpty)
    #expect(stage.base.diagnosticTexts.contains { $0.contains("does not begin with vitals-kvm=1") })
    #expect(try stage.openFileCount() == before)
  }

  /// The number of descriptors of this process that refer to a file.
  private func copies(of name: String?) throws -> Int {
    try openDescriptors().values.filter { $0 == name }.count
  }

  @Test("Descriptors whose reads could block are refused with a diagnostic, the others accepted")
  func refusedDescriptors() throws {
    let good = try stage.statisticsFile(id: "kvm-5/vcpu-0")
    let open = try stage.statisticsFile(id: "kvm-5/vcpu-1", isSealed: false)
    let pipe = try Pipe()
    try stage.system.write("text", to: "file")
    let regular = try Descriptor.open("\(stage.system.root)/file")
    let noStatistics = try MemoryFile(name: stage.fileName, contents: [1, 2, 3])
    try noStatistics.sealSize()
    let numbers = [
      pipe.reader.rawValue, open.rawValue, regular.rawValue, good.rawValue,
      noStatistics.descriptor.rawValue,
    ]
    let before = try stage.openFileCount()
    let others = try [pipe.reader.linkName, regular.linkName].map { try copies(of: $0) }
    try stage.offer([(HandoverStage.greeting, numbers)])
    let source = try #require(stage.base.child("web"))
    #expect(source.children.map(\.name) == ["vcpu0"])
    #expect(source.diagnosticTexts.count == 4)
    for word in ["pipe:", "memfd:\(stage.fileName)", "/file", "ENODATA"] {
      #expect(source.diagnosticTexts.contains { $0.hasPrefix("handover: ") && $0.contains(word) })
    }
    #expect(try stage.openFileCount() == before + 1)
    #expect(try [pipe.reader.linkName, regular.linkName].map { try copies(of: $0) } == others)
  }

  @Test("The number of diagnostics is limited")
  func manyRefusals() throws {
    var pipes: [CInt] = []
    defer { for number in pipes { close(number) } }
    for _ in 0..<60 {
      let pipe = try Pipe()
      pipes.append(pipe.closeWriter().release())
    }
    try stage.offer([(HandoverStage.greeting, pipes)])
    let texts = try #require(stage.base.child("web")).diagnosticTexts
    #expect(texts.count == Source.maximumDiagnostics + 1)
    #expect(texts.last == "more diagnostics exist than are shown")
  }

  @Test("Five silent VMMs share one timeout once and hide no other VMM")
  func silence() throws {
    let file = try stage.statisticsFile()
    let silent = try (0..<5).map { number in
      try HandoverPeer(at: stage.path("a\(number)"), number < 3 ? .silent : .unresponsive)
    }
    let good = try HandoverPeer(
      at: stage.path("z"), .sends([(HandoverStage.greeting, [file.rawValue])]))
    let begin = monotonicNanoseconds()
    #expect(stage.input.refresh().count == 1)
    let first = monotonicNanoseconds()
    #expect(first - begin < 400_000_000)
    #expect(stage.base.child("web")?.child("vcpu0")?.groups.count == 1)
    #expect(stage.base.diagnosticTexts.filter { $0.contains("sent nothing in time") }.count == 5)
    for _ in 0..<5 { _ = stage.input.refresh() }
    #expect(monotonicNanoseconds() - first < 400_000_000)
    #expect(stage.base.diagnosticTexts.filter { $0.contains("sent nothing in time") }.count == 5)
    for peer in silent + [good] { peer.stop() }
  }

  @Test("Files with other names than *.sock and files that are no sockets are ignored")
  func otherFiles() throws {
    try stage.system.write("x", to: "run/notes.txt")
    try stage.system.write("x", to: "run/file.sock")
    try stage.system.link("run/nowhere.sock", to: "/nonexistent")
    for _ in 0..<3 { _ = stage.input.refresh() }
    #expect(stage.base.children.isEmpty)
    #expect(stage.base.diagnosticTexts.filter { $0.contains("notes") }.isEmpty)
  }

  @Test("Repeated offers and refusals leave no descriptor open")
  func noLeaks() throws {
    let good = try stage.statisticsFile(id: "kvm-5/vcpu-0")
    let open = try stage.statisticsFile(id: "kvm-5/vcpu-1", isSealed: false)
    let before = try stage.openFileCount()
    for number in 0..<50 {
      try stage.offer(
        [(HandoverStage.greeting, [good.rawValue, open.rawValue, good.rawValue])], name: "\(number)"
      )
      stage.input.forget(getpid())
      _ = stage.input.refresh()
    }
    #expect(try stage.openFileCount() == before)
    #expect(stage.input.descriptors.count == 0)
    #expect(stage.base.children.isEmpty)
  }
}
