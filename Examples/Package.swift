// swift-tools-version: 6.3
import PackageDescription

// Programs that use Vitals as any other package does: through its products only.
let package = Package(
  name: "vitals-examples",
  dependencies: [
    .package(name: "vitals", path: ".."),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
  ],
  targets: [
    // Publishes statistics, of its own and of swift-metrics.
    .executableTarget(
      name: "table-example",
      dependencies: [
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "StatsMetrics", package: "vitals"),
      ]),
    // Adds statistics of a subsystem to a tree; docs/tree.md explains it.
    .executableTarget(
      name: "tree-example",
      dependencies: [
        .product(name: "Vitals", package: "vitals"),
        .product(name: "VitalsFormats", package: "vitals"),
      ]),
    // Runs the conformance suites on a backing of its own; docs/conformance.md explains it.
    .executableTarget(
      name: "conformance-example",
      dependencies: [.product(name: "VitalsTesting", package: "vitals")]),
  ]
)

for target in package.targets {
  target.swiftSettings = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
  ]
}
