import Glibc
import LinuxSystem
import TestSupport
import Testing

/// A real library with the interfaces of several versions, loaded like libxenctrl.
@Suite struct XenControlTests {
  private static let uuid = XenIdentity(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff)

  private func failure(_ body: () throws -> Void) -> XenControlError? {
    do {
      try body()
      return nil
    } catch {
      return error as? XenControlError
    }
  }

  @Test(
    "The size of a list element is measured, with one domain and with more",
    arguments: [
      (FakeXen.Version.xen413, 104), (.xen417, 112), (.later, 136),
      (FakeXen.Version(definitions: ["DOMAIN_BYTES=97"]), 104),
    ], [1, 2, 3])
  func strides(version: (FakeXen.Version, Int), count: Int) throws {
    // A structure never has an odd size: the measured stride does not fit two of them.
    let isOdd = version.0.definitions == ["DOMAIN_BYTES=97"]
    let xen = try FakeXen(
      version.0, domains: (0..<count).map { FakeXen.DomainState(UInt32($0) * 3) })
    if isOdd, count > 1 {
      guard case .unknownLayout = failure({ _ = try xen.control() }) else {
        Issue.record("a list of elements of 97 bytes is readable")
        return
      }
    } else {
      #expect(try xen.control().domainStride == version.1)
    }
  }

  @Test("Every field of a domain is read at its offset")
  func fields() throws {
    var domain = FakeXen.DomainState(0x7fef, vcpus: 3)
    domain.flags = 1 << 2 | 3 << 16
    (domain.pages, domain.maximumPages, domain.sharedPages, domain.pagedPages) = (11, 12, 13, 14)
    domain.run = 1 << 40
    domain.online = 2
    domain.identity = Self.uuid
    let xen = try FakeXen(domains: [FakeXen.DomainState(0), domain])
    let control = try xen.control()
    var list = control.makeList(capacity: 8)
    #expect(control.list(from: 1, into: &list) == 1)
    #expect(
      list[0]
        == XenDomainInfo(
          domain: 0x7fef, flags: [.shutdown, .init(rawValue: 3 << 16)], pageCount: 11,
          maximumPageCount: 12, sharedPageCount: 13, pagedPageCount: 14, runNanoseconds: 1 << 40,
          onlineCount: 2, vcpuCount: 3, identity: Self.uuid))
    #expect(list[0].flags.shutdownReason == 3)
    #expect(list[0].identity.text == "00112233-4455-6677-8899-aabbccddeeff")
    #expect(list.last == 0x7fef)
    #expect(control.list(from: 0x7ff0, into: &list) == 0)
    #expect(list.last == nil)
  }

  @Test("A domain without vCPUs has none")
  func noVCPUs() throws {
    let xen = try FakeXen(domains: [FakeXen.DomainState(0, vcpus: 0)])
    let control = try xen.control()
    var list = control.makeList(capacity: 1)
    #expect(control.list(from: 0, into: &list) == 1)
    #expect(list[0].vcpuCount == 0 && list[0].identity.text == nil)
  }

  @Test("A missing function is an absence or an error that names it")
  func missingFunctions() throws {
    let complete = try FakeXen().control()
    #expect(complete.version.map { [$0.major, $0.minor] } == [4, 17])
    #expect(
      complete.hasVCPUs && complete.hasHost && complete.hasIdleTimes && complete.runstateForm == nil
    )

    let xen = try FakeXen(
      .xen417.without("VERSION").without("VCPU").without("HOST").without("CPUS"))
    let control = try xen.control()
    #expect(control.version == nil)
    #expect(!control.hasVCPUs && !control.hasHost && !control.hasIdleTimes)
    var (vcpu, host) = (XenVCPUInfo(), XenHostInfo())
    var idle: [UInt64] = [0]
    #expect(control.read(0, ofDomain: 0, into: &vcpu) == -Int(ENOSYS))
    #expect(control.read(into: &host) == -Int(ENOSYS))
    #expect(control.readIdleTimes(into: &idle) == -Int(ENOSYS))

    let noList = try FakeXen(.xen417.without("LIST"))
    #expect(
      failure { _ = try noList.control() }
        == .missingFunction(library: noList.library, "xc_domain_getinfolist"))
  }

  @Test("A missing library, missing rights and the library of another version are errors")
  func refusals() throws {
    #expect(failure { _ = try XenControl("/nonexistent/libxenctrl.so") }?.code == ENOENT)
    let xen = try FakeXen()
    xen.set(.openError, UInt64(EACCES))
    let closed = failure { _ = try xen.control() }
    #expect(closed?.code == EACCES)
    #expect(closed.map { "\($0)".contains("xc_interface_open") } == true)
    xen.set(.openError, 0)
    xen.set(.listError, UInt64(EACCES))
    let other = failure { _ = try xen.control() }
    #expect(other.map { "\($0)".contains("does not match the version of the hypervisor") } == true)
  }

  @Test("The first library that works is used; otherwise the first existing one gives the error")
  func choice() throws {
    let (old, new) = (try FakeXen(.xen413), try FakeXen())
    old.set(.listError, UInt64(EACCES))
    let names = ["/nonexistent/libxenctrl.so.4.99", old.library, new.library]
    #expect(try XenControl.open(names).library == new.library)
    new.set(.openError, UInt64(EPERM))
    #expect(failure { _ = try XenControl.open(names) }?.code == EACCES)
    #expect(failure { _ = try XenControl.open([names[0]]) } == .noLibrary(names[0]))
    #expect(XenControl.standardLibraries.first == "libxenctrl.so.4.40")
    #expect(XenControl.standardLibraries.last == "libxenctrl.so")
  }

  @Test("The memory of the host has another offset before Xen 4.17, and none in an unknown version")
  func hostMemory() throws {
    for (version, isKnown) in [
      (FakeXen.Version.xen417, true), (.xen413, true),
      (FakeXen.Version(definitions: ["HOST_BYTES=120"]), false),
    ] {
      let control = try FakeXen(version).control()
      var host = XenHostInfo()
      #expect(control.read(into: &host) == 0)
      #expect(host.cpuCount == 4 && host.maximumCPU == 3 && host.nodeCount == 2)
      #expect(host.memory?.totalPageCount == (isKnown ? 262_144 : nil))
      #expect(host.memory?.freePageCount == (isKnown ? 65_536 : nil))
      #expect(host.memory?.scrubPageCount == (isKnown ? 16 : nil))
    }
  }

  @Test(
    "Run states of domains have two forms; an unknown form is unsupported",
    arguments: [
      (["WITH_RUNSTATE"], XenControl.RunstateForm.plain), (["WITH_RUNSTATE_EXT=98"], .extended),
      (["WITH_RUNSTATE_EXT=1099", "WITH_RUNSTATE"], .extended),
      (["WITH_RUNSTATE_EXT=7", "WITH_RUNSTATE"], .plain), (["WITH_RUNSTATE_EXT=7"], nil), ([], nil),
    ] as [([String], XenControl.RunstateForm?)])
  func runstates(definitions: [String], form: XenControl.RunstateForm?) throws {
    let xen = try FakeXen(FakeXen.Version(definitions: definitions))
    let control = try xen.control()
    #expect(control.runstateForm == form)
    var info = XenRunstateInfo()
    guard form != nil else {
      #expect(control.read(ofDomain: 0, into: &info) == -Int(ENOSYS))
      return
    }
    #expect(control.read(ofDomain: 0, into: &info) == 0)
    #expect(info.state == 3 && info.missedChanges == 7)
    #expect((0..<6).map { info.times[$0] } == [10, 20, 30, 40, 50, 60])
    #expect(info.runnableNanoseconds == (form == .extended ? 70 : nil))
    #expect(control.read(ofDomain: 9, into: &info) == -Int(ESRCH))
  }

  @Test("A failed call returns its errno value")
  func errors() throws {
    let xen = try FakeXen()
    let control = try xen.control()
    var list = control.makeList(capacity: 4)
    xen.set(.listError, UInt64(EAGAIN))
    #expect(control.list(from: 0, into: &list) == -Int(EAGAIN))
    #expect(list.count == 0)
    xen.set(.hostError, UInt64(EPERM))
    var host = XenHostInfo()
    #expect(control.read(into: &host) == -Int(EPERM))
    var vcpu = XenVCPUInfo()
    #expect(control.read(0, ofDomain: 99, into: &vcpu) == -Int(ESRCH))
    #expect(control.read(1, ofDomain: 0, into: &vcpu) == 0)
    #expect(vcpu.runNanoseconds == 1_000_001_000)
    #expect(vcpu.isOnline && !vcpu.isRunning && !vcpu.isBlocked && vcpu.cpu == 1)
  }
}
