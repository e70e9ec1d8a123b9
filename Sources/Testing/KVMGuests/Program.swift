import LinuxSystem

/// The machine code of a payload and the initial registers of the vCPUs that run it.
///
/// All addresses are below 64 KiB. All vCPUs of a VM run the same code.
struct Program {
  static let memorySize = 64 << 10
  /// The address of the registers of KVM's local APIC.
  private static let controllerBase: UInt64 = 0xFEE0_0000
  private static let codeAddress = 0x1000
  private static let handlerAddress = 0x1100
  private static let stacksAddress = 0x2000
  private static let timerVector = 0x20

  let payload: Payload
  /// The number of timer interrupts per second, for `haltTimer`.
  let haltsPerSecond: Int

  init(_ configuration: GuestConfiguration) {
    payload = configuration.payload
    haltsPerSecond = configuration.pace.limit(for: .haltTimer) ?? 100
  }

  /// Whether HLT must wait inside the kernel.
  ///
  /// If so, the kernel must emulate the interrupt controllers.
  var needsInterruptController: Bool {
    payload == .haltTimer || payload == .idle
  }

  /// Writes the code, the interrupt handler and the handler's vector to the guest's memory.
  func load(into memory: borrowing Mapping) {
    memory.store(bytes: code, at: Self.codeAddress)
    memory.store(bytes: handler, at: Self.handlerAddress)
    memory.store(UInt16(Self.handlerAddress), at: Self.timerVector * 4)
  }

  /// Returns the initial registers of vCPU `index`.
  ///
  /// Each vCPU has a stack of its own, with space for one interrupt.
  func start(of index: Int) -> KVMVCPU.Start {
    var start = KVMVCPU.Start(
      instruction: UInt64(Self.codeAddress), stack: UInt64(Self.stacksAddress + (index + 1) * 8))
    switch payload {
    // This address is above the guest's memory.
    case .mmio: start.dataBase = 0x2_0000
    case .haltTimer: start.extraBase = Self.controllerBase
    default: break
    }
    return start
  }

  private var code: [UInt8] {
    switch payload {
    case .portIO, .counted:
      [
        0xBA, 0xF8, 0x03,  //       mov dx, 0x3f8
        0xEE,  //             next: out dx, al
        0xEB, 0xFD,  //             jmp next
      ]
    case .mmio:
      [
        0xA2, 0x00, 0x00,  // next: mov [0], al
        0xEB, 0xFB,  //             jmp next
      ]
    case .haltTimer:
      // Set up the local APIC: enable it, divide its clock by 1, select one-shot mode with the
      // vector of the timer, and start the first shot.
      store(0x1FF, at: 0xF0) + store(0xB, at: 0x3E0)
        + store(UInt32(Self.timerVector), at: 0x320) + shot
        + [
          0xFB,  //             next: sti
          0xF4,  //                   hlt
          0xEB, 0xFC,  //             jmp next
        ]
    case .idle, .created:
      [
        0xFA,  //                   cli
        0xF4,  //             next: hlt
        0xEB, 0xFD,  //             jmp next
      ]
    }
  }

  /// The interrupt handler: starts the next shot and signals the end of the interrupt.
  ///
  /// The timer runs in one-shot mode, because KVM has no periodic timer for a vCPU without CPUID
  /// entries.
  private var handler: [UInt8] {
    shot + store(0, at: 0xB0) + [0xCF]  // iret
  }

  private var shot: [UInt8] {
    // The timer of KVM's APIC counts nanoseconds.
    store(UInt32(clamping: 1_000_000_000 / haltsPerSecond), at: 0x380)
  }

  // mov dword [es:register], value
  private func store(_ value: UInt32, at register: UInt16) -> [UInt8] {
    [0x26, 0x66, 0xC7, 0x06]
      + [UInt8(truncatingIfNeeded: register), UInt8(truncatingIfNeeded: register >> 8)]
      + (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
