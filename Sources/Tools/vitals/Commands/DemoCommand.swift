import ArgumentParser
import Glibc
import KVMGuests
import LinuxSystem

/// `vitals demo`: starts small VMs as examples for the other commands.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Start small virtual machines, so that the other commands have something to show.",
    discussion: """
      Each virtual machine is a process that runs a real KVM guest of a few instructions. Like a \
      modern VMM, the process keeps the statistics descriptors of its guest open. The first guest \
      uses an I/O port, the second writes to a device, the third halts until a timer wakes it, the \
      fourth is idle, and the fifth repeats the work of the first. If /dev/kvm is not usable, the \
      command offers simulated values of the same form.

      One more process publishes the table app/demo. The table has the requests of some workers, \
      network traffic with parts that always add up to the total, and statistics of locks. The \
      process updates the statistics of locks only while a reader has enabled them (--enable).

      With --starve, the command starts four different guests instead. One of these guests is slow. \
      'vitals doctor' in another terminal finds this guest and the reason.

      The command ends after --for or with Ctrl-C, and then no process keeps running.

      Example, in two terminals:
        vitals demo --vms 4 --vcpus 2 --for 1m
        vitals watch
        vitals watch app/demo --enable lock
      """)

  @Option(name: .long, help: "The number of virtual machines.")
  var vms = 4

  @Option(name: .long, help: "The number of vCPUs of each virtual machine.")
  var vcpus = 2

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("The duration, such as 30s (default: 1m).", valueName: "time"),
    transform: TimeSpan.init)
  var duration = TimeSpan(seconds: 60)

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      What all guests do: port-io, mmio, halt-timer, idle, created (the vCPUs never run) or \
      counted:N (each vCPU writes N times to an I/O port, then stops).
      """, valueName: "payload"),
    transform: PayloadChoice.init)
  var payload: PayloadChoice?

  @Flag(name: .long, help: "Keep no statistics descriptors open, as older VMMs do.")
  var keepNone = false

  @Flag(name: .long, help: "Offer simulated values even if /dev/kvm is usable.")
  var simulated = false

  @Flag(
    name: .long,
    help: "Start four guests, one of them slow for a reason that 'vitals doctor' finds.")
  var starve = false

  @Flag(
    name: .long,
    help: "With --starve: slow the guest down by a CPU quota. Needs a writable control group.")
  var quota = false

  @Option(
    name: .long,
    help: ArgumentHelp("The directory for the sockets of simulated VMs.", valueName: "dir"))
  var handover = "/run/vitals/kvm"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The directory for the table (default: /run/vitals/app and /dev/shm/vitals/app).",
      valueName: "dir"))
  var tables: String?

  /// The arguments of a child process that runs one guest or publishes the table.
  @Argument(help: .hidden)
  var held: [String] = []

  func validate() throws {
    guard (1...64).contains(vms) else {
      throw ValidationError("--vms \(vms) is out of range (1 to 64)")
    }
    guard (1...1024).contains(vcpus) else {
      throw ValidationError("--vcpus \(vcpus) is out of range (1 to 1024)")
    }
    if quota, !starve { throw ValidationError("--quota requires --starve") }
    if starve, payload != nil || keepNone {
      throw ValidationError("--starve excludes --payload and --keep-none")
    }
    if starve, simulated { throw ValidationError("--starve excludes --simulated") }
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
        status: .usage, text: "unexpected argument '\(held[0])' (see 'vitals demo --help')")
    }
    raiseDescriptorLimit()
    let support = GuestSupport.check()
    if starve {
      guard support == .usable else {
        throw CommandError(status: .notPermitted, text: "\(support) (--starve needs real guests)")
      }
      try StarvedDemo(byQuota: quota).run(for: duration.nanoseconds, duration.description)
      return
    }
    if support == .usable, !simulated {
      try runGuests()
    } else {
      if !simulated { Console.warn("\(support); offering simulated values instead") }
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
    // Ctrl-C ends this process, and the guests end with this process.
    sleepNanoseconds(duration.nanoseconds)
    publisher?.stop()
    fleet.stop()
  }

  /// Starts the process that publishes `app/demo`.
  ///
  /// - Returns: `nil` if the start fails. In this case a warning is printed, and the VMs run
  ///   without a publisher.
  private func startPublisher() -> DemoPublisher? {
    do {
      let publisher = try DemoPublisher(directory: tables)
      Console.print("app/demo: process \(publisher.pid), 4 sources in shared memory")
      return publisher
    } catch let error as CommandError {
      Console.warn(error.text)
    } catch {
      Console.warn("cannot publish app/demo: \(error)")
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

/// A payload selected by its name.
struct PayloadChoice {
  let payload: Payload

  init(_ text: String) throws {
    guard let payload = Payload(text) else {
      throw ValidationError(
        "unknown payload '\(text)'; expected one of port-io, mmio, halt-timer, idle, created, counted:N"
      )
    }
    self.payload = payload
  }
}
