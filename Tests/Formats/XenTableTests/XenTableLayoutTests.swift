import CVitals
import Testing

@testable import XenTable

@Suite struct XenTableLayoutTests {
  static let counts = [1, 2, 32, 64, 128, 512]
  static let strides = [64, 128, 512, 1024, 4096]
  static let sizes = [16, 24, 40, 56, 64]

  @Test("Slots are one stride apart", arguments: counts, strides)
  func slots(count: Int, stride: Int) throws {
    for size in Self.sizes + [80] where size <= stride {
      let layout = try XenTableLayout(size: size, stride: stride, count: count)
      var end = layout.offset
      for index in 0..<count {
        #expect(layout.bytes(ofEntry: index) == end..<end + size)
        #expect(layout.tail(ofEntry: index) == end + size..<end + stride)
        end += stride
      }
      #expect(layout.byteCount == end)
      #expect(layout.slotCount(in: end) == count)
      #expect(layout.slotCount(in: end - 1) == count - 1)
      let inC = vitals_xen_table_size(UInt32(layout.offset), UInt32(stride), UInt32(count))
      #expect(inC == UInt64(end))
    }
  }

  @Test("C and Swift compute the same slot offsets", arguments: counts)
  func sameInC(count: Int) throws {
    let layout = try XenTableLayout(offset: 256, stride: 512, count: count)
    for index in 0..<count {
      #expect(vitals_xen_slot(256, 512, UInt32(index)) == UInt64(layout.offset(ofEntry: index)))
    }
  }

  @Test(
    "An invalid layout parameter is rejected by name",
    arguments: [
      (0, 16, 128, 1, XenTableError.Field.offset), (8, 16, 128, 1, .offset),
      (20, 16, 128, 1, .offset), (1 << 32, 16, 128, 1, .offset), (-8, 16, 128, 1, .offset),
      (128, 0, 128, 1, .size), (128, 15, 128, 1, .size), (128, 1 << 32, 1 << 33, 1, .size),
      (128, 16, 8, 1, .stride), (128, 16, 0, 1, .stride), (128, 24, 16, 1, .stride),
      (128, 16, 20, 1, .stride), (128, 16, 1 << 32, 1, .stride), (128, 16, 128, -1, .count),
      (128, 16, 128, .max, .count), (128, 16, 128, .max / 128, .count),
    ])
  func invalidParameters(
    offset: Int, size: Int, stride: Int, count: Int, field: XenTableError.Field
  ) throws {
    let found = error {
      _ = try XenTableLayout(offset: offset, size: size, stride: stride, count: count)
    }
    guard case .field(field, _, _) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
  }

  @Test("The layout of the RFC and the minimum layout are valid")
  func validLayouts() throws {
    let layout = try XenTableLayout(count: 2)
    #expect(layout.offset == 128 && layout.size == 16 && layout.stride == 128)
    #expect(layout.byteCount(for: 3) == 512)
    #expect(layout.byteCount(for: .max) == nil)
    let smallest = try XenTableLayout(offset: 16, size: 16, stride: 16, count: 3)
    #expect(smallest.byteCount == 64)
    let empty = try XenTableLayout(count: 0)
    #expect(empty.byteCount == 128 && empty.slotCount(in: 100) == 0)
  }

  @Test("Fields have the offsets of the C structures")
  func offsets() {
    let positions = XenEntryFields.Position.all
    let vcpu = [
      MemoryLayout<vitals_xen_vcpu>.offset(of: \.time), 16, 24, 32,
      MemoryLayout<vitals_xen_vcpu>.offset(of: \.state_entry_time),
      MemoryLayout<vitals_xen_vcpu>.offset(of: \.sample_time),
      MemoryLayout<vitals_xen_vcpu>.offset(of: \.state),
      MemoryLayout<vitals_xen_vcpu>.offset(of: \.start_time),
      MemoryLayout<vitals_xen_vcpu>.offset(of: \.generation),
    ]
    let domain = [
      MemoryLayout<vitals_xen_domain>.offset(of: \.time), 16, 24, 32,
      MemoryLayout<vitals_xen_domain>.offset(of: \.vcpus_running),
      MemoryLayout<vitals_xen_domain>.offset(of: \.sample_time),
      MemoryLayout<vitals_xen_domain>.offset(of: \.vcpus),
      MemoryLayout<vitals_xen_domain>.offset(of: \.start_time),
      MemoryLayout<vitals_xen_domain>.offset(of: \.generation),
    ]
    for index in 0..<XenEntryFields.count {
      #expect(positions[index].offset == vcpu[index])
      #expect(positions[index].offset == domain[index])
    }
    let valid = (0..<XenEntryFields.count).reduce(UInt32(0)) { $0 | positions[$1].validBit }
    #expect(valid == UInt32(VITALS_XEN_VALID_ALL))
    #expect(positions[6].validBit == UInt32(VITALS_XEN_VALID_STATE))
    #expect(MemoryLayout<vitals_xen_vcpu>.size == XenTableLayout.fullSize)
  }
}
