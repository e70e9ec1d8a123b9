import KVMGuests
import Testing

@Suite struct HoldConfigurationTests {
  @Test(
    "A command line is read as it was written",
    arguments: [
      Payload.portIO, .mmio, .haltTimer, .idle, .counted(exits: 7), .created,
    ])
  func arguments(payload: Payload) throws {
    var configuration = HoldConfiguration(
      name: "web 1", guest: GuestConfiguration(payload: payload, vcpus: 3, pace: .perSecond(50)))
    #expect(try HoldConfiguration(arguments: configuration.arguments) == configuration)
    configuration.guest.keepsStatsDescriptors = false
    configuration.guest.pace = .unlimited
    configuration.seconds = 2.5
    configuration.parent = 17
    #expect(try HoldConfiguration(arguments: configuration.arguments) == configuration)
  }

  @Test("Options have one or two hyphens")
  func hyphens() throws {
    let one = try HoldConfiguration(arguments: ["-name", "a", "-uuid", "b", "-vcpus", "2"])
    let two = try HoldConfiguration(arguments: ["--name", "a", "--uuid", "b", "--vcpus", "2"])
    #expect(one == two)
  }

  @Test(
    "Wrong words are refused",
    arguments: [
      ["--payload", "nothing"], ["--payload", "counted:-1"], ["--payload", "idle:1"],
      ["--vcpus", "0"], ["--vcpus"], ["--pace", "0"], ["--for", "nan"], ["--colour", "red"], ["x"],
    ])
  func wrong(arguments: [String]) {
    #expect(throws: HoldConfiguration.UsageError.self) {
      try HoldConfiguration(arguments: arguments)
    }
  }

  @Test("A UUID has its version and variant, and is another one each time")
  func uuid() {
    let uuid = Array(randomUUID())
    #expect(uuid.count == 36)
    #expect(uuid[14] == "4")
    #expect("89ab".contains(uuid[19]))
    #expect(randomUUID() != String(uuid))
  }
}
