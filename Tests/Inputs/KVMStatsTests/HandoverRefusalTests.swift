import Glibc
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

/// What is not taken, and what it costs.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct HandoverRefusalTests {
  private let stage: HandoverStage

  init() throws {
    stage = try HandoverStage()
  }

  @Test(
    "A message that is no offer is refused, and what came with it is closed",
    arguments: ["name=web\n", "hello", "vitals-kvm=2\nname=web\n", "\n", "vitals-kvm\n"])
  func wrongFirstLine(text: String) throws {
    let file = try stage.memory()
    let before = try stage.statistics()
    for number in 0..<10 { try stage.ask([(text, [file.rawValue])], name: "\(number)") }
    #expect(stage.base.children.isEmpty)
    #expect(stage.base.remarks.contains { $0.contains("does not begin with vitals-kvm=1") })
    #expect(try stage.statistics() == before)
  }

  /// The descriptors of this process that lead to the same file.
  private func copies(of name: String?) throws -> Int {
    try openDescriptors().values.filter { $0 == name }.count
  }

  @Test("What could make a reader wait is refused with a remark, the rest is taken")
  func refusedDescriptors() throws {
    let good = try stage.memory(id: "kvm-5/vcpu-0")
    let open = try stage.memory(id: "kvm-5/vcpu-1", isSealed: false)
    let pipe = try Pipe()
    try stage.system.write("text", to: "file")
    let regular = try Descriptor.open("\(stage.system.root)/file")
    let noStatistics = try MemoryFile(name: stage.fileName, contents: [1, 2, 3])
    try noStatistics.sealSize()
    let numbers = [
      pipe.reader.rawValue, open.rawValue, regular.rawValue, good.rawValue,
      noStatistics.descriptor.rawValue,
    ]
    let before = try stage.statistics()
    let others = try [pipe.reader.linkName, regular.linkName].map { try copies(of: $0) }
    try stage.ask([(HandoverStage.greeting, numbers)])
    let source = try #require(stage.base.child("web"))
    #expect(source.children.map(\.name) == ["vcpu0"])
    #expect(source.remarks.count == 4)
    for word in ["pipe:", "memfd:\(stage.fileName)", "/file", "ENODATA"] {
      #expect(source.remarks.contains { $0.hasPrefix("handover: ") && $0.contains(word) })
    }
    #expect(try stage.statistics() == before + 1)
    #expect(try [pipe.reader.linkName, regular.linkName].map { try copies(of: $0) } == others)
  }

  @Test("Remarks have an end, however much is refused")
  func manyRefusals() throws {
    var pipes: [CInt] = []
    defer { for number in pipes { close(number) } }
    for _ in 0..<60 {
      let pipe = try Pipe()
      pipes.append(pipe.closeWriter().release())
    }
    try stage.ask([(HandoverStage.greeting, pipes)])
    let remarks = try #require(stage.base.child("web")).remarks
    #expect(remarks.count == KVMInput.mostRemarks + 1)
    #expect(remarks.last == KVMInput.moreRemarks)
  }

  @Test("Five silent VMMs cost one deadline together, once, and hide nobody")
  func silence() throws {
    let file = try stage.memory()
    let silent = try (0..<5).map { number in
      try HandoverPeer(at: stage.path("a\(number)"), number < 3 ? .silent : .deaf)
    }
    let good = try HandoverPeer(
      at: stage.path("z"), .sends([(HandoverStage.greeting, [file.rawValue])]))
    let begin = monotonicNanoseconds()
    #expect(stage.input.refresh().count == 1)
    let first = monotonicNanoseconds()
    #expect(first - begin < 400_000_000)
    #expect(stage.base.child("web")?.child("vcpu0")?.groups.count == 1)
    #expect(stage.base.remarks.filter { $0.contains("sent nothing in time") }.count == 5)
    for _ in 0..<5 { _ = stage.input.refresh() }
    #expect(monotonicNanoseconds() - first < 400_000_000)
    #expect(stage.base.remarks.filter { $0.contains("sent nothing in time") }.count == 5)
    for peer in silent + [good] { peer.stop() }
  }

  @Test("Other names than *.sock, and what is no socket, do no harm")
  func otherFiles() throws {
    try stage.system.write("x", to: "run/notes.txt")
    try stage.system.write("x", to: "run/file.sock")
    try stage.system.link("run/nowhere.sock", to: "/nonexistent")
    for _ in 0..<3 { _ = stage.input.refresh() }
    #expect(stage.base.children.isEmpty)
    #expect(stage.base.remarks.filter { $0.contains("notes") }.isEmpty)
  }

  @Test("Asking and refusing again and again leaves no descriptor open")
  func noLeaks() throws {
    let good = try stage.memory(id: "kvm-5/vcpu-0")
    let open = try stage.memory(id: "kvm-5/vcpu-1", isSealed: false)
    let before = try stage.statistics()
    for number in 0..<50 {
      try stage.ask(
        [(HandoverStage.greeting, [good.rawValue, open.rawValue, good.rawValue])], name: "\(number)"
      )
      stage.input.forget(getpid())
      _ = stage.input.refresh()
    }
    #expect(try stage.statistics() == before)
    #expect(stage.input.descriptors.count == 0)
    #expect(stage.base.children.isEmpty)
  }
}
