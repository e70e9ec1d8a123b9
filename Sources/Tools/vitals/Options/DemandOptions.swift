import ArgumentParser

/// The on-demand groups to request from publishers.
struct DemandOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      """
      Request on-demand groups from publishers while this command runs: a pattern of group names, \
      sources, or source:group (repeatable).
      """, valueName: "pattern"),
    transform: PathPattern.init)
  var enable: [PathPattern] = []
}
