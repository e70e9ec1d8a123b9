/// What a process that holds one guest is told on its command line.
public struct HoldConfiguration: Hashable, Sendable {
  /// The machine's name, as with QEMU's `-name`.
  public var name: String
  /// The machine's UUID in its text form, as with QEMU's `-uuid`.
  public var uuid: String
  public var guest: GuestConfiguration
  /// How long to hold it; nil holds until the process is killed.
  public var seconds: Double?
  /// The process whose end is also this one's; nil lives on its own.
  public var parent: CInt?
  /// The only CPU that its threads may run on; nil leaves that to the host.
  public var vcpu: Int?
  /// What its threads weigh against others: 0 as usual, 19 the least.
  public var niceness = 0

  public init(
    name: String, uuid: String = randomUUID(), guest: GuestConfiguration, seconds: Double? = nil,
    parent: CInt? = nil
  ) {
    self.name = name
    self.uuid = uuid
    self.guest = guest
    self.seconds = seconds
    self.parent = parent
  }

  /// A wrong word on the command line.
  public struct UsageError: Error, Hashable, CustomStringConvertible {
    public let description: String
  }

  /// Reads what `arguments` writes; an option may have one or two hyphens.
  public init(arguments: [String]) throws(UsageError) {
    self.init(name: "guest", guest: GuestConfiguration(payload: .portIO))
    var rest = arguments[...]
    while let word = rest.popFirst() {
      let option = word.hasPrefix("--") ? String(word.dropFirst()) : word
      if option == "-no-stats-descriptors" {
        guest.keepsStatsDescriptors = false
        continue
      }
      guard let value = rest.popFirst() else { throw UsageError(description: "\(word) what?") }
      guard set(option, to: value) else {
        throw UsageError(description: "not understood: \(word) \(value)")
      }
    }
  }

  private mutating func set(_ option: String, to value: String) -> Bool {
    switch option {
    case "-name": name = value
    case "-uuid": uuid = value
    case "-payload":
      guard let payload = Payload(value) else { return false }
      guest.payload = payload
    case "-vcpus":
      guard let count = Int(value), count >= 1 else { return false }
      guest.vcpus = count
    case "-pace":
      guard let pace = Pace(value) else { return false }
      guest.pace = pace
    case "-work":
      guard let work = UInt64(value), work <= 1_000_000_000 else { return false }
      guest.workNanoseconds = work
    case "-cpu":
      guard let vcpu = Int(value), vcpu >= 0 else { return false }
      self.vcpu = vcpu
    case "-nice":
      guard let niceness = Int(value), (0...19).contains(niceness) else { return false }
      self.niceness = niceness
    case "-for":
      guard let seconds = Double(value), (0...1e9).contains(seconds) else { return false }
      self.seconds = seconds
    case "-parent":
      guard let parent = CInt(value) else { return false }
      self.parent = parent
    default: return false
    }
    return true
  }

  /// The command line, which looks to discovery like one of QEMU: `-name NAME -uuid UUID …`.
  public var arguments: [String] {
    var words = ["-name", name, "-uuid", uuid]
    words += ["--payload", guest.payload.description, "--vcpus", "\(guest.vcpus)"]
    words += ["--pace", guest.pace.description]
    if !guest.keepsStatsDescriptors { words.append("--no-stats-descriptors") }
    if guest.workNanoseconds > 0 { words += ["--work", "\(guest.workNanoseconds)"] }
    if let vcpu { words += ["--cpu", "\(vcpu)"] }
    if niceness > 0 { words += ["--nice", "\(niceness)"] }
    if let seconds { words += ["--for", "\(seconds)"] }
    if let parent { words += ["--parent", "\(parent)"] }
    return words
  }
}

/// A new version 4 UUID, such as `0d5ca8a6-2f3c-4b0e-9d5e-0a3c0c0f5a11`.
public func randomUUID() -> String {
  var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
  bytes[6] = bytes[6] & 0x0F | 0x40
  bytes[8] = bytes[8] & 0x3F | 0x80
  let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
  return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
}
