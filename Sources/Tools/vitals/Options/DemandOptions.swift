import ArgumentParser

/// Which groups are turned on that publishers keep on demand.
struct DemandOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      """
      Ask publishers for groups that they keep on demand, while this command runs: a pattern of \
      group names, sources, or source:group; may be given more than once.
      """, valueName: "pattern"),
    transform: PathPattern.init)
  var enable: [PathPattern] = []
}
