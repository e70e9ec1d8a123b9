import CVitals
import LinuxSystem
import Testing

@testable import XenTable

/// The inline functions of `vitals_xen_table.h` against the Swift implementation.
@Suite struct XenTableCTests {
  private func values(_ number: UInt64) -> vitals_xen_vcpu {
    vitals_xen_vcpu(
      sequence: 0, pad0: 0, time: (number, 2 * number, 3 * number, 4 * number),
      state_entry_time: 1_000 + 10 * number, sample_time: 1_000 + 10 * number, state: 0,
      valid: UInt32(VITALS_XEN_VALID_ALL), start_time: 1_000, generation: 1)
  }

  private func pointer(_ memory: borrowing Mapping, _ offset: Int) -> UnsafeMutableRawPointer? {
    unsafe UnsafeMutableRawPointer(bitPattern: UInt(memory.address) + UInt(offset))
  }

  @Test("Swift reads an entry that C writes")
  func cToSwift() throws {
    let layout = try XenTableLayout(size: 80, stride: 512, count: 64)
    let table = try MappedXenTable(byteCount: layout.byteCount)
    _ = try table.writer(layout)
    let memory = try table.map()
    let reader = try table.reader()
    for index in 0..<64 {
      let slot = Int(vitals_xen_slot(128, 512, UInt32(index)))
      let entry = unsafe try #require(pointer(memory, slot))
      var values = values(UInt64(index) + 1)
      unsafe vitals_xen_update(
        entry.assumingMemoryBound(to: vitals_xen_vcpu.self), &values)
      #expect(reader.read(index).entry == .example(UInt64(index) + 1))
      #expect(reader.sequence(of: index) == 2)
    }
  }

  @Test("C reads an entry that Swift writes")
  func swiftToC() throws {
    let layout = try XenTableLayout(size: 80, stride: 80, count: 3)
    let table = try MappedXenTable(byteCount: layout.byteCount)
    let writer = try table.writer(layout)
    let memory = try table.map()
    for index in 0..<3 {
      writer.update(index, with: .example(UInt64(index) + 5))
      var words = [UInt64](repeating: 0, count: 9)
      let slot = Int(vitals_xen_slot(128, 80, UInt32(index)))
      let entry = unsafe try #require(pointer(memory, slot))
      let found = unsafe vitals_xen_read(entry, &words, 9, 10)
      let number = UInt64(index) + 5
      #expect(found == 1)
      #expect(words.prefix(4) == [number, 2 * number, 3 * number, 4 * number])
      #expect(words[6] == UInt64(VITALS_XEN_VALID_ALL) << 32)
    }
  }

  @Test("C continues after a dead writer's update and stops reading one after the attempts")
  func deadWriter() throws {
    let table = try MappedXenTable(byteCount: 512)
    _ = try table.writer(try XenTableLayout(size: 80, count: 1))
    let memory = try table.map()
    memory.storeRelaxed(UInt32.max, at: 128)
    memory.storeRelaxed(UInt64(1), at: 136)
    let entry = unsafe try #require(pointer(memory, 128))
    var words = [UInt64](repeating: 0, count: 9)
    let found = unsafe vitals_xen_read(entry, &words, 9, 10)
    #expect(found == 0)
    var values = values(3)
    unsafe vitals_xen_update(entry.assumingMemoryBound(to: vitals_xen_vcpu.self), &values)
    let reader = try table.reader()
    #expect(reader.sequence(of: 0) == 2)
    #expect(reader.read(0).entry == .example(3))
  }

  @Test("Table sizes and slot offsets are computed with 64 bits")
  func largeSizes() {
    #expect(vitals_xen_table_size(128, 128, 2) == 384)
    #expect(vitals_xen_table_size(.max, .max, .max) != 0)
    #expect(vitals_xen_slot(128, .max, .max) == 128 + UInt64(UInt32.max) * UInt64(UInt32.max))
  }
}
