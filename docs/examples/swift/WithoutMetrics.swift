#if !Metrics
/// What is built of the example where the package's trait `Metrics` is off.
@main
enum WithoutMetrics {
  static func main() { print("table-example was built without the trait Metrics") }
}
#endif
