import ArgumentParser
import Glibc
import KVMGuests
import LinuxSystem

/// `vitals demo`: virtual machines to look at.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Make tiny virtual machines, so that the other commands have something to show.",
    discussion: """
      Each is a process of its own with a real KVM guest of a few instructions, which keeps its \
      statistics descriptors open as a modern VMM does: one does port I/O, one stores to a device, \
      one halts and is woken by a timer, one idles, and so on again. Without a usable /dev/kvm it \
      says so and offers simulated numbers of the same form.

      A process more publishes a table, app/demo, as any program can: requests of some workers, \
      traffic whose parts always sum to its total, and locks that are counted while somebody asks.

      With --starve there are four guests of other names, one of which is slow. Which one, and why, \
      'vitals doctor' tells in another terminal.

      Ends by itself after --for, or with Ctrl-C; nothing is left running.

      Example, in two terminals:
        vitals demo --vms 4 --vcpus 2 --for 1m
        vitals watch
        vitals watch app/demo --enable lock
      """)

  @Option(name: .long, help: "How many virtual machines.")
  var vms = 4

  @Option(name: .long, help: "How many vCPUs each has.")
  var vcpus = 2

  @Option(
    name: .customLong("for"), help: ArgumentHelp("How long, such as 30s or 5m.", valueName: "time"),
    transform: TimeSpan.init)
  var duration = TimeSpan(seconds: 60)

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What all guests do: port-io, mmio, halt-timer, idle, created or counted:N.",
      valueName: "payload"),
    transform: PayloadChoice.init)
  var payload: PayloadChoice?

  @Flag(name: .long, help: "Keep no statistics descriptors, as older VMMs do.")
  var keepNone = false

  @Flag(name: .long, help: "Simulated numbers, also where /dev/kvm is usable.")
  var simulated = false

  @Flag(
    name: .long,
    help: "Real guests, one of which is slow for a reason that 'vitals doctor' finds.")
  var starve = false

  @Flag(name: .long, help: "With --starve: another reason; it needs a writable control group.")
  var quota = false

  @Option(
    name: .long,
    help: ArgumentHelp("The directory for the sockets of simulated VMs.", valueName: "dir"))
  var handover = "/run/vitals/kvm"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The directory for the table, in place of /run/vitals/app and /dev/shm/vitals/app.",
      valueName: "dir"))
  var tables: String?

  /// The words of a process that holds one guest or publishes; not for people.
  @Argument(help: .hidden)
  var held: [String] = []

  func validate() throws {
    guard (1...64).contains(vms) else {
      throw ValidationError("--vms is \(vms); it must be 1 to 64")
    }
    guard (1...1024).contains(vcpus) else {
      throw ValidationError("--vcpus is \(vcpus); it must be 1 to 1024")
    }
    if quota, !starve { throw ValidationError("--quota is for --starve") }
    if starve, payload != nil || keepNone {
      throw ValidationError("--starve has guests of its own: leave out --payload and --keep-none")
    }
    if starve, simulated { throw ValidationError("--starve is not for --simulated numbers") }
  }

  func run() throws {
    if held.first == "hold" {
      try runGuest(GuestProcessConfiguration(arguments: Array(held.dropFirst())))
      return
    }
    if held.first == DemoTable.word, let parent = held.dropFirst().first.flatMap({ CInt($0) }) {
      try DemoTable.publish(directory: held.count > 2 ? held[2] : nil, parent: parent)
      return
    }
    guard held.isEmpty else {
      throw CommandError(
        status: .usage, text: "'\(held[0])' is not understood; see 'vitals demo --help'")
    }
    raiseDescriptorLimit()
    let support = GuestSupport.check()
    if starve {
      guard support == .usable else {
        throw CommandError(status: .notPermitted, text: "\(support); --starve needs real guests")
      }
      try StarvedDemo(byQuota: quota).run(for: duration.nanoseconds, duration.description)
      return
    }
    if support == .usable, !simulated {
      try runGuests()
    } else {
      if !simulated { Console.warn("\(support); offering simulated numbers instead") }
      try runSimulation()
    }
  }

  private var names: [String] {
    let payloads = ["port-io", "mmio", "halt-timer", "idle"]
    return (0..<vms).map { index in
      let name = payload?.payload.description ?? payloads[index % payloads.count]
      return "demo-\(name)" + (vms > payloads.count || payload != nil ? "-\(index + 1)" : "")
    }
  }

  private func runGuests() throws {
    let payloads: [Payload] = [.portIO, .mmio, .haltTimer, .idle]
    let configurations = names.enumerated().map { index, name in
      GuestProcessConfiguration(
        name: name,
        guest: GuestConfiguration(
          payload: payload?.payload ?? payloads[index % payloads.count], vcpus: vcpus,
          keepsStatsDescriptors: !keepNone))
    }
    let fleet = try GuestFleet(
      configurations, launcher: .currentProgram(leadingArguments: ["demo", "--", "hold"]))
    let publisher = startPublisher()
    for (name, pid) in zip(names, fleet.pids) {
      Console.print("kvm/\(name): process \(pid), \(vcpus) vCPU\(vcpus == 1 ? "" : "s")")
    }
    Console.print("For \(duration), or until Ctrl-C. In another terminal: vitals watch")
    // Ctrl-C ends this process, and the guests end with it.
    sleepNanoseconds(duration.nanoseconds)
    publisher?.stop()
    fleet.stop()
  }

  /// Starts the process that publishes; without it there are still the machines.
  private func startPublisher() -> DemoPublisher? {
    do {
      let publisher = try DemoPublisher(directory: tables)
      Console.print("app/demo: process \(publisher.pid), 4 sources in shared memory")
      return publisher
    } catch let failure as CommandError {
      Console.warn(failure.text)
    } catch {
      Console.warn("no app/demo: \(error)")
    }
    return nil
  }

  private func runSimulation() throws {
    let simulation = try Simulation(names: names, vcpus: vcpus, directory: handover)
    let publisher = startPublisher()
    defer { publisher?.stop() }
    Console.print("\(vms) simulated VMs offered below \(handover)")
    Console.print("For \(duration), or until Ctrl-C. In another terminal: vitals watch")
    simulation.run(until: monotonicNanoseconds() + duration.nanoseconds)
  }
}

/// A payload by its name.
struct PayloadChoice {
  let payload: Payload

  init(_ text: String) throws {
    guard let payload = Payload(text) else {
      throw ValidationError("there are port-io, mmio, halt-timer, idle, created and counted:NUMBER")
    }
    self.payload = payload
  }
}
