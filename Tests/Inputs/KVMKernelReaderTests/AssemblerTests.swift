import Testing

@testable import KVMKernelReader

@Suite struct AssemblerTests {
  /// Returns the words of the program that the closure assembles.
  private func words(_ write: (inout Assembler) -> Void) -> [UInt64] {
    var code = Assembler()
    write(&code)
    return code.finish()
  }

  #if _endian(little)
  @Test(
    "Instructions are encoded as the instruction set defines",
    arguments: [
      (
        "r6 = r1", [0x0000_0000_0000_16bf],
        {
          @Sendable (code: inout Assembler) in code.move(.r6, .r1)
        }
      ),
      ("r1 = -1", [0xffff_ffff_0000_01b7], { $0.move(.r1, -1) }),
      ("r1 += -8", [0xffff_fff8_0000_0107], { $0.add(.r1, -8) }),
      ("r1 += 0", [], { $0.add(.r1, 0) }),
      ("r8 += r6", [0x0000_0000_0000_680f], { $0.add(.r8, .r6) }),
      ("r8 *= 1152", [0x0000_0480_0000_0827], { $0.multiply(.r8, by: 1152) }),
      ("r1 = *(u64 *)(r10 - 8)", [0x0000_0000_fff8_a179], { $0.load(.r1, .frame, -8) }),
      ("r2 = *(u32 *)(r1 + 16)", [0x0000_0000_0010_1261], { $0.load(.r2, .r1, 16, .word32) }),
      ("*(u64 *)(r8 + 8) = r1", [0x0000_0000_0008_187b], { $0.store(.r1, at: .r8, 8) }),
      (
        "*(u32 *)(r10 - 40) = r9", [0x0000_0000_ffd8_9a63],
        {
          $0.store(.r9, at: .frame, -40, .word32)
        }
      ),
      ("*(u64 *)(r8 + 0) = 1", [0x0000_0001_0000_087a], { $0.store(1, at: .r8, 0) }),
      (
        "r2 = 0x1122334455667788 ll", [0x5566_7788_0000_0218, 0x1122_3344_0000_0000],
        {
          $0.set(.r2, 0x1122_3344_5566_7788)
        }
      ),
      ("r6 = map value of 5", [0x0000_0005_0000_2618, 0], { $0.set(.r6, valueOfArray: 5) }),
      ("call 113", [0x0000_0071_0000_0085], { $0.call(.readKernel) }),
      ("exit", [0x0000_0000_0000_00b7, 0x0000_0000_0000_0095], { $0.exit(0) }),
    ] as [(String, [UInt64], @Sendable (inout Assembler) -> Void)])
  func encoding(name: String, words: [UInt64], write: @Sendable (inout Assembler) -> Void) {
    #expect(self.words(write) == words)
  }

  @Test("Jumps reach labels forwards and backwards, across instructions of two slots")
  func jumps() {
    let words = words { code in
      let (loop, end) = (code.label(), code.label())
      code.mark(loop)
      code.jump(to: end, if: .r7, .atLeast, 64)
      code.set(.r2, 1 << 40)
      code.jump(to: loop, if: .r1, .notEqual, .r2)
      code.jump(to: loop)
      code.mark(end)
      code.exit(0)
    }
    #expect(
      words == [
        0x0000_0040_0004_0735, 0x0000_0000_0000_0218, 0x0000_0100_0000_0000,
        0x0000_0000_fffc_215d, 0x0000_0000_fffb_0005, 0x0000_0000_0000_00b7,
        0x0000_0000_0000_0095,
      ])
  }
  #endif

  @Test("A jump to a label without a position stops the process")
  func unmarked() async {
    await #expect(processExitsWith: .failure) {
      var code = Assembler()
      code.jump(to: code.label())
      _ = code.finish()
    }
  }
}
