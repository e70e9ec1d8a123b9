import Glibc
import KVMGuests
import KVMStatsFormat
import LinuxSystem
import StatsChecks
import TestSupport
import Testing

@testable import KVMStats

@Suite struct LiveCheckTests {
  @Test(
    "The statistics files of 4 VMs with 4 vCPUs satisfy every rule",
    .enabled(if: GuestSupport.check() == .usable, "no usable /dev/kvm"))
  func realGuests() throws {
    let fleet = try GuestFleet(
      (0..<4).map {
        GuestProcessConfiguration(name: "c\($0)", guest: .init(payload: .haltTimer, vcpus: 4))
      },
      launcher: Guests.holder())
    defer { fleet.stop() }
    let system = try FakeSystem()
    for pid in fleet.pids { try system.link("proc/\(pid)", to: "/proc/\(pid)") }
    var findings: [Finding] = []
    var refused: [String] = []
    var count = 0
    LiveDescriptors(roots: system.roots).forEach { found in
      count += 1
      findings += found.check()
    } failed: { name, error in
      refused.append("\(name): \(error)")
    }
    #expect(refused == [])
    #expect(count == 4 * 5)
    #expect(findings.filter { $0.outcome != .pass } == [])
    #expect(findings.count == 20 * 20)
  }

  @Test(
    "The calibration VM satisfies the rules on descriptors",
    .enabled(if: GuestSupport.check() == .usable, "no usable /dev/kvm"))
  func ownVM() async {
    // I19 needs a process in which no other test opens descriptors.
    await #expect(processExitsWith: .success) {
      let findings = CalibrationVMCheck().run()
      let checks = Set(findings.map(\.check))
      guard checks.isSuperset(of: ["I1", "I19", "I20", "I21", "I22"]) else { exit(2) }
      guard findings.allSatisfy({ $0.outcome == .pass }) else { exit(3) }
    }
  }
}
