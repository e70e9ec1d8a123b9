import StatsTerminal
import StatsTree
import TestSupport
import Testing

@Suite("Frames of vitals top")
struct TopFrameTests {
  private func expect(
    _ frame: Frame, _ name: String, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(
      Golden.text(name, for: frame.text) == frame.text, "see Golden/\(name)",
      sourceLocation: location)
  }

  @Test(
    "The VMs are shown at many sizes",
    arguments: [(80, 24), (132, 43), (60, 12), (40, 8), (200, 20), (20, 5)])
  func vms(columns: Int, rows: Int) throws {
    var example = try TopExample()
    example.pass(5)
    expect(example.frame(columns, rows), "vms-\(columns)x\(rows).txt")
  }

  @Test("The first sample has dashes instead of rates")
  func first() throws {
    var example = try TopExample()
    let frame = example.frame()
    expect(frame, "first.txt")
    #expect(!frame.text.contains("0.0%") && !frame.text.contains("0/s"))
  }

  @Test("A host without VMs has a text instead of rows")
  func empty() throws {
    var example = try TopExample(vms: [], withRefused: false)
    example.pass()
    expect(example.frame(), "empty.txt")
  }

  @Test("Stale and denied rows have a status and its time")
  func states() throws {
    var example = try TopExample()
    example.pass(3)
    example.failures = [0: .stale(since: 1), 1: .stale(since: 1), 4: .denied(code: 13)]
    example.pass(2)
    example.press("2")
    // Rows without values are last.
    _ = example.press([.end])
    expect(example.frame(), "states.txt")
  }

  @Test("A removed VM is shown in past samples only")
  func gone() throws {
    var example = try TopExample()
    example.pass(4)
    let vm = try #require(example.tree.source("kvm").child("web1"))
    example.tree.remove(vm)
    example.pass(2)
    #expect(!example.frame().text.contains("web1"))
    example.press("[[[")
    expect(example.frame(), "past.txt")
    example.press("=")
    #expect(!example.frame().text.contains("web1"))
  }

  @Test("Enter opens a VM, its vCPU and a histogram")
  func drill() throws {
    var example = try TopExample()
    example.pass(3)
    // Keys use the row order of the last frame.
    _ = example.frame()
    _ = example.press([.end, .up, .up])
    _ = example.frame()
    _ = example.press([.enter])
    expect(example.frame(), "vcpus.txt")
    _ = example.press([.enter])
    example.pass(4)
    expect(example.frame(), "statistics.txt")
    _ = example.press([.end])
    while example.frame().text.contains("halt_wait_hist (kvm)") == false {
      _ = example.press([.up])
    }
    _ = example.press([.enter])
    expect(example.frame(), "histogram.txt")
    example.press("t")
    expect(example.frame(80, 12), "histogram-total.txt")
    _ = example.press([.backspace, .backspace, .escape])
    #expect(example.frame().text.contains("[VMs]"))
  }

  @Test(
    "The host, control groups and programs have views",
    arguments: [("3", "host"), ("4", "groups"), ("5", "programs")])
  func views(key: String, name: String) throws {
    var example = try TopExample(vms: [], withRefused: false)
    try example.addOthers()
    example.pass(3)
    example.press(key)
    expect(example.frame(), "\(name).txt")
  }

  @Test("Help fits a terminal of 24 lines")
  func help() throws {
    var example = try TopExample()
    example.press("?")
    expect(example.frame(), "help.txt")
    example.press("x")
    #expect(example.frame().text.contains("[VMs]"))
  }

  @Test("Totals and values without units are shown")
  func totals() throws {
    var example = try TopExample()
    example.pass(3)
    example.press("tu")
    expect(example.frame(), "totals.txt")
    example.press("t")
    expect(example.frame(), "plain.txt")
  }

  @Test("Cells have the styles of their states")
  func styles() throws {
    var example = try TopExample()
    example.pass(3)
    let frame = example.frame()
    let letters = Array("pSdTsgwba")
    let text = (0..<frame.rows).map { row in
      String((0..<frame.columns).map { letters[Int(frame[row, $0].style.rawValue)] }) + "\n"
    }.joined()
    #expect(Golden.text("styles.txt", for: text) == text)
  }
}
