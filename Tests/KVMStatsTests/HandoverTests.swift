import Glibc
import HostStats
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

// The tests count this process's descriptors.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct HandoverTests {
  private let system: FakeSystem
  private let tree = Tree()
  /// This process is the VMM, so the input must not take it for itself.
  private let input: KVMInput

  init() throws {
    system = try FakeSystem()
    try system.addProcess(getpid(), command: "vmm", arguments: ["vmm", "-name", "from-argument"])
    var options = KVMInput.Options()
    options.rungs = [.handover]
    options.rescanSeconds = 0
    input = try KVMInput(tree, roots: system.roots, options: options, ownProcess: -1)
  }

  private func path(_ name: String) -> String { "\(system.roots.handover)/\(name).sock" }

  private var base: Source { tree.source("kvm") }

  /// A file of statistics whose descriptors can be told from those of other tests.
  private func memory(
    id: String = "kvm-5/vcpu-0", words: [UInt64] = [10, 20, 1, 2, 3, 4, 1], isSealed: Bool = true
  ) throws -> Descriptor {
    var file = StatsFile(id: id, words: words)
    file.name = "handed-over"
    return try file.descriptor(isSealed: isSealed)
  }

  /// Asks a peer once, and stops it.
  private func ask(
    _ messages: [(text: String, descriptors: [CInt])], name: String = "a"
  ) throws {
    let peer = try HandoverPeer(at: path(name), .sends(messages))
    _ = input.refresh()
    peer.stop()
  }

  /// Descriptors of this process that lead to statistics in memory.
  private func statistics() throws -> Int {
    try openDescriptors().values.filter { $0.contains("memfd:handed-over") }.count
  }

  private static let greeting = "vitals-kvm=1\nname=web\nuuid=1-2\nfuture=x\n"

  @Test("What a VMM hands over is a machine with its numbers, shown as what they are")
  func accepted() throws {
    let vcpu = try memory(id: "kvm-5/vcpu-3")
    let machine = try memory(id: "kvm-5", words: [77, 20, 1, 2, 3, 4, 0])
    try ask([(Self.greeting, [vcpu.rawValue, machine.rawValue])])
    let source = try #require(base.child("web"))
    #expect(source.labels["uuid"] == "1-2")
    #expect(source.labels["pid"] == "\(getpid())")
    #expect(source.remarks == [])
    #expect(source.children.map(\.name) == ["vcpu3"])
    #expect(source.groups.first { $0.name == "kvm" }?.provenance == .simulated)
    let sampler = Sampler(tree)
    sampler.pass()
    let groups = sampler.plan.entries.filter { $0.group.name == "kvm" }
    #expect(groups.map(\.source.path) == ["kvm/web", "kvm/web/vcpu3"])
    let values = try groups.map { entry in
      sampler.value(try #require(entry.group.schema["exits"]), of: entry)
    }
    #expect(values == [77, 10])
    #expect(base.remarks.filter { $0.hasPrefix("handover") } == [])
  }

  @Test("A known socket is not asked again, and its descriptors are closed with the process")
  func once() throws {
    let file = try memory()
    let before = try statistics()
    let peer = try HandoverPeer(at: path("a"), .sends([(Self.greeting, [file.rawValue])]))
    #expect(input.refresh().count == 1)
    #expect(try statistics() == before + 1)
    for _ in 0..<3 { #expect(input.refresh() == []) }
    #expect(peer.clientCount == 1)
    peer.stop()
    input.forget(getpid())
    #expect(try statistics() == before)
    #expect(input.refresh() == [.gone(path: "kvm/web", pid: getpid())])
  }

  @Test(
    "A message that is no offer is refused, and what came with it is closed",
    arguments: ["name=web\n", "hello", "vitals-kvm=2\nname=web\n", "\n", "vitals-kvm\n"])
  func wrongFirstLine(text: String) throws {
    let file = try memory()
    let before = try statistics()
    for number in 0..<10 { try ask([(text, [file.rawValue])], name: "\(number)") }
    #expect(base.children.isEmpty)
    #expect(base.remarks.contains { $0.contains("does not begin with vitals-kvm=1") })
    #expect(try statistics() == before)
  }

  @Test("What could make a reader wait is refused with a remark, the rest is taken")
  func refusedDescriptors() throws {
    let good = try memory(id: "kvm-5/vcpu-0")
    let open = try memory(id: "kvm-5/vcpu-1", isSealed: false)
    let pipe = try Pipe()
    try system.write("text", to: "file")
    let regular = try Descriptor.open("\(system.root)/file")
    let noStatistics = try MemoryFile(name: "handed-over", contents: [1, 2, 3])
    try noStatistics.sealSize()
    let numbers = [
      pipe.reader.rawValue, open.rawValue, regular.rawValue, good.rawValue,
      noStatistics.descriptor.rawValue,
    ]
    let before = try statistics()
    let pipes = try openDescriptors().values.filter { $0.hasPrefix("pipe:") }.count
    try ask([(Self.greeting, numbers)])
    let source = try #require(base.child("web"))
    #expect(source.children.map(\.name) == ["vcpu0"])
    #expect(source.remarks.count == 4)
    for word in ["pipe:", "memfd:handed-over", "/file", "ENODATA"] {
      #expect(source.remarks.contains { $0.hasPrefix("handover: ") && $0.contains(word) })
    }
    #expect(try statistics() == before + 1)
    #expect(try openDescriptors().values.filter { $0.hasPrefix("pipe:") }.count <= pipes)
    #expect(try !openDescriptors().values.filter { $0.hasSuffix("/file") }.isEmpty)
  }

  @Test("Remarks have an end, however much is refused")
  func manyRefusals() throws {
    var pipes: [CInt] = []
    defer { for number in pipes { close(number) } }
    for _ in 0..<60 {
      let pipe = try Pipe()
      pipes.append(pipe.closeWriter().release())
    }
    try ask([(Self.greeting, pipes)])
    let remarks = try #require(base.child("web")).remarks
    #expect(remarks.count == KVMInput.mostRemarks + 1)
    #expect(remarks.last == KVMInput.moreRemarks)
  }

  @Test("More than 250 vCPUs come in two messages")
  func twoMessages() throws {
    var numbers: [CInt] = []
    defer { for number in numbers { close(number) } }
    for index in 0..<300 {
      let words = [UInt64(index), 1, 1, 1, 1, 1, 1]
      numbers.append(try memory(id: "kvm-5/vcpu-\(index)", words: words).release())
    }
    let before = try statistics()
    try ask([(Self.greeting, Array(numbers[..<250])), (Self.greeting, Array(numbers[250...]))])
    let source = try #require(base.child("web"))
    #expect(source.children.count == 300)
    #expect(try statistics() == before + 300)
    let sampler = Sampler(tree)
    sampler.pass()
    for number in [0, 249, 250, 299] {
      let group = try #require(source.child("vcpu\(number)")?.groups.first)
      let entry = try #require(sampler.plan.entries.first { $0.group === group })
      let exits = try #require(group.schema["exits"])
      #expect(sampler.value(exits, of: entry) == UInt64(number))
    }
  }

  @Test("Five silent VMMs cost one deadline together, once, and hide nobody")
  func silence() throws {
    let file = try memory()
    let silent = try (0..<5).map { number in
      try HandoverPeer(at: path("a\(number)"), number < 3 ? .silent : .deaf)
    }
    let good = try HandoverPeer(at: path("z"), .sends([(Self.greeting, [file.rawValue])]))
    let begin = monotonicNanoseconds()
    #expect(input.refresh().count == 1)
    let first = monotonicNanoseconds()
    #expect(first - begin < 180_000_000)
    #expect(base.child("web")?.child("vcpu0")?.groups.count == 1)
    #expect(base.remarks.filter { $0.contains("sent nothing in time") }.count == 5)
    for _ in 0..<5 { _ = input.refresh() }
    #expect(monotonicNanoseconds() - first < 100_000_000)
    #expect(base.remarks.filter { $0.contains("sent nothing in time") }.count == 5)
    for peer in silent + [good] { peer.stop() }
  }

  @Test("A socket that nobody listens on any more is no matter")
  func leftOver() throws {
    try ask([("vitals-kvm=1\n", [])], name: "old")
    #expect(base.children.map(\.name) == ["from-argument"])
    input.forget(getpid())
    _ = input.refresh()
    #expect(base.children.isEmpty)
    #expect(base.remarks.filter { $0.hasPrefix("handover") } == [])
  }

  @Test("Other names than *.sock, and what is no socket, do no harm")
  func otherFiles() throws {
    try system.write("x", to: "run/notes.txt")
    try system.write("x", to: "run/file.sock")
    try system.link("run/nowhere.sock", to: "/nonexistent")
    for _ in 0..<3 { _ = input.refresh() }
    #expect(base.children.isEmpty)
    #expect(base.remarks.filter { $0.contains("notes") }.isEmpty)
  }

  @Test(
    "A name that is no part of a path is made one",
    arguments: [
      ("name=a/b\n", "a%2fb"), ("name=\n", "\(getpid())"), ("name=..\n", "%2e%2e"),
      ("", "from-argument"), ("name=x=y\n", "x=y"),
    ])
  func names(line: String, name: String) throws {
    try ask([("vitals-kvm=1\n" + line, [])])
    #expect(base.children.map(\.name) == [name])
  }

  @Test("Asking and refusing again and again leaves no descriptor open")
  func noLeaks() throws {
    let good = try memory(id: "kvm-5/vcpu-0")
    let open = try memory(id: "kvm-5/vcpu-1", isSealed: false)
    let before = try statistics()
    for number in 0..<50 {
      try ask([(Self.greeting, [good.rawValue, open.rawValue, good.rawValue])], name: "\(number)")
      input.forget(getpid())
      _ = input.refresh()
    }
    #expect(try statistics() == before)
    #expect(input.descriptors.count == 0)
    #expect(base.children.isEmpty)
  }
}
