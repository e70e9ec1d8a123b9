import Glibc

/// Returns a number from the environment, for longer runs.
func environmentNumber(_ name: String, otherwise: Int) -> Int {
  guard let text = unsafe getenv(name) else { return otherwise }
  return Int(unsafe String(cString: text)) ?? otherwise
}
