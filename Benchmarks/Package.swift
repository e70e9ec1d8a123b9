// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "vitals-benchmarks",
  dependencies: [.package(name: "vitals", path: "..", traits: [])],
  targets: [
    .target(name: "CBench"),
    // A link to the tests' malloc: SwiftPM requires targets below the package.
    .target(name: "CAllocations"),
    .executableTarget(
      name: "vitals-bench",
      dependencies: [
        "CAllocations", "CBench", .product(name: "StatsTerminal", package: "vitals"),
        .product(name: "Vitals", package: "vitals"),
        .product(name: "VitalsFormats", package: "vitals"),
        .product(name: "VitalsTesting", package: "vitals"),
      ]),
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
  ]
  target.cSettings = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]
}
