import LinuxSystem
import TestSupport
import Testing

@testable import ProcStats

@Suite struct ControlGroupTests {
  private let system: FakeSystem

  init() throws {
    system = try FakeSystem()
  }

  private func group(_ text: String, files: [String]) throws -> String? {
    try system.write(text, to: "proc/5/cgroup")
    for file in files { try system.write("usage_usec 1\n", to: "sys/fs/cgroup/\(file)") }
    let group = ControlGroup(ofProcess: 5, roots: system.roots)
    return group.map { $0.statFile.replacing("\(system.root)/sys/fs/cgroup/", with: "") }
  }

  @Test(
    "The group is found in all layouts of hierarchies",
    arguments: [
      ("0::/machine.slice/web.scope\n", "machine.slice/web.scope/cpu.stat"),
      ("3:memory:/x\n2:cpu,cpuacct:/vm/web\n1:name=systemd:/y\n", "cpu,cpuacct/vm/web/cpu.stat"),
      ("2:cpuacct,cpu:/vm\n", "cpu/vm/cpu.stat"), ("5:cpu:/a:b\n", "cpu/a:b/cpu.stat"),
      ("2:cpu:/vm\n0::/unit.scope\n", "unified/unit.scope/cpu.stat"),
      ("2:cpu:/vm\n0::/\n", "cpu/vm/cpu.stat"),
    ])
  func layouts(text: String, file: String) throws {
    #expect(try group(text, files: [file]) == file)
  }

  @Test("On a hybrid host the version that has the file is used")
  func hybrid() throws {
    #expect(try group("2:cpu:/vm\n0::/vm\n", files: ["cpu/vm/cpu.stat"]) == "cpu/vm/cpu.stat")
  }

  @Test(
    "A process without a group of its own has no control group",
    arguments: ["0::/\n", "2:cpu:/\n0::/\n", "", "nonsense\n", "0::/not/there\n", "3:memory:/vm\n"])
  func none(text: String) throws {
    #expect(try group(text, files: ["cpu.stat", "cpu/cpu.stat", "memory/vm/cpu.stat"]) == nil)
  }

  @Test("A process that has ended has no control group")
  func gone() {
    #expect(ControlGroup(ofProcess: 6, roots: system.roots) == nil)
  }

  @Test("If libvirt split a VM, the group of all its threads is used")
  func libvirt() throws {
    let scope = "machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt"
    let files = ["\(scope)/cpu.stat", "\(scope)/emulator/cpu.stat", "\(scope)/vcpu0/cpu.stat"]
    #expect(try group("0::/\(scope)/emulator\n", files: files) == files[0])
  }
}
