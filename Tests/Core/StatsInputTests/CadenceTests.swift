import StatsInput
import StatsTree
import Testing

@Suite("Deadlines of periodic samples")
struct CadenceTests {
  @Test("Deadlines keep their distance from the first, however late a sample is")
  func steady() {
    var cadence = Cadence(every: 100, count: nil, from: 1000)
    #expect(cadence.nextDeadline() == 1100)
    cadence.finish(at: 1130)
    #expect(cadence.nextDeadline() == 1200)
    cadence.finish(at: 1299)
    #expect(cadence.nextDeadline() == 1300)
  }

  @Test("A sample that takes several intervals skips the deadlines it missed")
  func slow() {
    var cadence = Cadence(every: 100, count: nil, from: 1000)
    #expect(cadence.nextDeadline() == 1100)
    cadence.finish(at: 1450)
    #expect(cadence.nextDeadline() == 1450)
    cadence.finish(at: 1460)
    #expect(cadence.nextDeadline() == 1550)
  }

  @Test("There are as many deadlines as samples were asked for")
  func limited() {
    var cadence = Cadence(every: 10, count: 2, from: 0)
    #expect(cadence.nextDeadline() == 10)
    cadence.finish(at: 11)
    #expect(cadence.nextDeadline() == 20)
    cadence.finish(at: 21)
    #expect(cadence.finishedCount == 2)
    #expect(cadence.nextDeadline() == nil)
  }

  @Test("An expedited sample starts the next interval; a new interval takes effect at once")
  func expedited() {
    var cadence = Cadence(every: 100, count: nil, from: 1000)
    #expect(cadence.nextDeadline() == 1100)
    cadence.expedite(at: 1040)
    cadence.finish(at: 1041)
    #expect(cadence.nextDeadline() == 1140)
    cadence.interval = 50
    cadence.finish(at: 1141)
    #expect(cadence.nextDeadline() == 1190)
  }

  @Test("An interval longer than the time since boot does not wrap around")
  func early() {
    var cadence = Cadence(every: 1_000, count: nil, from: 0)
    #expect(cadence.nextDeadline() == 1_000)
    cadence.finish(at: 10)
    #expect(cadence.nextDeadline() == 2_000)
  }
}

@Suite("Roots of inputs")
struct InputRootTests {
  private let root = InputRoot(
    "kvm", role: .vms, additionalPaths: ["cgroup"], memberRole: .vm, isDefault: true)

  @Test(
    "A pattern selects an input if it may match one of its roots or a source below",
    arguments: [
      ("kvm", true), ("kvm/web1/vcpu0", true), ("cgroup/a", true), ("k*", true), ("/vcpu/", true),
      ("xen", false), ("app/shop", false), ("kvmx", false),
    ])
  func selection(text: String, isSelected: Bool) throws {
    #expect(root.isSelected(by: try Pattern(text)) == isSelected)
  }

  @Test("The pattern of an input matches its roots and what is below them, and nothing else")
  func pattern() {
    for path in ["kvm", "kvm/web1", "cgroup/a/b"] { #expect(root.pattern.matches(path)) }
    for path in ["kvmx", "xen", "host/cgroup"] { #expect(!root.pattern.matches(path)) }
    #expect(root.path(of: "web1") == "kvm/web1")
  }
}
