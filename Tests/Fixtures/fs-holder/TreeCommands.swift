import SampleFileSystem

/// The commands for a served tree, one per line.
///
/// ```
/// command        answer                   effect
/// bump           ok                       changes all values
/// add NAME       ok, or no                adds the source farm/NAME
/// remove NAME    ok, or no                removes it
/// counts         lookup=3 open=1 ...      returns and resets the number of requests by kind
/// end            reason of the end        unmounts
/// ```
struct TreeCommands {
  let farm: SampleTree
  let files: CountedFileSystem

  /// The answer to a line; nil ends the session.
  func answer(_ line: String) -> String? {
    let words = line.split(separator: " ").map { String($0) }
    switch (words.first, words.dropFirst().first) {
    case ("bump", nil):
      farm.bump()
      return "ok"
    case ("add", let name?): return farm.add(name) ? "ok" : "no"
    case ("remove", let name?): return farm.remove(name) ? "ok" : "no"
    case ("counts", nil): return files.drainCounts()
    case ("end", nil): return nil
    default: return "unknown command: \(line)"
    }
  }
}
