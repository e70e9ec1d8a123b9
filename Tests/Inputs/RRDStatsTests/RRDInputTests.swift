import CAllocations
import Glibc
import LinuxSystem
import RRDFormat
import RRDStats
import Statistics
import StatsInput
import StatsTree
import TestSupport
import Testing

@Suite struct RRDInputTests {
  @Test("A file becomes a source with one source per VM and storage repository below it")
  func sources() throws {
    let plugins = try Plugins()
    try plugins.publish(RRDFileImage.example.bytes, as: "xcp-net")
    #expect(plugins.pass() == [.appeared(path: "rrdd/xcp-net", .file)])
    #expect(plugins.words("xcp-net") == [42])
    #expect(plugins.words("xcp-net/vm-0a") == [500_000])
    #expect(plugins.words("xcp-net/sr-0b") == [UInt64(bitPattern: -7)])
    #expect(plugins.source("xcp-net/vm-0a")?.labels == ["uuid": "0a", "owner": "vm"])
    #expect(plugins.source("xcp-net/sr-0b")?.labels == ["uuid": "0b", "owner": "sr"])
    let host = try #require(plugins.entry("xcp-net"))
    #expect(plugins.sampler.status(of: host) == .up)
    #expect(host.group.provenance == .rrdd)
    let time = Plugins.start.monotonic
    #expect(plugins.sampler.window(of: host) == Window(begin: time, end: time))
    let runs = try #require(host.group.schema["runs"])
    #expect(runs.kind == .cumulative && !runs.isSigned && runs.meaning == "Runs.")
    #expect(plugins.pass() == [])
  }

  @Test("A rate refers to the time between two updates on the plugin's clock")
  func rates() throws {
    let plugins = try Plugins()
    var image = RRDFileImage.example
    try plugins.publish(image.bytes, as: "p")
    plugins.pass()
    image.values[0] = 92
    image.timestamp = 1_700_000_005.25.bitPattern
    try plugins.change(image.bytes, of: "p")
    // The file is read 0.7 s after the update.
    plugins.elapse(seconds: 5.7)
    plugins.pass()
    let entry = try #require(plugins.entry("p"))
    let rate = try #require(plugins.sampler.rate(entry.group.schema.statistics[0], of: entry))
    #expect(rate.perSecond == 10 && rate.interval.nominal == 5_000_000_000)
    // Without an update there is no rate, not even 0.
    plugins.elapse(seconds: 1)
    plugins.pass()
    #expect(plugins.sampler.rate(entry.group.schema.statistics[0], of: entry) == nil)
    #expect(plugins.status("p") == .up)
  }

  @Test("A timestamp in whole seconds gives a window of a second that ends at the current time")
  func seconds() throws {
    let plugins = try Plugins()
    var image = RRDFileImage.example
    image.timestamp = 1_700_000_000
    try plugins.publish(image.bytes, as: "p")
    plugins.pass()
    let entry = try #require(plugins.entry("p"))
    let now = Plugins.start.monotonic
    #expect(plugins.sampler.window(of: entry) == Window(begin: now - 250_000_000, end: now))
  }

  @Test("A file without updates for more than three periods is stale since its last update")
  func stale() throws {
    let plugins = try Plugins()
    var image = RRDFileImage.example
    try plugins.publish(image.bytes, as: "p")
    plugins.pass()
    plugins.elapse(seconds: 15)
    plugins.pass()
    #expect(plugins.status("p") == .up)
    plugins.elapse(seconds: 0.001)
    plugins.pass()
    #expect(plugins.status("p") == .stale(since: Plugins.start.monotonic))
    #expect(plugins.words("p") == [42])
    image.timestamp = 1_700_000_015.25.bitPattern
    try plugins.change(image.bytes, of: "p")
    plugins.pass()
    #expect(plugins.status("p") == .up)
  }

  @Test("A file older than the boot is stale, and a future timestamp is a diagnostic")
  func clocks() throws {
    let plugins = try Plugins()
    var image = RRDFileImage.example
    image.timestamp = 1_600_000_000.5.bitPattern
    try plugins.publish(image.bytes, as: "old")
    image.timestamp = 1_800_000_000.5.bitPattern
    try plugins.publish(image.bytes, as: "new")
    plugins.pass()
    plugins.pass()
    #expect(plugins.status("old") == .stale(since: 1))
    #expect(plugins.status("new") == .up)
    #expect(plugins.source("new")?.diagnosticTexts.contains { $0.contains("ahead") } == true)
    #expect(plugins.source("old")?.diagnosticTexts.contains { $0.contains("ahead") } == false)
  }

  // MARK: - Changes

  @Test("During an update the source keeps its last values, and the read is counted")
  func torn() throws {
    let plugins = try Plugins()
    var image = RRDFileImage.example
    try plugins.publish(image.bytes, as: "p")
    plugins.pass()
    image.values[0] = 43
    image.timestamp = 1_700_000_005.25.bitPattern
    var half = image.bytes
    half.replaceSubrange(..<23, with: RRDFileImage.example.bytes[..<23])
    try plugins.change(half, of: "p")
    plugins.elapse(seconds: 5)
    plugins.pass()
    #expect(plugins.status("p") == .stale(since: Plugins.start.monotonic))
    #expect(plugins.words("p") == [42])
    #expect(plugins.input.tornCount == 1)
    plugins.pass()
    #expect(
      plugins.source("p")?.diagnosticTexts.contains { $0.contains("update in progress") } == true)
    try plugins.change(image.bytes, of: "p")
    plugins.pass()
    #expect(plugins.status("p") == .up)
    #expect(plugins.words("p") == [43])
  }

  @Test("Metadata that contains values is parsed again, and the groups remain")
  func changingMetadata() throws {
    let plugins = try Plugins()
    var image = RRDFileImage.example
    try plugins.publish(image.bytes, as: "p")
    plugins.pass()
    let group = plugins.entry("p")?.group.id
    image.values[1] = 0.75.bitPattern
    image.timestamp = 1_700_000_005.25.bitPattern
    image.metadata.replace(#""value":"0.50""#, with: #""value":"0.75""#)
    try plugins.change(image.bytes, of: "p")
    plugins.elapse(seconds: 5)
    plugins.pass()
    #expect(plugins.status("p/vm-0a") == .up)
    #expect(plugins.words("p/vm-0a") == [750_000])
    #expect(plugins.entry("p")?.group.id == group)
    #expect(
      plugins.source("p")?.diagnosticTexts.contains { $0.contains("metadata contains values") }
        == true)
  }

  @Test("New data sources in place replace the groups, and never mix with the old ones")
  func otherMetadata() throws {
    let plugins = try Plugins()
    try plugins.publish(RRDFileImage.example.bytes, as: "p")
    plugins.pass()
    let image = RRDFileImage(
      values: [1, 2, 3, 4],
      metadata: #"{"datasources":{"a":{"value_type":"int64"},"b":{"value_type":"int64"},"#
        + #""c":{"value_type":"int64"},"d":{"value_type":"int64"}}}"#)
    try plugins.change(image.bytes, of: "p")
    plugins.sampler.pass()
    #expect(plugins.words("p") == [42])
    guard case .stale = plugins.status("p") else {
      Issue.record("\(String(describing: plugins.status("p")))")
      return
    }
    plugins.pass()
    #expect(plugins.words("p") == [1, 2, 3, 4])
    #expect(plugins.source("p/vm-0a") == nil)
  }

  @Test("Totals continue after a file is replaced, and its source disappears after its removal")
  func comesAndGoes() throws {
    let plugins = try Plugins()
    try plugins.publish(RRDFileImage.example.bytes, as: "p")
    try plugins.publish(RRDFileImage().bytes, as: "q")
    plugins.pass()
    var image = RRDFileImage.example
    image.values[0] = 50
    image.timestamp = 1_700_000_004.25.bitPattern
    plugins.elapse(seconds: 4)
    try plugins.publish(image.bytes, as: "p")
    #expect(plugins.pass() == [])
    #expect(plugins.words("p") == [50])
    // The totals continue in the new file.
    let entry = try #require(plugins.entry("p"))
    #expect(plugins.sampler.rate(entry.group.schema.statistics[0], of: entry)?.perSecond == 2)
    removeFile("\(plugins.path)/p")
    #expect(plugins.pass() == [.gone(path: "rrdd/p", .file, reason: "its file was removed")])
    #expect(plugins.source("p") == nil)
    removeFile("\(plugins.path)/q")
    #expect(plugins.pass() == [.gone(path: "rrdd/q", .file, reason: "its file was removed")])
    #expect(plugins.tree.root.child("rrdd") == nil)
  }

  @Test("A directory that is created later is scanned")
  func laterDirectory() throws {
    let outer = try Plugins()
    let inner = "\(outer.path)/metrics"
    let plugins = try Plugins(at: inner)
    #expect(plugins.pass() == [])
    _ = unsafe mkdir(inner, 0o700)
    try outer.publish(RRDFileImage.example.bytes, as: "p")
    try renameFile("\(outer.path)/p", to: "\(inner)/p")
    #expect(plugins.pass() == [.appeared(path: "rrdd/p", .file)])
    removeFile("\(inner)/p")
    removeEmptyDirectory(inner)
  }

  // MARK: - Invalid files

  @Test("An invalid file does not affect others, and is read as soon as it is valid")
  func bad() throws {
    let plugins = try Plugins()
    var damaged = RRDFileImage.example.bytes
    damaged[100] ^= 1
    try plugins.publish(damaged, as: "bad")
    try plugins.publish(RRDFileImage.example.bytes, as: "good")
    let v1 = Array("DATASOURCES\n0000001a\n00112233445566778899aabbccddeeff\n{}".utf8)
    try plugins.publish(v1 + [UInt8](repeating: 0, count: 300), as: "older")
    try plugins.publish([], as: "none")
    let events = plugins.pass()
    #expect(events.count == 4)
    #expect(plugins.words("good") == [42])
    for (name, words) in [
      ("bad", "checksum of the metadata does not match"), ("older", "protocol V1"),
      ("none", "DATASOURCES"),
    ] {
      #expect(plugins.source(name)?.status == .denied(code: EBADMSG))
      #expect(plugins.source(name)?.diagnosticTexts.first?.contains(words) == true)
    }
    // The events are not repeated.
    #expect(plugins.pass() == [])
    try plugins.change(RRDFileImage.example.bytes, of: "bad")
    try plugins.change(RRDFileImage.example.bytes, of: "older")
    #expect(
      Set(plugins.pass()) == [
        .appeared(path: "rrdd/bad", .file), .appeared(path: "rrdd/older", .file),
      ])
    #expect(plugins.words("bad") == [42] && plugins.words("older") == [42])
  }

  @Test("A truncated file keeps its last values, then becomes denied")
  func shorter() throws {
    let plugins = try Plugins()
    try plugins.publish(RRDFileImage.example.bytes, as: "p")
    plugins.pass()
    try Descriptor.openForWriting("\(plugins.path)/p").resize(to: 40)
    plugins.sampler.pass()
    #expect(plugins.words("p") == [42])
    plugins.pass()
    #expect(plugins.source("p")?.status == .denied(code: EBADMSG))
  }

  @Test("Files that another user may have created are denied without blocking")
  func untrusted() throws {
    let plugins = try Plugins()
    let bytes = RRDFileImage.example.bytes
    try plugins.publish(bytes, as: "writable", mode: 0o622)
    try plugins.publish(bytes, as: "two")
    let path = plugins.path
    #expect(unsafe link("\(path)/two", "\(path)/names") == 0)
    #expect(unsafe symlink("\(path)/two", "\(path)/link") == 0)
    #expect(unsafe mkfifo("\(path)/pipe", 0o600) == 0)
    #expect(unsafe mkdir("\(path)/directory", 0o700) == 0)
    defer { removeEmptyDirectory("\(path)/directory") }
    try plugins.publish(bytes, as: "good")
    plugins.pass()
    for (name, code) in [
      ("writable", EACCES), ("two", EACCES), ("names", EACCES), ("link", ELOOP),
      ("pipe", EACCES), ("directory", EACCES),
    ] {
      #expect(plugins.source(name)?.status == .denied(code: code), "\(name)")
    }
    #expect(plugins.words("good") == [42])
    // The file is read after its mode is corrected.
    try setMode(of: "\(path)/writable", to: 0o600)
    #expect(plugins.pass() == [.appeared(path: "rrdd/writable", .file)])
  }

  @Test("Files whose names are not those of plugins are ignored")
  func names() throws {
    let plugins = try Plugins()
    for name in ["tap-1-2", ".hidden", "a\u{1b}[2Jb", "a\u{202e}b", "a\u{e000}"] {
      try plugins.publish(RRDFileImage.example.bytes, as: name)
    }
    try Descriptor.createNew("\(plugins.path)/new.tmp", mode: 0o600).write([1])
    try plugins.publish(RRDFileImage.example.bytes, as: "µ plugin")
    #expect(plugins.pass() == [.appeared(path: "rrdd/µ plugin", .file)])
  }

  // MARK: - Races

  @Test("Samples of a file that is updated continuously never mix two updates")
  func race() throws {
    let plugins = try Plugins()
    let count = 400
    let sources = (0..<count).map { #""n\#($0)":{"value_type":"int64","type":"derive","min":"0"}"# }
    let image = RRDFileImage(
      values: Array(repeating: 1, count: count),
      metadata: #"{"datasources":{\#(sources.joined(separator: ","))}}"#)
    try plugins.publish(image.bytes, as: "p")
    plugins.pass()
    let updates = (2...40 as ClosedRange<UInt64>).map { value in
      var update = image
      update.values = Array(repeating: value, count: count)
      update.timestamp = (1_700_000_000 + Double(value)).bitPattern
      return update.bytes
    }
    let path = "\(plugins.path)/p"
    let isOver = Monitor(false)
    let writer = try SystemThread(name: "writer") {
      guard let file = try? Descriptor.openForWriting(path) else { return }
      // First the values in two halves, with the old checksum, then the new checksum.
      let (half, end) = (RRDLayout.valueOffset(count / 2), RRDLayout.valueOffset(count))
      while !isOver.read({ $0 }) {
        for bytes in updates {
          try? file.write(bytes[23..<half], at: 23)
          try? file.write(bytes[half..<end], at: half)
          try? file.write(bytes[..<23], at: 0)
        }
      }
    }
    defer {
      isOver.update { $0 = true }
      writer.join()
    }
    var seen: Set<UInt64> = []
    while seen.count < 20, plugins.sampler.passCount < 1_000_000 {
      plugins.sampler.pass()
      let words = Set(plugins.words("p"))
      try #require(words.count == 1 && words.first != .some(nil))
      if let word = words.first ?? nil { seen.insert(word) }
    }
    #expect(seen.count == 20, "\(plugins.input.tornCount) reads found an update in progress")
  }

  // MARK: - Costs

  @Test(
    "A pass over files allocates nothing",
    .enabled(if: allocations_are_counted(), "a sanitizer replaces malloc"))
  func allocations() throws {
    let plugins = try Plugins()
    for number in 0..<10 { try plugins.publish(RRDFileImage.example.bytes, as: "p\(number)") }
    for _ in 0..<3 { plugins.pass() }
    allocations_reset()
    for _ in 0..<10 { plugins.sampler.pass() }
    let count = allocations_count()
    #expect(count == 0)
    #expect(plugins.status("p9/vm-0a") == .up)
  }
}
