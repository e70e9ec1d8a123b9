import KVMGuests
import Testing

@Suite struct GuestProcessConfigurationTests {
  @Test(
    "Parsing the arguments of a configuration returns the configuration",
    arguments: [
      Payload.portIO, .mmio, .haltTimer, .idle, .counted(exits: 7), .created,
    ])
  func arguments(payload: Payload) throws {
    var configuration = GuestProcessConfiguration(
      name: "web 1", guest: GuestConfiguration(payload: payload, vcpus: 3, pace: .perSecond(50)))
    #expect(try GuestProcessConfiguration(arguments: configuration.arguments) == configuration)
    configuration.guest.keepsStatsDescriptors = false
    configuration.guest.pace = .unlimited
    configuration.seconds = 2.5
    configuration.parent = 17
    #expect(try GuestProcessConfiguration(arguments: configuration.arguments) == configuration)
  }

  @Test("Options have one or two hyphens")
  func hyphens() throws {
    let short = try GuestProcessConfiguration(arguments: [
      "-name", "a", "-uuid", "b", "-vcpus", "2",
    ])
    let long = try GuestProcessConfiguration(arguments: [
      "--name", "a", "--uuid", "b", "--vcpus", "2",
    ])
    #expect(short == long)
  }

  @Test(
    "Invalid arguments are rejected",
    arguments: [
      ["--payload", "nothing"], ["--payload", "counted:-1"], ["--payload", "idle:1"],
      ["--vcpus", "0"], ["--vcpus"], ["--pace", "0"], ["--for", "nan"], ["--colour", "red"], ["x"],
    ])
  func invalid(arguments: [String]) {
    #expect(throws: GuestProcessConfiguration.UsageError.self) {
      try GuestProcessConfiguration(arguments: arguments)
    }
  }

  @Test("Random UUIDs have version 4 and the RFC variant, and differ")
  func uuid() {
    let uuid = Array(randomUUID())
    #expect(uuid.count == 36)
    #expect(uuid[14] == "4")
    #expect("89ab".contains(uuid[19]))
    #expect(randomUUID() != String(uuid))
  }
}
