// Serves a filesystem; tests and benchmarks stop and kill this process.
//
//   fs-holder DIRECTORY [THREADS [REQUEST-TIMEOUT-SECONDS]]
//   fs-holder tree DIRECTORY SOURCES STATISTICS [-o OPTION,...]
//
// The first form serves the sample filesystem. It writes `ready`, the descriptor number of the
// table's memory, and `passthrough` or the reason why there is none. The second form serves a tree
// with values in memory. It writes `ready` and answers the lines of standard input: see
// `TreeCommands`. Both serve until a signal, an unmount, or the exit of the parent process.
import Glibc

do {
  let words = Array(CommandLine.arguments.dropFirst())
  switch words.first {
  case "tree": try TreeHolder(Array(words.dropFirst())).serve()
  case .some: try SampleHolder(words).serve()
  case nil:
    throw UsageError("usage: fs-holder DIRECTORY ... | fs-holder tree DIRECTORY SOURCES STATISTICS")
  }
} catch let error as UsageError {
  writeLine(error.message)
  exit(2)
} catch {
  writeLine("fs-holder: \(error)")
  exit(1)
}
