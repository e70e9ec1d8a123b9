// swift-tools-version: 6.3
import PackageDescription

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

// Only the core of swift-metrics, which does not import Foundation.
let coreMetrics: Target.Dependency = .product(
  name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Metrics"]))

/// A library target in `Sources/<layer>/<name>`.
func room(_ layer: String, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/\(layer)/\(name)")
}

/// A C target in `Sources/C/<name>`; `data` lists files that its code embeds.
func cRoom(_ name: String, data: [String] = []) -> Target {
  .target(name: name, path: "Sources/C/\(name)", exclude: data)
}

/// A test target in `Tests/<layer>/<name>`.
func tests(
  _ layer: String, _ name: String, _ dependencies: [Target.Dependency], excluding: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(layer)/\(name)", exclude: excluding)
}

/// A library that tests share, in `Tests/<folder>/<name>`.
func testLibrary(
  _ folder: String, _ name: String, _ dependencies: [Target.Dependency] = [],
  excluding: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Tests/\(folder)/\(name)", exclude: excluding)
}

/// A program that tests start, stop and kill, in `Tests/Fixtures/<name>`.
func fixture(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: "Tests/Fixtures/\(name)")
}

let package = Package(
  name: "vitals",
  products: [
    .executable(name: "vitals", targets: ["vitals"]),
    // The inputs and everything that their public declarations use.
    .library(
      name: "Vitals",
      targets: [
        "Statistics", "StatsChecks", "StatsInput", "StatsKnowledge", "StatsTree", "LinuxSystem",
        "SharedTable", "XenTable", "KVMStatsFormat", "KVMKernelReader", "QEMUMonitor", "ProcStats",
        "HostStats", "KVMStats", "XenStore", "XenStats", "TableInput", "RRDStats",
      ]),
    .library(
      name: "VitalsFormats",
      targets: ["StatsFormats", "StatsText", "StatsRules", "StatsKnowledge", "StatsTree"]),
    .library(
      name: "VitalsTesting",
      targets: ["StatsTesting", "KVMGuests", "StatsTree", "Statistics", "LinuxSystem"]),
    .library(name: "StatsMetrics", targets: ["StatsMetrics", "SharedTable", "Statistics"]),
    .library(name: "StatsFS", targets: ["StatsFS", "FUSE", "StatsTree"]),
    .library(name: "StatsTerminal", targets: ["StatsTerminal", "StatsKnowledge", "StatsTree"]),
  ],
  traits: [
    .trait(name: "Metrics", description: "A backend of swift-metrics: the StatsMetrics library."),
    .default(enabledTraits: ["Metrics"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
  ],
  targets: [
    // MARK: - C
    cRoom("CLinux"),
    // Headers only: the layouts that programs in other languages share with Vitals.
    cRoom("CVitals"),
    cRoom(
      "CVitalsData",
      data: [
        "doctor.rules", "kvm.meanings", "x86-vm.kvmstats", "x86-vcpu.kvmstats", "xen.meanings",
      ]),

    // MARK: - Core
    room("Core", "Statistics"),
    room("Core", "LinuxSystem", ["CLinux"]),
    room("Core", "StatsChecks"),
    room("Core", "SharedTable", ["CVitals", "LinuxSystem", "Statistics", "StatsChecks"]),
    room("Core", "StatsKnowledge", ["Statistics", "CVitalsData"]),
    room("Core", "StatsInput", ["StatsTree", "LinuxSystem", "Statistics"]),
    room("Core", "StatsTree", ["Statistics"]),

    // MARK: - Formats
    room("Formats", "StrictJSON"),
    room("Formats", "RRDFormat", ["StrictJSON"]),
    room("Formats", "KVMStatsFormat", ["LinuxSystem", "Statistics", "StatsChecks"]),
    room("Formats", "FUSE", ["CLinux", "LinuxSystem", "Statistics"]),
    room("Formats", "XenTable", ["CVitals", "LinuxSystem", "Statistics", "StatsChecks"]),

    // MARK: - Inputs
    room("Inputs", "ProcStats", ["StatsTree", "Statistics", "LinuxSystem"]),
    room(
      "Inputs", "HostStats", ["StatsTree", "Statistics", "LinuxSystem", "ProcStats", "StatsInput"]),
    room(
      "Inputs", "KVMKernelReader", ["KVMStatsFormat", "StatsTree", "Statistics", "LinuxSystem"]),
    room("Inputs", "QEMUMonitor", ["StatsTree", "Statistics", "StrictJSON", "LinuxSystem"]),
    room(
      "Inputs", "KVMStats",
      [
        "StatsChecks", "StatsTree", "Statistics", "LinuxSystem", "KVMKernelReader",
        "KVMStatsFormat", "ProcStats", "QEMUMonitor", "StatsInput",
      ]),
    room("Inputs", "XenStore", ["LinuxSystem"]),
    room(
      "Inputs", "XenStats",
      [
        "StatsChecks", "StatsTree", "Statistics", "XenStore", "XenTable", "LinuxSystem",
        "StatsInput",
      ]),
    room(
      "Inputs", "TableInput",
      ["SharedTable", "StatsTree", "Statistics", "LinuxSystem", "StatsInput"]),
    room(
      "Inputs", "RRDStats",
      ["RRDFormat", "StatsChecks", "StatsTree", "Statistics", "LinuxSystem", "StatsInput"]),

    // MARK: - Views
    room("Views", "StatsRules", ["StatsTree", "Statistics", "StatsKnowledge"]),
    room(
      "Views", "StatsFormats",
      ["StatsTree", "Statistics", "RRDFormat", "StatsKnowledge", "LinuxSystem"]),
    room(
      "Views", "StatsText",
      [
        "StatsFormats", "StatsKnowledge", "StatsTree", "Statistics", "StatsChecks", "StatsRules",
        "StatsInput", "LinuxSystem",
      ]),
    room(
      "Views", "StatsTerminal",
      ["StatsFormats", "StatsTree", "Statistics", "StatsText", "StatsKnowledge"]),
    room(
      "Views", "StatsFS",
      [
        "StatsFormats", "StatsChecks", "StatsTree", "Statistics", "LinuxSystem", "FUSE",
        "StatsKnowledge",
      ]),

    // MARK: - Publish
    room("Publish", "StatsMetrics", ["SharedTable", "Statistics", coreMetrics]),

    // MARK: - Testing: real guests, simulated sources, conformance suites
    room("Testing", "KVMGuests", ["LinuxSystem"]),
    room(
      "Testing", "StatsTesting",
      ["StatsTree", "Statistics", "LinuxSystem"]),

    // MARK: - Tools
    .executableTarget(
      name: "vitals",
      dependencies: [
        "HostStats", "KVMGuests", "KVMStats", "LinuxSystem", "RRDStats", "StatsFS", "StatsFormats",
        "StatsChecks", "StatsRules", "SharedTable", "StatsTerminal", "StatsTesting", "StatsTree",
        "Statistics", "TableInput", "XenStats", "XenStore", "XenTable", argumentParser, "FUSE",
        "KVMStatsFormat", "ProcStats", "StatsText", "StatsKnowledge", "StatsInput",
      ],
      path: "Sources/Tools/vitals"),

    // MARK: - What tests share
    testLibrary("Support", "CAllocations"),
    testLibrary("Support", "CCalls"),
    testLibrary(
      "Support", "TestSupport",
      [
        "HostStats", "RRDFormat", "StatsRules", "StatsTesting", "StatsTree", "Statistics",
        "XenStats", "LinuxSystem", "KVMStatsFormat", "ProcStats", "KVMKernelReader", "KVMGuests",
        "StatsKnowledge",
      ],
      excluding: ["Cases", "XenLibrary"]),
    testLibrary(
      "Fixtures", "SampleFileSystem", ["StatsFS", "StatsTree", "Statistics", "LinuxSystem", "FUSE"]),
    fixture(
      "fs-holder",
      ["SampleFileSystem", "StatsFS", "StatsTree", "LinuxSystem", "FUSE", "StatsKnowledge"]),
    fixture("guest-holder", ["KVMGuests", "LinuxSystem"]),
    fixture("table-holder", ["SharedTable", "LinuxSystem", "Statistics"]),

    // MARK: - Tests
    tests("Core", "StatisticsTests", ["Statistics", "TestSupport", "CAllocations"]),
    tests(
      "Core", "SharedTableTests",
      [
        "SharedTable", "CVitals", "LinuxSystem", "StatsChecks", "Statistics", "TestSupport",
        "CAllocations", "CCalls", "table-holder",
      ]),
    tests("Core", "StatsKnowledgeTests", ["StatsKnowledge"]),
    tests("Core", "StatsInputTests", ["StatsInput", "StatsTree"]),
    tests(
      "Core", "StatsTreeTests",
      ["StatsTree", "Statistics", "LinuxSystem", "TestSupport", "CAllocations"]),
    tests("Formats", "StrictJSONTests", ["StrictJSON"]),
    tests("Formats", "RRDFormatTests", ["RRDFormat", "TestSupport"]),
    tests(
      "Formats", "KVMStatsFormatTests",
      ["KVMStatsFormat", "StatsChecks", "Statistics", "LinuxSystem", "TestSupport"]),
    tests(
      "Formats", "FUSETests",
      ["FUSE", "SampleFileSystem", "CLinux", "Statistics", "LinuxSystem", "TestSupport"]),
    tests(
      "Formats", "XenTableTests",
      ["XenTable", "StatsChecks", "CVitals", "LinuxSystem", "Statistics", "CAllocations"]),
    tests(
      "Inputs", "ProcStatsTests",
      [
        "ProcStats", "StatsTesting", "StatsTree", "Statistics", "LinuxSystem", "TestSupport",
        "CAllocations",
      ]),
    tests(
      "Inputs", "KVMKernelReaderTests",
      [
        "KVMKernelReader", "Statistics", "LinuxSystem", "TestSupport", "KVMStatsFormat",
        "KVMGuests", "StatsTree", "StatsTesting", "ProcStats",
      ]),
    tests(
      "Inputs", "HostStatsTests",
      [
        "HostStats", "StatsTesting", "StatsTree", "Statistics", "LinuxSystem", "TestSupport",
        "CAllocations", "ProcStats",
      ]),
    tests(
      "Inputs", "KVMStatsTests",
      [
        "KVMStats", "KVMGuests", "StatsChecks", "StatsTesting", "StatsTree", "Statistics",
        "LinuxSystem", "TestSupport", "CAllocations", "guest-holder", "KVMKernelReader",
        "KVMStatsFormat", "ProcStats", "QEMUMonitor", "StatsInput",
      ]),
    tests(
      "Inputs", "QEMUMonitorTests",
      [
        "KVMStats", "StatsTree", "Statistics", "StrictJSON", "LinuxSystem", "QEMUMonitor",
        "KVMStatsFormat", "ProcStats",
      ]),
    tests("Inputs", "XenStoreTests", ["XenStore", "LinuxSystem", "TestSupport"]),
    tests(
      "Inputs", "XenStatsTests",
      [
        "XenStats", "StatsChecks", "XenTable", "StatsTesting", "StatsTree", "Statistics",
        "LinuxSystem", "TestSupport", "CAllocations", "ProcStats", "StatsInput",
      ]),
    tests(
      "Inputs", "TableInputTests",
      [
        "TableInput", "SharedTable", "StatsTesting", "StatsTree", "Statistics", "LinuxSystem",
        "CAllocations", "vitals", "StatsInput", "TestSupport",
      ]),
    tests(
      "Inputs", "RRDStatsTests",
      [
        "RRDStats", "RRDFormat", "StatsTree", "Statistics", "LinuxSystem", "TestSupport",
        "CAllocations", "StatsInput",
      ]),
    tests(
      "Views", "StatsRulesTests",
      [
        "StatsRules", "HostStats", "StatsTesting", "StatsTree", "Statistics", "LinuxSystem",
        "TestSupport", "ProcStats", "StatsKnowledge",
      ]),
    tests(
      "Views", "StatsTextTests",
      [
        "StatsText", "StatsFormats", "StatsTree", "Statistics", "TestSupport", "StatsRules",
        "StatsKnowledge", "StatsChecks",
      ], excluding: ["Golden"]),
    tests(
      "Views", "StatsFormatsTests",
      [
        "StatsFormats", "RRDFormat", "StatsTree", "Statistics", "LinuxSystem", "TestSupport",
        "StatsKnowledge", "StatsText", "StatsTesting",
      ],
      excluding: ["Golden"]),
    tests(
      "Views", "StatsTerminalTests",
      [
        "StatsTerminal", "StatsFormats", "StatsTree", "Statistics", "TestSupport", "StatsKnowledge",
        "StatsText", "StatsTesting",
      ],
      excluding: ["Golden"]),
    tests(
      "Views", "StatsFSTests",
      [
        "StatsFS", "SampleFileSystem", "KVMStats", "StatsChecks", "StatsTree", "Statistics",
        "CLinux", "LinuxSystem", "TestSupport", "CAllocations", "fs-holder", "FUSE",
        "KVMStatsFormat", "StatsKnowledge", "StatsTesting",
      ]),
    tests(
      "Publish", "StatsMetricsTests",
      [
        "StatsMetrics", "SharedTable", "LinuxSystem", "Statistics", "TestSupport", coreMetrics,
      ]),
    tests("Testing", "KVMGuestsTests", ["KVMGuests", "LinuxSystem", "guest-holder"]),
    tests(
      "Testing", "StatsTestingTests",
      ["StatsTesting", "StatsTree", "Statistics", "LinuxSystem", "CAllocations", "TestSupport"]),
    tests(
      "Tools", "CommandTests",
      [
        "KVMGuests", "LinuxSystem", "StatsChecks", "StatsRules", "SharedTable", "StatsTesting",
        "StatsTree", "Statistics", "TestSupport", "guest-holder", "vitals", "StatsKnowledge",
        "KVMStats", "KVMStatsFormat", "RRDStats", "StatsFS", "XenStats", "XenTable",
      ],
      excluding: ["Golden"]),
  ]
)

// One set of rules for all Swift code.
for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    // SE-0335: `any` is written out.
    .enableUpcomingFeature("ExistentialAny"),
    // SE-0409: an import is internal unless it says otherwise.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // SE-0444: a member is visible only where its module is imported.
    .enableUpcomingFeature("MemberImportVisibility"),
    // SE-0461: an async function runs where its caller runs.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // A view of shared memory cannot outlive the memory.
    .enableExperimentalFeature("Lifetimes"),
  ]
}
