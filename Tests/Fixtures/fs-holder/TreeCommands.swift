import SampleFileSystem

/// What can be asked of a holder of a tree, a line each.
///
/// ```
/// bump           ok                       numbers move
/// add NAME       ok, or no                a source more, farm/NAME
/// remove NAME    ok, or no                a source less
/// counts         lookup=3 open=1 ...      requests of each kind since the last time that it was asked
/// end            the session's end        nothing is mounted any more
/// ```
struct TreeCommands {
  let farm: SampleTree
  let files: CountedFileSystem

  /// The answer; nil ends the session.
  func answer(_ line: String) -> String? {
    let words = line.split(separator: " ").map { String($0) }
    switch (words.first, words.dropFirst().first) {
    case ("bump", nil):
      farm.bump()
      return "ok"
    case ("add", let name?): return farm.add(name) ? "ok" : "no"
    case ("remove", let name?): return farm.remove(name) ? "ok" : "no"
    case ("counts", nil): return files.takeCounts()
    case ("end", nil): return nil
    default: return "not understood: \(line)"
    }
  }
}
