// swift-tools-version: 6.3
import PackageDescription

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

// Of swift-metrics only its core, which imports no Foundation.
let coreMetrics: Target.Dependency = .product(
  name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Metrics"]))

let package = Package(
  name: "vitals",
  products: [
    .executable(name: "vitals", targets: ["vitals"]),
    .library(
      name: "Vitals",
      targets: [
        "Statistics", "StatsTable", "StatsTree", "KVMStats", "XenStats", "HostStats", "TableStats",
        "RRDStats",
      ]),
    .library(name: "VitalsFormats", targets: ["StatsFormats"]),
    .library(name: "VitalsTesting", targets: ["StatsTesting"]),
    .library(name: "StatsMetrics", targets: ["StatsMetrics"]),
    .library(name: "StatsFS", targets: ["StatsFS"]),
    .library(name: "StatsTerminal", targets: ["StatsTerminal"]),
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
    .target(name: "CLinux"),
    // Headers only: the layouts that programs in other languages share with Vitals.
    .target(name: "CVitals"),
    .target(
      name: "CVitalsData",
      exclude: [
        "doctor.rules", "kvm.meanings", "x86-vm.kvmstats", "x86-vcpu.kvmstats", "xen.meanings",
      ]),

    // MARK: - Values
    .target(name: "Statistics"),
    // JSON of others, read strictly.
    .target(name: "StrictJSON"),

    // The files of xcp-rrdd's plugins, as bytes.
    .target(name: "RRDFormat", dependencies: ["StrictJSON"]),

    // MARK: - System: the only unsafe code
    .target(name: "LinuxSystem", dependencies: ["CLinux"]),

    // MARK: - Statistics in shared memory
    .target(name: "StatsTable", dependencies: ["CVitals", "LinuxSystem", "Statistics"]),

    // MARK: - Statistics of a server that uses swift-metrics
    .target(name: "StatsMetrics", dependencies: ["StatsTable", "Statistics", coreMetrics]),

    // MARK: - The tree
    .target(name: "StatsTree", dependencies: ["Statistics"]),

    // MARK: - What domains of Xen are called
    .target(name: "XenStore", dependencies: ["LinuxSystem"]),

    // MARK: - Inputs
    .target(name: "HostStats", dependencies: ["StatsTree", "Statistics", "LinuxSystem"]),
    .target(
      name: "KVMStats",
      dependencies: ["HostStats", "StatsTree", "Statistics", "StrictJSON", "LinuxSystem"]),
    .target(
      name: "XenStats",
      dependencies: [
        "HostStats", "StatsTable", "StatsTree", "Statistics", "XenStore", "LinuxSystem",
      ]),
    .target(
      name: "TableStats", dependencies: ["StatsTable", "StatsTree", "Statistics", "LinuxSystem"]),
    .target(
      name: "RRDStats",
      dependencies: ["RRDFormat", "StatsTree", "Statistics", "LinuxSystem"]),

    // MARK: - Conditions, and what the doctor looks for
    .target(name: "StatsRules", dependencies: ["StatsTree", "Statistics", "CVitalsData"]),

    // MARK: - Views
    .target(
      name: "StatsFormats",
      dependencies: ["StatsTree", "Statistics", "RRDFormat", "CVitalsData"]),
    .target(
      name: "StatsTerminal",
      dependencies: ["StatsFormats", "StatsTree", "Statistics", "LinuxSystem"]),
    .target(
      name: "StatsFS",
      dependencies: ["StatsFormats", "StatsTree", "Statistics", "LinuxSystem", "CLinux"]),

    // MARK: - The example of the publishers' API
    .executableTarget(
      name: "table-example",
      dependencies: ["StatsMetrics", "StatsTable", "Statistics", coreMetrics],
      path: "docs/examples/swift"),
    // The example of docs/tree.md.
    .executableTarget(
      name: "tree-example",
      dependencies: ["LinuxSystem", "StatsFormats", "StatsTree", "Statistics"],
      path: "docs/examples/tree"),

    // MARK: - Things to look at: real guests, simulated sources, conformance suites
    .target(name: "KVMGuests", dependencies: ["LinuxSystem"]),
    .target(
      name: "StatsTesting",
      dependencies: ["StatsTree", "Statistics", "LinuxSystem", "CVitalsData"]),

    // MARK: - The example of the conformance suites
    .executableTarget(
      name: "conformance-example",
      dependencies: ["StatsTesting", "StatsTree", "Statistics", "LinuxSystem"],
      path: "docs/examples/conformance"),

    // MARK: - A VMM to look at, for tests and benchmarks
    .executableTarget(name: "guest-holder", dependencies: ["KVMGuests", "LinuxSystem"]),

    // MARK: - A publisher and a reader to stop and to kill, for tests
    .executableTarget(
      name: "table-holder", dependencies: ["StatsTable", "LinuxSystem", "Statistics"]),

    // MARK: - A filesystem to look at, and its server to stop and to kill, for tests and benchmarks
    .target(
      name: "SampleFileSystem",
      dependencies: ["StatsFS", "StatsTree", "Statistics", "LinuxSystem"],
      path: "Tests/SampleFileSystem"),
    .executableTarget(
      name: "fs-holder",
      dependencies: ["SampleFileSystem", "StatsFS", "StatsTree", "LinuxSystem"]),

    // MARK: - The command
    .executableTarget(
      name: "vitals",
      dependencies: [
        "HostStats", "KVMGuests", "KVMStats", "LinuxSystem", "RRDStats", "StatsFS", "StatsFormats",
        "StatsRules", "StatsTable", "StatsTerminal", "StatsTesting", "StatsTree", "Statistics",
        "TableStats", "XenStats", "XenStore",
        argumentParser,
      ]),

    // MARK: - Tests
    .target(
      name: "TestSupport",
      dependencies: [
        "HostStats", "RRDFormat", "StatsRules", "StatsTesting", "StatsTree", "Statistics",
        "XenStats", "LinuxSystem",
      ],
      path: "Tests/TestSupport", exclude: ["Cases", "XenLibrary"]),
    .testTarget(
      name: "HostStatsTests",
      dependencies: [
        "HostStats", "StatsTesting", "StatsTree", "Statistics", "LinuxSystem", "TestSupport",
        "CAllocations",
      ]),
    .testTarget(
      name: "KVMStatsTests",
      dependencies: [
        "KVMStats", "KVMGuests", "HostStats", "StatsTesting", "StatsTree", "Statistics",
        "LinuxSystem", "TestSupport", "CAllocations", "guest-holder",
      ]),
    .testTarget(
      name: "TableStatsTests",
      dependencies: [
        "TableStats", "StatsTable", "StatsTesting", "StatsTree", "Statistics", "LinuxSystem",
        "CAllocations", "vitals",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "KVMGuests", "LinuxSystem", "StatsRules", "StatsTable", "StatsTesting", "StatsTree",
        "Statistics", "TestSupport", "guest-holder", "vitals",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "QMPTests",
      dependencies: ["KVMStats", "StatsTree", "Statistics", "StrictJSON", "LinuxSystem"]),
    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"]),
    .testTarget(
      name: "KVMGuestsTests", dependencies: ["KVMGuests", "LinuxSystem", "guest-holder"]),
    .testTarget(
      name: "StatsTerminalTests",
      dependencies: [
        "StatsTerminal", "StatsFormats", "StatsTree", "Statistics", "TestSupport",
      ],
      exclude: ["Golden"]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "TestSupport", "CAllocations"]),
    .testTarget(
      name: "StatsTreeTests",
      dependencies: ["StatsTree", "Statistics", "LinuxSystem", "TestSupport", "CAllocations"]),
    .testTarget(
      name: "StatsTestingTests",
      dependencies: [
        "StatsTesting", "StatsTree", "Statistics", "LinuxSystem", "CAllocations",
        "conformance-example",
      ]),
    .target(name: "CCalls", path: "Tests/CCalls"),
    .testTarget(
      name: "StatsTableTests",
      dependencies: [
        "StatsTable", "CVitals", "LinuxSystem", "Statistics", "TestSupport", "CAllocations",
        "CCalls", "table-holder",
      ]),
    .testTarget(
      name: "StatsMetricsTests",
      dependencies: [
        "StatsMetrics", "StatsTable", "LinuxSystem", "Statistics", "TestSupport", "table-example",
        coreMetrics,
      ]),
    .testTarget(
      name: "XenTableTests",
      dependencies: ["StatsTable", "CVitals", "LinuxSystem", "Statistics", "CAllocations"]),
    .testTarget(name: "XenStoreTests", dependencies: ["XenStore", "LinuxSystem", "TestSupport"]),
    .testTarget(
      name: "XenStatsTests",
      dependencies: [
        "XenStats", "HostStats", "StatsTable", "StatsTesting", "StatsTree", "Statistics",
        "LinuxSystem", "TestSupport", "CAllocations",
      ]),
    .testTarget(
      name: "StatsFSTests",
      dependencies: [
        "StatsFS", "SampleFileSystem", "KVMStats", "StatsTree", "Statistics", "CLinux",
        "LinuxSystem", "TestSupport", "CAllocations", "fs-holder",
      ]),
    .testTarget(
      name: "StatsRulesTests",
      dependencies: [
        "StatsRules", "HostStats", "StatsTesting", "StatsTree", "Statistics", "LinuxSystem",
        "TestSupport",
      ]),
    .testTarget(
      name: "RRDStatsTests",
      dependencies: [
        "RRDStats", "RRDFormat", "StatsTree", "Statistics", "LinuxSystem", "TestSupport",
        "CAllocations",
      ]),
    .testTarget(name: "RRDFormatTests", dependencies: ["RRDFormat", "TestSupport"]),
    .testTarget(
      name: "StatsFormatsTests",
      dependencies: [
        "StatsFormats", "RRDFormat", "StatsTree", "Statistics", "LinuxSystem", "TestSupport",
      ],
      exclude: ["Golden"]),
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
    // A view of shared memory cannot outlive what it looks at.
    .enableExperimentalFeature("Lifetimes"),
  ]
}
