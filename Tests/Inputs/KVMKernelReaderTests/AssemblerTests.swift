import Testing

@testable import KVMKernelReader

@Suite struct AssemblerTests {
  /// The words of what the closure writes, as the bytes of little-endian systems.
  private func words(_ write: (inout Assembler) -> Void) -> [UInt64] {
    var text = Assembler()
    write(&text)
    return text.finish()
  }

  #if _endian(little)
  @Test(
    "Instructions have the words that the instruction set gives them",
    arguments: [
      (
        "r6 = r1", [0x0000_0000_0000_16bf],
        {
          @Sendable (text: inout Assembler) in text.move(.r6, .r1)
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

  @Test("Jumps reach their labels forwards and backwards, over instructions of two slots")
  func jumps() {
    let words = words { text in
      let (loop, end) = (text.label(), text.label())
      text.mark(loop)
      text.jump(to: end, if: .r7, .atLeast, 64)
      text.set(.r2, 1 << 40)
      text.jump(to: loop, if: .r1, .notEqual, .r2)
      text.jump(to: loop)
      text.mark(end)
      text.exit(0)
    }
    #expect(
      words == [
        0x0000_0040_0004_0735, 0x0000_0000_0000_0218, 0x0000_0100_0000_0000,
        0x0000_0000_fffc_215d, 0x0000_0000_fffb_0005, 0x0000_0000_0000_00b7,
        0x0000_0000_0000_0095,
      ])
  }
  #endif

  @Test("A jump to a place that was never given stops the process")
  func unmarked() async {
    await #expect(processExitsWith: .failure) {
      var text = Assembler()
      text.jump(to: text.label())
      _ = text.finish()
    }
  }
}
