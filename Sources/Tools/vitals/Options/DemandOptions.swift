import ArgumentParser

/// The option that selects the on-demand groups to request from publishers.
struct DemandOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      """
      Ask publishers to maintain their on-demand groups while this command runs. The pattern matches \
      the name of a group, the path of a source, or both as source:group (repeatable).
      """, valueName: "pattern"),
    transform: PathPattern.init)
  var enable: [PathPattern] = []
}
