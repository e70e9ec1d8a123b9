import Glibc
import LinuxSystem
import Statistics
import StatsInput
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

@Suite(.serialized, .timeLimit(.minutes(1)))
struct HandoverTests {
  private let stage: HandoverStage

  init() throws {
    stage = try HandoverStage()
  }

  @Test("A VMM that hands over descriptors is a VM; sealed memory files are shown as simulated")
  func accepted() throws {
    let vcpu = try stage.statisticsFile(id: "kvm-5/vcpu-3")
    let vm = try stage.statisticsFile(id: "kvm-5", words: [77, 20, 1, 2, 3, 4, 0])
    try stage.offer([(HandoverStage.greeting, [vcpu.rawValue, vm.rawValue])])
    let source = try #require(stage.base.child("web"))
    #expect(source.labels["uuid"] == "1-2")
    #expect(source.labels["pid"] == "\(getpid())")
    #expect(source.diagnosticTexts == [])
    #expect(source.children.map(\.name) == ["vcpu3"])
    #expect(source.groups.first { $0.name == "kvm" }?.provenance == .simulated)
    let sampler = Sampler(stage.tree)
    sampler.pass()
    let groups = sampler.plan.entries.filter { $0.group.name == "kvm" }
    #expect(groups.map(\.source.path) == ["kvm/web", "kvm/web/vcpu3"])
    let values = try groups.map { entry in
      sampler.value(try #require(entry.group.schema["exits"]), of: entry)
    }
    #expect(values == [77, 10])
    #expect(stage.base.diagnosticTexts.filter { $0.hasPrefix("handover") } == [])
  }

  @Test("A known socket is not connected again; its descriptors are closed when the process ends")
  func once() throws {
    let file = try stage.statisticsFile()
    let before = try stage.openFileCount()
    let peer = try HandoverPeer(
      at: stage.path("a"), .sends([(HandoverStage.greeting, [file.rawValue])]))
    #expect(stage.input.refresh().count == 1)
    #expect(try stage.openFileCount() == before + 1)
    for _ in 0..<3 { #expect(stage.input.refresh() == []) }
    #expect(peer.clientCount == 1)
    peer.stop()
    stage.input.forget(getpid())
    #expect(try stage.openFileCount() == before)
    #expect(
      stage.input.refresh() == [
        .gone(path: "kvm/web", .process(getpid()), reason: "process \(getpid()) ended")
      ])
  }

  @Test("The descriptors of 300 vCPUs arrive in two messages")
  func twoMessages() throws {
    var numbers: [CInt] = []
    defer { for number in numbers { close(number) } }
    for index in 0..<300 {
      let words = [UInt64(index), 1, 1, 1, 1, 1, 1]
      numbers.append(try stage.statisticsFile(id: "kvm-5/vcpu-\(index)", words: words).release())
    }
    let before = try stage.openFileCount()
    try stage.offer([
      (HandoverStage.greeting, Array(numbers[..<250])),
      (HandoverStage.greeting, Array(numbers[250...])),
    ])
    let source = try #require(stage.base.child("web"))
    #expect(source.children.count == 300)
    #expect(try stage.openFileCount() == before + 300)
    let sampler = Sampler(stage.tree)
    sampler.pass()
    for number in [0, 249, 250, 299] {
      let group = try #require(source.child("vcpu\(number)")?.groups.first)
      let entry = try #require(sampler.plan.entries.first { $0.group === group })
      let exits = try #require(group.schema["exits"])
      #expect(sampler.value(exits, of: entry) == UInt64(number))
    }
  }

  @Test("A socket without a listener is ignored")
  func leftOver() throws {
    try stage.offer([("vitals-kvm=1\n", [])], name: "old")
    #expect(stage.base.children.map(\.name) == ["from-argument"])
    stage.input.forget(getpid())
    _ = stage.input.refresh()
    #expect(stage.base.children.isEmpty)
    #expect(stage.base.diagnosticTexts.filter { $0.hasPrefix("handover") } == [])
  }

  @Test(
    "A name that is no valid path component is escaped",
    arguments: [
      ("name=a/b\n", "a%2fb"), ("name=\n", "\(getpid())"), ("name=..\n", "%2e%2e"),
      ("", "from-argument"), ("name=x=y\n", "x=y"),
    ])
  func names(line: String, name: String) throws {
    try stage.offer([("vitals-kvm=1\n" + line, [])])
    #expect(stage.base.children.map(\.name) == [name])
  }
}
