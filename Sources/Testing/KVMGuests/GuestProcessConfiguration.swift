import LinuxSystem

/// The configuration of a process that runs one guest, and its form on the command line.
public struct GuestProcessConfiguration: Hashable, Sendable {
  /// The name of the VM, as with QEMU's `-name`.
  public var name: String
  /// The UUID of the VM in text form, as with QEMU's `-uuid`.
  public var uuid: String
  public var guest: GuestConfiguration
  /// How long to run the guest; `nil` runs it until the process is killed.
  public var seconds: Double?
  /// The id of the parent process.
  ///
  /// When the parent exits, the kernel kills the guest process. `nil` means that the guest process
  /// does not depend on a parent.
  public var parent: CInt?
  /// The host CPU to which the threads of the process are restricted; `nil` means no restriction.
  public var cpu: Int?
  /// The nice value of the threads of the process, from 0 (the default) to 19 (the lowest
  /// priority).
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

  /// An invalid argument on the command line.
  public struct UsageError: Error, Hashable, CustomStringConvertible {
    public let description: String
  }

  /// Parses arguments of the form that `arguments` returns.
  ///
  /// An option begins with one or two hyphens.
  public init(arguments: [String]) throws(UsageError) {
    self.init(name: "guest", guest: GuestConfiguration(payload: .portIO))
    var rest = arguments[...]
    while let word = rest.popFirst() {
      let option = word.hasPrefix("--") ? String(word.dropFirst()) : word
      if option == "-no-stats-descriptors" {
        guest.keepsStatsDescriptors = false
        continue
      }
      guard let value = rest.popFirst() else {
        throw UsageError(description: "missing value for '\(word)'")
      }
      guard set(option, to: value) else {
        throw UsageError(description: "invalid argument: '\(word) \(value)'")
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
      guard let cpu = Int(value), cpu >= 0 else { return false }
      self.cpu = cpu
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

  /// The arguments of the command line.
  ///
  /// The arguments include QEMU's options `-name NAME -uuid UUID`, so that Vitals finds the name
  /// and the UUID as for a VM of QEMU.
  public var arguments: [String] {
    var words = ["-name", name, "-uuid", uuid]
    words += ["--payload", guest.payload.description, "--vcpus", "\(guest.vcpus)"]
    words += ["--pace", guest.pace.description]
    if !guest.keepsStatsDescriptors { words.append("--no-stats-descriptors") }
    if guest.workNanoseconds > 0 { words += ["--work", "\(guest.workNanoseconds)"] }
    if let cpu { words += ["--cpu", "\(cpu)"] }
    if niceness > 0 { words += ["--nice", "\(niceness)"] }
    if let seconds { words += ["--for", "\(seconds)"] }
    if let parent { words += ["--parent", "\(parent)"] }
    return words
  }
}

/// Returns a random UUID of version 4 (RFC 9562), such as `0d5ca8a6-2f3c-4b0e-9d5e-0a3c0c0f5a11`.
public func randomUUID() -> String {
  let high = UInt64.random(in: 0 ... .max) & ~0xF000 | 0x4000
  let low = UInt64.random(in: 0 ... .max) & ~(3 << 62) | 2 << 62
  return uuidText(high: high, low: low)
}
