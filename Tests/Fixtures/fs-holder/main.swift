// A server of a filesystem to stop and to kill, for tests and benchmarks.
//
//   fs-holder DIRECTORY [THREADS [REQUEST-TIMEOUT-SECONDS]]
//   fs-holder tree DIRECTORY SOURCES STATISTICS [-o OPTION,...]
//
// The first serves the sample filesystem, and writes `ready`, the number of its descriptor with the
// table's memory, and whether the kernel reads that. The second serves a tree whose numbers are in
// memory, writes `ready`, and answers each line of its standard input by a line: see `TreeCommands`.
// Both serve until a signal, until they are unmounted, or until the process that started them ends.
import Glibc

do {
  let words = Array(CommandLine.arguments.dropFirst())
  switch words.first {
  case "tree": try TreeHolder(Array(words.dropFirst())).serve()
  case .some: try SampleHolder(words).serve()
  case nil:
    throw UsageError("fs-holder DIRECTORY ..., or fs-holder tree DIRECTORY SOURCES STATISTICS")
  }
} catch let error as UsageError {
  say(error.words)
  exit(2)
} catch {
  say("fs-holder: \(error)")
  exit(1)
}
