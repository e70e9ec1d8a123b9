#if !Metrics
/// The example if the package's trait `Metrics` is off.
@main
enum WithoutMetrics {
  static func main() { print("table-example was built without the trait Metrics") }
}
#endif
